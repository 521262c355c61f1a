// Words a second through the front end, on one thread: spelling, tokens, and all that is done to a
// line before it is translated (sentences, spans to copy, capitals, tokens).
//   heed-text-bench MODEL TEXT

#include <fmt/core.h>

#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/error.h"
#include "model/model_file.h"
#include "tensor/backend.h"
#include "translation/prepared_line.h"
#include "util/files.h"
#include "util/strings.h"

namespace heed {

namespace {

/// Goes through the lines again and again for two seconds.
void measure(std::string_view name, const std::vector<std::string>& lines,
             const std::function<std::size_t(const std::string&)>& prepare) {
  std::size_t words_of_text = 0, words = 0, tokens = 0;
  for (const std::string& line : lines) words_of_text += split_words(line).size();
  const std::clock_t start = std::clock();  // of the processor, whatever else runs beside
  double seconds = 0;
  while (seconds < 2) {
    for (const std::string& line : lines) tokens += prepare(line);
    words += words_of_text;
    seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
  fmt::print("{:24} {:10.0f} words/s {:10.0f} tokens/s\n", name,
             static_cast<double>(words) / seconds, static_cast<double>(tokens) / seconds);
}

void run(const std::string& model, const std::string& text) {
  const auto backend = make_backend("eigen");
  const LoadedModel loaded(model, *backend);
  const Tokenizer& source = loaded.contents().tokenizers.source;
  std::vector<std::string> lines;
  std::string line;
  for (LineReader reader(text); reader.next(line); lines.push_back(line)) {
  }
  measure("spelling", lines, [&](const std::string& one) { return source.composed(one).size(); });
  measure("tokens", lines, [&](const std::string& one) { return source.encode(one).size(); });
  for (const bool splits : {false, true}) {
    LineRules rules;
    rules.splits_sentences = splits;
    const LinePreparer preparer(source, loaded.contents().tokenizers.target, rules);
    measure(splits ? "sentences of a line" : "a line as a whole", lines,
            [&](const std::string& one) { return preparer.prepare(1, one, "").ids.size(); });
  }
}

}  // namespace

}  // namespace heed

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: heed-text-bench MODEL TEXT\n");
    return 2;
  }
  try {
    heed::run(argv[1], argv[2]);
  } catch (const heed::Error& error) {
    fmt::print(stderr, "heed-text-bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
