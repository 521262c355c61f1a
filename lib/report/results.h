#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/search_tree.h"
#include "metrics/attention_measures.h"

namespace heed {

/// A flag that differs between runs, without dashes, and its value in one run.
struct RunSetting {
  std::string flag;
  std::string value;
};

/// One validation while a run trained.
struct CurvePoint {
  std::uint64_t updates = 0;
  double seconds = 0;        ///< Of training.
  double cross_entropy = 0;  ///< Nats a target token.
  std::optional<double> bleu{};
};

/// BLEU of the test sentences of one range of source lengths, with its 95 % bootstrap interval.
struct LengthScore {
  int at_most = 0;  ///< Words of the source; 0: all longer ones.
  std::size_t sentences = 0;
  double bleu = 0, low = 0, high = 0;
};

/// What came of one training.
struct RunResult {
  std::string name;                  ///< Its folder: "attention=additive,seed=1".
  std::string group;                 ///< The name without the seed: runs that are averaged.
  std::vector<RunSetting> settings;  ///< All that was varied, the seed too.
  std::string error{};               ///< Why it failed; empty: it finished, and the rest holds.

  std::uint64_t parameters = 0, updates = 0;
  double seconds = 0;  ///< Of training.
  double train_words_per_second = 0;
  double decode_words_per_second = 0;  ///< Words of the output, one thread.
  std::uint64_t peak_memory = 0;       ///< Bytes, of the whole run.
  std::vector<CurvePoint> curve{};

  double cross_entropy = 0;  ///< Nats a token of the test references.
  double perplexity = 0;
  double bleu = 0, chrf = 0, ter = 0;
  std::vector<LengthScore> by_length{};
  std::optional<AttentionMeasures> attention{};  ///< Forced decoding of the test references.
  std::optional<double> alignment_error{};  ///< AER in percent, where gold alignments are given.
};

/// Attention of one layer and head when a given translation is forced.
struct AttentionPicture {
  int layer = 1;
  int head = 0;                             ///< From 1; 0: the mean of all.
  std::vector<std::vector<float>> weights;  ///< Target words and </s> on source words and </s>.
};

/// One sentence as one run of a group sees it.
struct SampleView {
  std::string group;
  std::string translation;
  std::vector<AttentionPicture> pictures;  ///< For the reference; none without attention.
  SearchTree tree;
};

struct Sample {
  std::size_t line = 0;  ///< Of the test set, from 1.
  std::string source, reference;
  std::vector<std::string> source_units, target_units;  ///< Words and </s>, of the pictures.
  std::vector<SampleView> views;                        ///< In the order of the groups.
};

/// Paired test of a group's first run against the baseline's first run, for one metric.
struct PairedTest {
  std::string group;
  std::string metric;
  double difference = 0;
  double p_value = 1;
};

struct Comparison {
  std::string title;                    ///< What is compared: "attention, seed".
  std::string command;                  ///< The command line that made it.
  std::string configuration;            ///< What all runs share, as YAML.
  std::string baseline;                 ///< A group.
  std::vector<std::string> groups;      ///< In the order of the grid.
  std::vector<std::string> signatures;  ///< Of BLEU, chrF, TER.
  std::vector<RunResult> runs;          ///< In the order of the grid.
  std::vector<PairedTest> tests;
  std::vector<Sample> samples;
};

}  // namespace heed
