#include "fuzz/fuzz.h"
#include "heed/evaluator.h"

namespace heed {

namespace {

/// The first byte chooses options; then the hypotheses, NUL, the references.
void run_evaluate(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto bits = static_cast<unsigned char>(bytes[0]);
  const std::size_t middle = std::min(bytes.find('\0', 1), bytes.size());
  const MemoryFile hypotheses(bytes.substr(1, middle - 1));
  const MemoryFile references(bytes.substr(std::min(middle + 1, bytes.size())));
  EvaluateOptions options;
  options.input = {hypotheses.path()};
  options.references = {references.path()};
  if ((bits & 1U) != 0) {
    options.metrics = {"aer"};
  } else {
    options.metrics = {"bleu", "chrf", "ter"};
  }
  options.num_refs = (bits & 2U) != 0 ? 2 : 1;
  options.tokenize = (bits & 4U) != 0 ? "intl" : "zh";
  options.lowercase = (bits & 8U) != 0;
  options.chrf_word_order = (bits & 16U) != 0 ? 2 : 0;
  options.ter_normalized = (bits & 32U) != 0;
  options.ter_asian_support = (bits & 64U) != 0;
  options.ter_no_punct = (bits & 128U) != 0;
  evaluate(options, "fuzz", [](const std::string&) {});
}

std::vector<std::string> evaluate_seeds() {
  using namespace std::string_literals;
  return {"\x04the cat sat on the mat\nA dog.\n\0on the mat the cat sat\nthe dog!\n"s,
          "\x72\xE6\x97\xA5\xE6\x9C\xAC a\n\0b\tc d\n"s,
          "\x01"
          "0-0 1-1\n\0"
          "0-0 1p1\n"s,
          "\xf8J\xC3\xBCrgen, 1.5 \xff\n\n\0j\n\n"s};
}

}  // namespace

const FuzzTarget kEvaluateTarget{"evaluate", run_evaluate, evaluate_seeds};

}  // namespace heed
