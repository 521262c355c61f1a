#include "util/file_part.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "util/descriptor.h"
#include "util/error.h"
#include "util/files.h"

namespace heed {

namespace {

constexpr std::uint64_t kMostParts = 1'000'000'000;  // so that bytes times parts can't wrap
constexpr std::uint64_t kPartChunk = std::uint64_t{1} << 20;

/// Bytes [begin, end) of a regular file.
class RangeBytes final : public ByteSource {
 public:
  RangeBytes(std::string path, std::uint64_t begin, std::uint64_t end)
      : path_(std::move(path)), file_(open_for_reading(path_)), place_(begin), end_(end) {}

  std::size_t read(std::span<char> buffer) override {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end_ - place_));
    const std::string bytes = read_at(file_, path_, place_, size);
    std::ranges::copy(bytes, buffer.begin());
    place_ += size;
    return size;
  }

  std::optional<std::uint64_t> place_on_disk() const override { return place_; }

 private:
  std::string path_;
  Descriptor file_;
  std::uint64_t place_, end_;
};

/// Bytes [begin, end) of a file, a chunk at a time, until `look` returns false.
template <class Look>
void read_range(const Descriptor& file, const std::string& path, std::uint64_t begin,
                std::uint64_t end, Look look) {
  while (begin < end) {
    const std::string bytes =
        read_at(file, path, begin, static_cast<std::size_t>(std::min(kPartChunk, end - begin)));
    if (!look(begin, bytes)) return;
    begin += bytes.size();
  }
}

/// Where the first line begins that does not begin before `place`.
std::uint64_t next_line(const Descriptor& file, const std::string& path, std::uint64_t place,
                        std::uint64_t end) {
  std::uint64_t found = end;
  read_range(file, path, place - 1, end, [&](std::uint64_t begin, const std::string& bytes) {
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string::npos) return true;
    found = begin + newline + 1;
    return false;
  });
  return found;
}

std::uint64_t count_lines(const Descriptor& file, const std::string& path, std::uint64_t begin,
                          std::uint64_t end) {
  std::uint64_t lines = 0;
  char last = '\n';
  read_range(file, path, begin, end, [&](std::uint64_t /*begin*/, const std::string& bytes) {
    lines += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    last = bytes.back();
    return true;
  });
  return lines + (last == '\n' ? 0 : 1);  // the file's last line need not end
}

}  // namespace

PartNumber parse_part(std::string_view option, std::string_view text) {
  PartNumber part;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, part.number);
  if (first.ec == std::errc{} && first.ptr != end && *first.ptr == '/') {
    const auto second = std::from_chars(first.ptr + 1, end, part.count);
    if (second.ec == std::errc{} && second.ptr == end && part.number >= 1 &&
        part.number <= part.count && part.count <= kMostParts) {
      return part;
    }
  }
  fail_usage("expected a part such as 2/10, the second of ten, for --{}, found '{}'", option, text);
}

FilePart open_part(const std::string& path, const PartNumber& part) {
  if (path == "-") {
    fail_usage("expected a file of which to read a part, found standard input; name it with -i");
  }
  const std::optional<std::uint64_t> text = open_text(path)->place_on_disk();
  if (!text) {
    fail(
        "expected a plain UTF-8 file, of which a part can be read, found {}, which is compressed, "
        "UTF-16 or UTF-32, or no regular file; write its text to a file first",
        path);
  }
  const Descriptor file = open_for_reading(path);
  struct stat status {};
  ::fstat(file.get(), &status);
  const std::uint64_t begin = *text, end = std::max<std::uint64_t>(begin, status.st_size);
  const auto edge = [&](std::uint64_t number) {
    const std::uint64_t whole = (end - begin) / part.count, rest = (end - begin) % part.count;
    const std::uint64_t place = begin + whole * number + rest * number / part.count;
    return place == begin ? begin : next_line(file, path, place, end);
  };
  const std::uint64_t first = edge(part.number - 1), last = edge(part.number);
  return {std::make_unique<RangeBytes>(path, first, last), last - first,
          count_lines(file, path, begin, first)};
}

}  // namespace heed
