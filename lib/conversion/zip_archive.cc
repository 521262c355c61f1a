#include "conversion/zip_archive.h"

#include <zlib.h>
#include <new>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "conversion/byte_reader.h"
#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr std::uint32_t kLargeEnd = 0x06064b50, kLargeEndPlace = 0x07064b50;  // zip64
constexpr std::uint32_t kElsewhere = 0xFFFFFFFF;  // of numbers that zip64 has in another place
constexpr std::uint16_t kLargeSizes = 1;          // their extra field
constexpr std::size_t kEndSize = 22, kCentralSize = 46, kLongestComment = 65535;
constexpr std::uint16_t kEncrypted = 1, kStored = 0, kDeflated = 8;
constexpr std::uint64_t kMostDeflated = 1032;  // bytes that one of deflate's may become

/// Where the end-of-directory record begins: it is last, but for a comment.
std::size_t find_end(std::span<const std::byte> file, const std::string& path) {
  constexpr char kSignature[] = {'P', 'K', 5, 6};
  const std::size_t most = std::min(file.size(), kEndSize + kLongestComment);
  for (std::size_t size = kEndSize; size <= most; ++size) {
    const std::size_t at = file.size() - size;
    if (std::memcmp(file.data() + at, kSignature, sizeof kSignature) == 0) return at;
  }
  fail("expected a zip file's directory at the end of {}, found none; the file was cut off", path);
}

std::uint32_t checksum_of(std::span<const std::byte> bytes) {
  if (bytes.empty()) return 0;
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// The file's own header stands before its data, with a name and extras of its own length.
std::span<const std::byte> data_of(ByteReader reader, std::uint64_t header, std::uint64_t size) {
  reader.seek(header);
  if (reader.number<std::uint32_t>() != kLocalHeader) {
    fail("expected a file's header at byte {} of {}, found something else; the file is damaged",
         header, reader.path());
  }
  reader.take(22);  // what the directory has too
  const auto name = reader.number<std::uint16_t>();
  const auto extra = reader.number<std::uint16_t>();
  reader.take(std::uint64_t{name} + extra);
  return reader.take(size);
}

/// Takes those of the numbers that stand elsewhere out of the extra field of zip64.
void find_large(ByteReader extras, std::span<std::uint64_t* const> numbers) {
  while (extras.left() >= 4) {
    const auto kind = extras.number<std::uint16_t>();
    ByteReader field(extras.take(extras.number<std::uint16_t>()), extras.path());
    for (std::uint64_t* const number : numbers) {
      if (kind == kLargeSizes && *number == kElsewhere) *number = field.number<std::uint64_t>();
    }
  }
}

/// The next entry of the directory.
ZipArchive::Entry read_entry(ByteReader& directory, const ByteReader& file) {
  const std::string& path = directory.path();
  if (directory.number<std::uint32_t>() != kCentralHeader) {
    fail(
        "expected an entry of the zip directory at byte {} of {}, found something else; the file "
        "is damaged",
        directory.at() - 4, path);
  }
  directory.take(4);  // versions
  const auto flags = directory.number<std::uint16_t>();
  const auto method = directory.number<std::uint16_t>();
  directory.take(4);  // time
  ZipArchive::Entry entry;
  entry.checksum = directory.number<std::uint32_t>();
  std::uint64_t packed = directory.number<std::uint32_t>();
  entry.size = directory.number<std::uint32_t>();
  const auto name = directory.number<std::uint16_t>();
  const auto extra = directory.number<std::uint16_t>();
  const auto comment = directory.number<std::uint16_t>();
  directory.take(8);  // disk and attributes
  std::uint64_t header = directory.number<std::uint32_t>();
  entry.name = directory.text(name);
  find_large(ByteReader(directory.take(extra), path), std::array{&entry.size, &packed, &header});
  directory.take(comment);
  if ((flags & kEncrypted) != 0 || (method != kStored && method != kDeflated)) {
    fail("expected stored or deflated files in {}, found {} of method {}{}; pack it anew", path,
         printable(entry.name), method, (flags & kEncrypted) != 0 ? ", encrypted" : "");
  }
  entry.deflated = method == kDeflated;
  entry.data = data_of(file, header, packed);
  return entry;
}

struct Directory {
  std::uint64_t count = 0, begin = 0;
};

/// From the end record, or where that refers to it, from that of zip64.
Directory find_directory(ByteReader reader, std::size_t end) {
  reader.seek(end + 10);
  Directory directory{reader.number<std::uint16_t>(), 0};
  reader.take(4);
  directory.begin = reader.number<std::uint32_t>();
  constexpr std::size_t kPlaceSize = 20;
  if (end < kPlaceSize) return directory;
  reader.seek(end - kPlaceSize);
  if (reader.number<std::uint32_t>() != kLargeEndPlace) return directory;
  reader.take(4);
  reader.seek(reader.number<std::uint64_t>());
  if (reader.number<std::uint32_t>() != kLargeEnd) {
    fail("expected the directory of a zip file at byte {} of {}, found none; the file is damaged",
         reader.at() - 4, reader.path());
  }
  reader.take(28);
  directory.count = reader.number<std::uint64_t>();
  reader.take(8);
  directory.begin = reader.number<std::uint64_t>();
  return directory;
}

void check_size(const ZipArchive::Entry& entry, const std::string& path) {
  const std::uint64_t most = entry.data.size() * (entry.deflated ? kMostDeflated : 1);
  const bool is_wrong = entry.deflated ? entry.size > most : entry.size != most;
  if (!is_wrong) return;
  fail("expected {} bytes of {} in {}, found {} that can't be those; the file is damaged",
       entry.size, printable(entry.name), path, entry.data.size());
}

std::vector<std::byte> inflate_entry(const ZipArchive::Entry& entry, const std::string& path) {
  std::vector<std::byte> contents(entry.size);
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  std::byte end{};  // zlib takes no null pointer
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(entry.data.data()));
  stream.avail_in = static_cast<uInt>(entry.data.size());
  stream.next_out = reinterpret_cast<Bytef*>(contents.empty() ? &end : contents.data());
  stream.avail_out = static_cast<uInt>(contents.size());
  const int result = inflate(&stream, Z_FINISH);
  const bool is_whole = result == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!is_whole) {
    fail("expected {} deflated bytes of {} in {}, found damaged ones; copy the file again",
         entry.size, printable(entry.name), path);
  }
  return contents;
}

}  // namespace

