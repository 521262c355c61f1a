#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/significance.h"
#include "metrics/ter.h"
#include "util/random.h"

// Times of the metrics on made-up text with the word frequencies and sentence lengths of news, one
// thread. The aims: BLEU of 100,000 lines in about a second, TER of 3,000 lines in a few, 1,000
// resamples of 3,000 lines in one.

namespace heed {
namespace {

struct Corpus {
  std::vector<std::string> hypotheses{};
  std::vector<std::vector<std::string>> references = std::vector<std::vector<std::string>>(1);
};

// A word of Zipf's distribution: log-uniform ranks.
std::string draw_word(Random& random) {
  const auto rank = static_cast<std::uint64_t>(std::exp(random.uniform() * std::log(50'000.0)));
  std::string word;
  for (std::uint64_t rest = mix_bits(rank) % 1'000'000 + 1; rest > 0; rest /= 26) {
    word.push_back(static_cast<char>('a' + rest % 26));
  }
  return word + (random.below(12) == 0 ? "," : "");
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text + ".";
}

// References of 10 to 40 words; in the hypotheses a third of the words is another, and a few
// phrases stand elsewhere.
Corpus make_corpus(std::size_t lines) {
  Random random(1);
  Corpus corpus;
  for (std::size_t i = 0; i < lines; ++i) {
    std::vector<std::string> words(10 + random.below(31));
    for (std::string& word : words) word = draw_word(random);
    corpus.references[0].push_back(join(words));
    for (std::string& word : words) {
      if (random.below(3) == 0) word = draw_word(random);
    }
    const auto middle = static_cast<std::ptrdiff_t>(3 + random.below(words.size() - 3));
    std::rotate(words.begin() + middle - 3, words.begin() + middle, words.end());
    corpus.hypotheses.push_back(join(words));
  }
  return corpus;
}

void measure(benchmark::State& state, const Metric& metric) {
  const Corpus corpus = make_corpus(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        corpus_score(metric, measure_corpus(metric, corpus.hypotheses, corpus.references)));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void bleu(benchmark::State& state, const char* tokenizer) {
  measure(state, Bleu({.tokenizer_name = tokenizer}));
}
BENCHMARK_CAPTURE(bleu, 13a, "13a")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bleu, none, "none")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bleu, intl, "intl")->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bleu, zh, "zh")->Arg(10'000)->Unit(benchmark::kMillisecond);

void chrf(benchmark::State& state, int word_order) {
  measure(state, Chrf({.word_order = word_order}));
}
BENCHMARK_CAPTURE(chrf, chrF2, 0)->Arg(3'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(chrf, chrF2++, 2)->Arg(3'000)->Unit(benchmark::kMillisecond);

void ter(benchmark::State& state) { measure(state, Ter()); }
BENCHMARK(ter)->Arg(3'000)->Unit(benchmark::kMillisecond);

// After the statistics, which are computed once.
void bootstrap(benchmark::State& state) {
  const Corpus corpus = make_corpus(3'000);
  const Bleu metric;
  const Statistics statistics = measure_corpus(metric, corpus.hypotheses, corpus.references);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        bootstrap_interval(metric, statistics, static_cast<int>(state.range(0)), 1).mean);
  }
}
BENCHMARK(bootstrap)->Arg(1'000)->Unit(benchmark::kMillisecond);

void randomization(benchmark::State& state) {
  const Corpus corpus = make_corpus(3'000);
  const Bleu metric;
  const std::vector<Statistics> systems = {
      measure_corpus(metric, corpus.hypotheses, corpus.references),
      measure_corpus(metric, corpus.references[0], corpus.references)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        paired_randomization(metric, systems, static_cast<int>(state.range(0)), 1)[1].p_value);
  }
}
BENCHMARK(randomization)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heed
