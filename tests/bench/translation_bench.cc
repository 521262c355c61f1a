// Translation speed on one thread, and the model's floating-point operations as a share of Eigen's
// own SGEMM on one core, measured in the same run.
//   heed-translation-bench MODEL SOURCE
// Tokenisation is part of the time. Operations: those of the weights' products, for each source
// token once and for each token of the best translation as many times as the beam is wide.

#include <fmt/core.h>

#include <chrono>
#include <string>
#include <vector>

#include "bench/model_operations.h"
#include "bench/sgemm.h"
#include "data/batches.h"
#include "heed/translator.h"
#include "model/model_file.h"
#include "util/files.h"
#include "util/strings.h"

namespace heed {

namespace {

struct Counts {
  double words = 0;   // of the translations, between blanks
  double pieces = 0;  // </s> included
};

Counts count(const std::vector<TranslatedLine>& lines) {
  Counts counts;
  for (const TranslatedLine& line : lines) {
    counts.words += static_cast<double>(split_words(line.text()).size());
    counts.pieces += static_cast<double>(line.translations.front().pieces.size()) + 1;
  }
  return counts;
}

void run(const std::string& model, const std::string& source) {
  const auto backend = make_backend("eigen");
  const LoadedModel loaded(model, *backend);
  std::vector<std::string> lines;
  std::string line;
  int source_tokens = 0;
  for (LineReader reader(source); reader.next(line); lines.push_back(line)) {
    source_tokens +=
        static_cast<int>(encode_sentence(loaded.contents().tokenizers.source, line).size());
  }
  fmt::print("{}, 1 thread, {} lines\n", backend->description(), lines.size());
  fmt::print("{:>4} {:>10} {:>10} {:>10} {:>10} {:>8}\n", "beam", "words/s", "pieces/s", "GFLOP/s",
             "SGEMM", "share");
  for (const int beam : {1, 6}) {
    TranslateOptions options;
    options.threads = 1;
    options.search.beam_size = beam;
    Translator translator(model, options);
    translator.translate(std::span(lines).first(std::min<std::size_t>(lines.size(), 100)));
    const double before = sgemm_rate(1);
    const auto start = std::chrono::steady_clock::now();
    const Counts counts = count(translator.translate(lines));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    const double rate = (before + sgemm_rate(1)) / 2;
    const double operations =
        forward_operations(loaded.model(), source_tokens, static_cast<int>(counts.pieces) * beam) /
        elapsed.count();
    fmt::print("{:4} {:10.0f} {:10.0f} {:10.1f} {:10.1f} {:7.0f}%\n", beam,
               counts.words / elapsed.count(), counts.pieces / elapsed.count(), operations * 1e-9,
               rate * 1e-9, 100 * operations / rate);
  }
}

}  // namespace

}  // namespace heed

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: heed-translation-bench MODEL SOURCE\n");
    return 2;
  }
  try {
    heed::run(argv[1], argv[2]);
  } catch (const heed::Error& error) {
    fmt::print(stderr, "heed-translation-bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
