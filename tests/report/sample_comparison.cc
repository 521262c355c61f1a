#include "report/sample_comparison.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "util/random.h"

namespace heed {

namespace {

const std::vector<std::string> kNames{
    "none",     "additive",        "general",    "dot",      "multi-head",         "concat",
    "location", "normed-additive", "scaled-dot", "coverage", "location-sensitive", "mean"};

double noise(Random& random, double deviation) { return (2 * random.uniform() - 1) * deviation; }

/// How good a group is, from 0 to 1.
double quality(std::size_t group) { return group == 0 ? 0.1 : 0.6 + 0.03 * (group * 5 % 11); }

std::vector<CurvePoint> curve(Random& random, double good, double speed) {
  std::vector<CurvePoint> points;
  for (int i = 1; i <= 12; ++i) {
    const double left = std::exp(-0.35 * i * (0.4 + good));
    points.push_back({static_cast<std::uint64_t>(250 * i), 6e4 * i / speed,
                      4.2 - 2.1 * good + 4 * left + noise(random, 0.06),
                      std::max(0.0, 34 * good * (1 - left) + noise(random, 0.5))});
  }
  return points;
}

std::vector<LengthScore> by_length(Random& random, double good) {
  std::vector<LengthScore> scores;
  const std::vector<std::size_t> sentences{212, 388, 251, 97, 41, 11};
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const double fall = good < 0.3 ? 4.5 : 0.7;
    const double bleu =
        std::max(0.5, 22 + 12 * good - fall * static_cast<double>(i) + noise(random, 0.6));
    const double half = 22 / std::sqrt(static_cast<double>(sentences[i]));
    scores.push_back({i + 1 == sentences.size() ? 0 : static_cast<int>(10 * (i + 1)), sentences[i],
                      bleu, std::max(0.0, bleu - half), bleu + half});
  }
  return scores;
}

RunResult run_of(const std::string& group, std::size_t index, int seed) {
  Random random(hash_seed(static_cast<std::uint64_t>(seed), {index}));
  const double good = quality(index), speed = 21000 - 1400.0 * static_cast<double>(index);
  RunResult run{.name = fmt::format("{},seed={}", group, seed),
                .group = group,
                .settings = {{"attention", kNames[index]}, {"seed", fmt::format("{}", seed)}}};
  run.parameters = 4123456 + 65792 * index;
  run.updates = 3000;
  run.train_words_per_second = speed + noise(random, 300);
  run.decode_words_per_second = 2400 - 130.0 * static_cast<double>(index) + noise(random, 40);
  run.seconds = 3000 * 4000 / run.train_words_per_second;
  run.peak_memory = (412ULL + 13 * index) << 20;
  run.curve = curve(random, good, speed);
  run.cross_entropy = run.curve.back().cross_entropy + 0.05;
  run.perplexity = std::exp(run.cross_entropy);
  run.bleu = 34 * good + noise(random, 0.7);
  run.chrf = 28 + 32 * good + noise(random, 0.6);
  run.ter = 92 - 45 * good + noise(random, 0.9);
  run.by_length = by_length(random, good);
  if (index > 0) {
    run.attention = AttentionMeasures{0.4 + noise(random, 0.1),  0.2 + noise(random, 0.02),
                                      0.8 + noise(random, 0.05), 0.31 + noise(random, 0.03),
                                      0.9 + noise(random, 0.02), 0.07 + noise(random, 0.01)};
    run.alignment_error = 30 + noise(random, 4);
  }
  return run;
}

/// Weights near the diagonal, each head a little beside it.
std::vector<std::vector<float>> weights(Random& random, std::size_t rows, std::size_t columns,
                                        double shift, double width) {
  std::vector<std::vector<float>> result(rows, std::vector<float>(columns));
  for (std::size_t r = 0; r < rows; ++r) {
    const double centre =
        static_cast<double>(r) * static_cast<double>(columns) / static_cast<double>(rows) + shift;
    float sum = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      const double away = (static_cast<double>(c) - centre) / width;
      result[r][c] = static_cast<float>(std::exp(-away * away) + 0.01 + 0.02 * noise(random, 0.5));
      sum += result[r][c];
    }
    for (float& weight : result[r]) weight /= sum;
  }
  return result;
}

