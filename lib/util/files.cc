#include "util/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "util/error.h"

namespace heed {
namespace {

constexpr std::size_t kChunk = 1 << 18;

std::string system_message() { return std::generic_category().message(errno); }

/// False, with errno set, if not all bytes could be written.
bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Fills `bytes`. Throws Error if the file has become shorter.
void read_exactly(const Descriptor& file, const std::string& path, std::uint64_t offset,
                  std::span<char> bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::pread(file.get(), bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("could not read {}: {}", path, system_message());
    if (count == 0) {
      fail("expected {} bytes at {} in {}, found its end; it changed while it was read",
           bytes.size(), offset, path);
    }
    done += static_cast<std::size_t>(count);
  }
}

constexpr std::string_view kTemporary = ".tmp.";

/// Whether a process that has ended left the temporary file PATH.tmp.PID[.RANDOM]. One of another
/// machine or container may have the number of none here, but it holds its file locked.
bool is_stale(const std::string& path, std::string_view pid) {
  int number = 0;
  const char* const end = pid.data() + pid.size();
  const auto parsed = std::from_chars(pid.data(), end, number);
  const bool is_ours =
      parsed.ec == std::errc() && number > 0 && (parsed.ptr == end || *parsed.ptr == '.');
  if (!is_ours || ::kill(number, 0) == 0 || errno != ESRCH) return false;
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return file.is_open() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

/// A process that was killed can't remove its temporary files: the next one does.
void remove_stale_temporaries(const std::string& path) {
  const std::filesystem::path whole(path);
  const std::string prefix = whole.filename().string() + std::string(kTemporary);
  std::error_code error;
  std::filesystem::directory_iterator entry(whole.has_parent_path() ? whole.parent_path() : ".",
                                            error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const std::string found = entry->path().string();
    if (is_stale(found, std::string_view(name).substr(prefix.size()))) ::unlink(found.c_str());
  }
}

}  // namespace

LineReader::LineReader(const std::string& path, const Warn& warn)
    : LineReader(open_text(path, warn)) {}

LineReader::LineReader(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)),
      buffer_(kChunk, '\0'),
      is_plain_file_(source_->place_on_disk().has_value()),
      offset_(source_->place_on_disk().value_or(0)) {}

bool LineReader::refill() {
  if (at_end_) return false;  // a terminal could give more
  begin_ = 0;
  end_ = source_->read(buffer_);
  at_end_ = end_ == 0;
  return !at_end_;
}

bool LineReader::is_ready(std::chrono::milliseconds patience) {
  while (!at_end_ && std::memchr(buffer_.data() + begin_, '\n', end_ - begin_) == nullptr) {
    if (!source_->is_ready(patience)) return false;
    started_.append(buffer_, begin_, end_ - begin_);
    refill();
  }
  return true;
}

bool LineReader::next(std::string& line) {
  line.clear();
  line.swap(started_);
  offset_ += line.size();
  if (begin_ == end_ && !refill() && line.empty()) return false;
  ++line_number_;
  do {
    const char* const start = buffer_.data() + begin_;
    const void* const found = std::memchr(start, '\n', end_ - begin_);
    const bool ended = found != nullptr;
    const std::size_t length = ended ? static_cast<const char*>(found) - start : end_ - begin_;
    line.append(start, length);
    begin_ += length + (ended ? 1 : 0);
    offset_ += length + (ended ? 1 : 0);
    if (ended) {
      if (line.ends_with('\r')) line.pop_back();
      return true;
    }
  } while (refill());
  return true;
}

std::string follow_links(const std::string& path) {
  constexpr int kMost = 40;  // as Linux
  std::filesystem::path end(path);
  std::error_code error;
  for (int i = 0; i < kMost; ++i) {
    if (!std::filesystem::is_symlink(end, error)) return end.string();
    const auto next = std::filesystem::read_symlink(end, error);
    if (error) fail("could not read the link {}: {}", end.string(), error.message());
    end = next.is_absolute() ? next : end.parent_path() / next;
  }
  fail("expected a link to a file, found links in a circle: {}", path);
}

AtomicFile::AtomicFile(const std::string& path) : path_(follow_links(path)) {
  std::error_code error;
  const auto status = std::filesystem::status(path_, error);
  if (std::filesystem::is_directory(status)) fail("expected a file, found a directory: {}", path_);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file_.is_open()) fail_to_write();
    return;
  }
  remove_stale_temporaries(path_);
  open_temporary();
}