bool ZipArchive::is_zip(std::span<const std::byte> file) {
  constexpr char kSignature[] = {'P', 'K', 3, 4};
  return file.size() > kEndSize && std::memcmp(file.data(), kSignature, sizeof kSignature) == 0;
}

ZipArchive::ZipArchive(std::span<const std::byte> file, const std::string& path) : path_(path) {
  const ByteReader whole(file, path_);
  const auto [count, begin] = find_directory(whole, find_end(file, path_));
  ByteReader directory = whole;
  directory.seek(begin);
  std::set<std::string_view> names;
  entries_.reserve(std::min<std::uint64_t>(count, file.size() / kCentralSize));
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    entries_.push_back(read_entry(directory, whole));
    check_size(entries_.back(), path_);
    bytes += entries_.back().data.size();
    if (bytes > file.size()) {
      fail("expected files one after the other in {}, found some that overlap; it is damaged",
           path_);
    }
    if (!names.insert(entries_.back().name).second) {
      fail("expected one file {} in {}, found two", printable(entries_.back().name), path_);
    }
  }
}

const ZipArchive::Entry* ZipArchive::find(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

std::vector<std::byte> ZipArchive::read(const Entry& entry) const {
  std::vector<std::byte> contents = entry.deflated
                                        ? inflate_entry(entry, path_)
                                        : std::vector(entry.data.begin(), entry.data.end());
  if (checksum_of(contents) != entry.checksum) {
    fail(
        "expected the checksum {:08x} of {} in {}, found {:08x}; the file is damaged: copy it "
        "again",
        entry.checksum, printable(entry.name), path_, checksum_of(contents));
  }
  return contents;
}

namespace {

template <class T>
void append(std::string& text, T number) {
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

void ZipWriter::add(const std::string& name, std::string_view contents) {
  constexpr std::uint16_t kVersion = 20, kNoTime = 0;
  constexpr std::uint16_t kFirstDay = 0x21;  // 1 January 1980
  std::string shared;                        // what both headers have
  append(shared, kVersion);
  append(shared, std::uint16_t{0});
  append(shared, kStored);
  append(shared, kNoTime);
  append(shared, kFirstDay);
  append(shared, checksum_of(std::as_bytes(std::span(contents))));
  append(shared, static_cast<std::uint32_t>(contents.size()));
  append(shared, static_cast<std::uint32_t>(contents.size()));
  append(shared, static_cast<std::uint16_t>(name.size()));
  append(shared, std::uint16_t{0});
  append(directory_, kCentralHeader);
  append(directory_, kVersion);
  directory_ += shared;
  directory_.append(10, '\0');  // comment, disk, attributes
  append(directory_, static_cast<std::uint32_t>(file_.size()));
  directory_ += name;
  append(file_, kLocalHeader);
  file_ += shared + name;
  file_ += contents;
  ++count_;
}

std::string ZipWriter::finish() {
  if (file_.size() + directory_.size() > std::numeric_limits<std::uint32_t>::max() - kEndSize ||
      count_ > std::numeric_limits<std::uint16_t>::max()) {
    fail("expected less than 4 GiB in 65,535 files for a zip file, found {} bytes in {} files",
         file_.size(), count_);
  }
  const auto begin = static_cast<std::uint32_t>(file_.size());
  file_ += directory_;
  append(file_, kEnd);
  append(file_, std::uint32_t{0});
  append(file_, static_cast<std::uint16_t>(count_));
  append(file_, static_cast<std::uint16_t>(count_));
  append(file_, static_cast<std::uint32_t>(directory_.size()));
  append(file_, begin);
  append(file_, std::uint16_t{0});
  return std::move(file_);
}

}  // namespace heed
