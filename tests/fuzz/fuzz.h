#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// A reader of bytes from strangers. An Error is a good end of run(); a crash, a leak, a long time,
/// much memory and any other exception are faults.
struct FuzzTarget {
  std::string_view name;
  void (*run)(std::string_view bytes);
  std::vector<std::string> (*seeds)();
};

// One file each; fuzz_main.cc has the table.
extern const FuzzTarget kArgosTarget, kCodesTarget, kConfigTarget, kCtranslate2Target,
    kDocumentTarget, kEvaluateTarget, kJsonTarget, kLinesTarget, kMarianTarget, kMarkupTarget,
    kModelTarget, kNBestTarget, kNpyTarget, kPharaohTarget, kPiecesTarget, kRecordTarget,
    kSafetensorsTarget, kSentencePieceTarget, kSentencesTarget, kShortlistTarget, kTextTarget,
    kTorchTarget, kVocabularyTarget, kZipTarget;

/// Ends the program with a message if something that must hold does not.
void require(bool holds, const char* what);

/// A file in memory, for readers that want a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes);
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();
  const std::string& path() const { return path_; }

 private:
  int descriptor_;
  std::string path_;
};

/// The bytes of a file of tests/golden.
std::string golden(const std::string& name);

}  // namespace heed