SearchTree search_tree(Random& random, const std::vector<std::string>& words) {
  SearchTree tree;
  std::vector<int> beam{-1, -1, -1, -1};
  for (std::size_t step = 0; step < words.size(); ++step) {
    std::vector<int> next;
    for (std::size_t b = 0; b < beam.size(); ++b) {
      if (step == 0 && b > 0) break;
      const int parent = beam[b];
      const float before =
          parent < 0 ? 0 : tree.nodes[static_cast<std::size_t>(parent)].log_probability;
      for (std::size_t child = 0; child < (step == 0 ? 6 : 3); ++child) {
        const bool kept = next.size() < 4 && (child < 2 || step == 0);
        const std::string piece = "▁" + words[(step + child * (b + 3)) % words.size()];
        const float cost =
            0.2F + 0.9F * static_cast<float>(child) + 0.1F * static_cast<float>(random.uniform());
        tree.nodes.push_back(
            {parent, static_cast<int>(step), piece, before - cost, kept, b == 0 && child == 0});
        if (kept) next.push_back(static_cast<int>(tree.nodes.size()) - 1);
      }
    }
    beam = next;
    tree.next.push_back({{"▁" + words[step], 0.81F},
                         {"▁and", 0.09F},
                         {"▁hundred", 0.04F},
                         {"▁donaudampfschifffahrt", 0.02F},
                         {".", 0.004F}});
  }
  return tree;
}

Sample sample_of(const std::vector<std::string>& groups, const SampleSize& size, std::size_t line) {
  Sample sample;
  sample.line = line;
  sample.source = "dreiundvierzig tausend fünf hundert sechs";
  sample.reference = "forty-three thousand five hundred and six";
  sample.source_units = {"dreiundvierzig", "tausend", "fünf", "hundert", "sechs", "</s>"};
  sample.target_units = {"forty-three", "thousand", "five", "hundred", "and", "six", "</s>"};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    Random random(hash_seed(line, {g}));
    SampleView& view = sample.views.emplace_back();
    view.group = groups[g];
    view.translation = g % 3 == 0 ? "forty thousand and six" : sample.reference;
    view.tree = search_tree(random, sample.target_units);
    if (g == 0) continue;
    for (int layer = 1; layer <= size.layers; ++layer) {
      for (int head = 0; head <= (size.heads > 1 ? size.heads : 0); ++head) {
        view.pictures.push_back(
            {layer, head,
             weights(random, sample.target_units.size(), sample.source_units.size(),
                     noise(random, 0.8), 0.5 + 0.2 * static_cast<double>(head + layer))});
      }
    }
  }
  return sample;
}

}  // namespace

Comparison sample_comparison(const SampleSize& size) {
  Comparison comparison;
  comparison.title = "attention, seed";
  comparison.command =
      "heed compare --vary attention=none,additive,general,dot,multi-head --vary seed=1,2,3 -t "
      "train.de train.en --valid-sets valid.de valid.en --after 3000u --output comparison";
  comparison.configuration = "type: rnn\ndim-emb: 256\ndim-rnn: 256\nenc-cell: gru\nafter: 3000u\n";
  comparison.signatures = {
      "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:heed-0.1.0",
      "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:heed-0.1.0",
      "TER|nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:heed-0.1.0"};
  for (std::size_t g = 0; g < size.groups; ++g) {
    const std::string group = "attention=" + kNames[g];
    comparison.groups.push_back(group);
    for (int seed = 1; seed <= size.seeds; ++seed)
      comparison.runs.push_back(run_of(group, g, seed));
    if (g == 1 % size.groups) continue;
    const double difference = 34 * (quality(g) - quality(1));
    comparison.tests.push_back(
        {group, "bleu", difference, std::abs(difference) > 1 ? 0.0002 : 0.21});
    comparison.tests.push_back({group, "chrf", 0.9 * difference, 0.031});
    comparison.tests.push_back({group, "ter", -difference, 0.4});
  }
  comparison.baseline = comparison.groups[1 % size.groups];
  RunResult& last = comparison.runs.back();
  if (size.seeds > 1)
    last = {last.name, last.group, last.settings, "the loss is no number after 812 updates"};
  for (std::size_t i = 0; i < size.sentences; ++i)
    comparison.samples.push_back(sample_of(comparison.groups, size, 17 + 25 * i));
  return comparison;
}

}  // namespace heed