void AtomicFile::open_temporary() {
  struct stat old {};
  const bool is_new = ::stat(path_.c_str(), &old) != 0;
  const std::string name =
      fmt::format("{}{}{}.{:08x}", path_, kTemporary, ::getpid(), std::random_device()());
  // O_EXCL follows no link that somebody has put there.
  file_ = Descriptor(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                            is_new ? 0666 : 0600));
  if (!file_.is_open()) fail_to_write();
  temporary_ = name;
  ::flock(file_.get(), LOCK_EX | LOCK_NB);  // see is_stale()
  if (is_new) return;
  // Only root may give files away: the owner is kept where it can be.
  const bool is_kept = ::fchown(file_.get(), old.st_uid, old.st_gid) == 0 ||
                       ::fchown(file_.get(), static_cast<uid_t>(-1), old.st_gid) == 0;
  // The group's rights were meant for the old group. Some file systems have no modes.
  const mode_t mode = old.st_mode & (is_kept ? 0777U : 0707U);
  ::fchmod(file_.get(), mode);
}

AtomicFile::~AtomicFile() {
  if (file_.is_open() && !temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail_to_write() const { fail("could not write {}: {}", path_, system_message()); }

void AtomicFile::write(std::string_view bytes) {
  if (!write_all(file_.get(), bytes)) fail_to_write();
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void AtomicFile::commit() {
  if (temporary_.empty()) {
    if (!file_.close()) fail_to_write();
    return;
  }
  if (::fsync(file_.get()) != 0) fail_to_write();
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail_to_write();
  file_.close();
  // The name itself is safe only when the directory has reached the disk.
  const auto parent = std::filesystem::path(path_).parent_path();
  const Descriptor directory(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open() && ::fsync(directory.get()) != 0 && errno != EINVAL) fail_to_write();
}

void write_file(const std::string& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

ScratchFile::ScratchFile() {
  const char* const chosen = std::getenv("TMPDIR");
  directory_ = chosen != nullptr && *chosen != '\0' ? chosen : "/tmp";
  std::string name = directory_ + "/heed-XXXXXX";
  file_ = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (!file_.is_open()) {
    fail("could not make a temporary file in {}: {}; set TMPDIR to a directory with space",
         directory_, system_message());
  }
  ::unlink(name.c_str());
}

void ScratchFile::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kChunk) flush();
}

void ScratchFile::flush() {
  if (!write_all(file_.get(), buffer_)) {
    fail("could not write a temporary file in {}: {}; set TMPDIR to a directory with space",
         directory_, system_message());
  }
  buffer_.clear();
}

Descriptor ScratchFile::release() {
  flush();
  return std::move(file_);
}

Descriptor open_for_reading(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) {
    fail("could not read {}: {}", path, system_message());
  }
  if (S_ISDIR(status.st_mode)) fail("expected a file, found a directory: {}", path);
  return file;
}

std::string read_at(const Descriptor& file, const std::string& path, std::uint64_t offset,
                    std::size_t size) {
  std::string bytes(size, '\0');
  read_exactly(file, path, offset, bytes);
  return bytes;
}

std::string read_file(const std::string& path, std::size_t most) {
  const Descriptor file = open_for_reading(path);
  std::string bytes;
  std::string chunk(kChunk, '\0');
  for (;;) {
    const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("could not read {}: {}", path, system_message());
    if (count == 0) return bytes;
    bytes.append(chunk, 0, static_cast<std::size_t>(count));
    if (bytes.size() > most) fail("expected at most {} bytes in {}, found more", most, path);
  }
}

FileCopy::FileCopy(const std::string& path) {
  const Descriptor file = open_for_reading(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("could not read {}: {}", path, system_message());
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;  // a mapping of nothing is an error to the system
  void* const data =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) {
    fail("expected {} bytes of memory for {}, found: {}", size, path, system_message());
  }
  ::madvise(data, size, MADV_HUGEPAGE);  // fewer faults; the system may not have any
  bytes_ = {static_cast<const std::byte*>(data), size};
  try {
    read_exactly(file, path, 0, {static_cast<char*>(data), size});
  } catch (...) {
    ::munmap(data, size);
    throw;
  }
  ::mprotect(data, size, PROT_READ);
}

FileCopy::FileCopy(FileCopy&& other) noexcept
    : bytes_(std::exchange(other.bytes_, std::span<const std::byte>())) {}

FileCopy& FileCopy::operator=(FileCopy&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

FileCopy::~FileCopy() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> lines;
  LineReader reader(path);
  for (std::string line; reader.next(line);) lines.push_back(line);
  return lines;
}

}  // namespace heed
