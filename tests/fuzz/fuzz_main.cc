#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fuzz/fuzz.h"
#include "util/error.h"
#include "util/files.h"
#include "util/random.h"
#include "util/table.h"

namespace heed {

namespace {

const std::array kTargets{
    kArgosTarget,    kCodesTarget,       kConfigTarget,        kCtranslate2Target, kDocumentTarget,
    kEvaluateTarget, kJsonTarget,        kLinesTarget,         kMarianTarget,      kMarkupTarget,
    kModelTarget,    kNBestTarget,       kNpyTarget,           kPharaohTarget,     kPiecesTarget,
    kRecordTarget,   kSafetensorsTarget, kSentencePieceTarget, kSentencesTarget,   kShortlistTarget,
    kTextTarget,     kTorchTarget,       kVocabularyTarget,    kZipTarget};

void run(const FuzzTarget& target, std::string_view bytes) {
  try {
    target.run(bytes);
  } catch (const Error& error) {
    require(std::string_view(error.what()).find('\n') == std::string_view::npos,
            "an error is one line");
  }
}

/// --list, and --seeds TARGET FOLDER: for scripts/fuzz.sh.
int serve(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--list") {
    for (const FuzzTarget& target : kTargets) std::puts(target.name.data());
    return 0;
  }
  if (argc != 4 || std::string_view(argv[1]) != "--seeds") {
    fail_usage("expected --list or --seeds TARGET FOLDER");
  }
  int number = 0;
  for (const std::string& seed : find_entry(kTargets, "target", argv[2]).seeds()) {
    const auto path = std::filesystem::path(argv[3]) / ("seed-" + std::to_string(number++));
    std::ofstream(path, std::ios::binary) << seed;
  }
  return 0;
}

}  // namespace

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "expected that %s\n", what);
  std::abort();
}

MemoryFile::MemoryFile(std::string_view bytes)
    : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)),
      path_("/proc/self/fd/" + std::to_string(descriptor_)) {
  require(::write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
          "a file in memory can be written");
}

MemoryFile::~MemoryFile() { ::close(descriptor_); }

std::string golden(const std::string& name) { return read_file(HEED_GOLDEN "/" + name); }

}  // namespace heed

#ifdef HEED_FUZZ

namespace {
const heed::FuzzTarget* chosen = nullptr;
}

// heed-fuzz TARGET ARGUMENTS-OF-LIBFUZZER
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc < 2 || (*argv)[1][0] == '-') std::exit(heed::serve(*argc, *argv));
  chosen = &heed::find_entry(heed::kTargets, "target", (*argv)[1]);
  std::copy(*argv + 2, *argv + *argc + 1, *argv + 1);
  --*argc;
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  heed::run(*chosen, {reinterpret_cast<const char*>(data), size});
  return 0;
}

#else

namespace heed {
namespace {

/// A text of `seeds` with some bytes changed, as the number says.
std::string mutated(const std::vector<std::string>& seeds, std::uint64_t number) {
  Random random(hash_seed(number, {seeds.size()}));
  std::string bytes = seeds[random.below(seeds.size())];
  for (std::uint64_t change = 1 + random.below(4); change > 0; --change) {
    const std::size_t at = random.below(bytes.size() + 1);
    const std::size_t count = std::min<std::size_t>(random.below(16), bytes.size() - at);
    switch (random.below(5)) {
      case 0:  // other bits
        if (count > 0) bytes[at] = static_cast<char>(bytes[at] ^ 1 << random.below(8));
        break;
      case 1:
        bytes.erase(at, count);
        break;
      case 2:  // again, and again
        for (std::uint64_t copies = random.below(8); copies > 0; --copies) {
          bytes.insert(at, bytes.substr(at, count));
        }
        break;
      case 3:
        bytes.insert(at, 1, "\0\1\x7f\x80\xff[]{}\"\\0-9\n\t &*"[random.below(20)]);
        break;
      default: {  // what stands elsewhere
        const std::string& other = seeds[random.below(seeds.size())];
        bytes.replace(at, count, other, random.below(other.size() + 1), random.below(32));
      }
    }
  }
  return bytes;
}

/// heed-fuzz RUNS: all targets with their seeds and so many mutations, the same each time.
/// heed-fuzz TARGET FILE...: what another run found.
int run_all(int argc, char** argv) {
  if (argc > 2 && argv[1][0] != '-') {
    const FuzzTarget& target = find_entry(kTargets, "target", argv[1]);
    for (int i = 2; i < argc; ++i) run(target, read_file(argv[i]));
    return 0;
  }
  std::uint64_t runs = 0;
  if (argc != 2 || std::sscanf(argv[1], "%lu", &runs) != 1) return serve(argc, argv);
  for (const FuzzTarget& target : kTargets) {
    const std::vector<std::string> seeds = target.seeds();
    for (const std::string& seed : seeds) run(target, seed);
    for (std::uint64_t number = 0; number < runs; ++number) run(target, mutated(seeds, number));
    std::printf("%s: %zu seeds, %lu mutations\n", target.name.data(), seeds.size(), runs);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace heed

int main(int argc, char** argv) { return heed::run_all(argc, argv); }

#endif
