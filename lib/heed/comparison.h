#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "heed/error.h"
#include "heed/options.h"

namespace heed {

/// What `heed compare` takes beside the flags of `heed train`.
struct ComparisonOptions {
  std::string output = {};
  std::vector<std::string> vary = {};
  std::string runs = {};
  std::vector<std::string> test_sets = {};
  std::string baseline = {};
  int jobs = 1;
  int samples = 3;
  std::string gold_alignment = {};
  std::string tokenize = "13a";
  std::vector<int> length_bounds = {10, 20, 30, 40, 50};

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"output", "Folder of the comparison; the same command again goes on after a stop", 'o'}
          .file()
          .run(),
      self.output);
    v(Field{"vary",
            "FLAG=VALUE,VALUE: trains a model with each value of any flag of heed train. Several "
            "make a grid, in which the last varies fastest; runs that differ in nothing but the "
            "seed are averaged"}
          .run(),
      self.vary);
    v(Field{"runs",
            "File of named runs, a line each: NAME: flag=value flag=value (# begins a comment); "
            "with --vary, each of them with each combination"}
          .run(),
      self.runs);
    v(Field{"test-sets", "Text to measure on: SOURCE TARGET, or one TSV file with --tsv"}.file(),
      self.test_sets);
    v(Field{"baseline",
            "Group that the others are tested against, such as attention=none; the "
            "first if not given"}
          .run(),
      self.baseline);
    v(Field{"jobs", "Runs at a time; each has --threads threads (0: all cores shared among them)",
            'j'}
          .within(1, 1024, "runs")
          .run(),
      self.jobs);
    v(Field{"samples", "Test sentences of which the report shows attention and search"}
          .within(0, 1000, "sentences")
          .run(),
      self.samples);
    v(Field{"gold-alignment",
            "Word alignments of the test set, a line each in Pharaoh's format (1p1: possible), to "
            "measure AER"}
          .file(),
      self.gold_alignment);
    v(Field{"tokenize", "BLEU's tokenizer: 13a, intl, zh, char, none"}, self.tokenize);
    v(Field{"length-bounds", "Source lengths in words at which BLEU by length begins anew"}.within(
          1, 1'000'000, "words"),
      self.length_bounds);
  }
};

/// Everything that `heed compare` needs. The model's file is no option: each run has its own.
struct CompareOptions {
  ComparisonOptions comparison;
  SearchOptions search;
  TrainOptions train;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    ComparisonOptions::visit_fields(self.comparison, v);
    SearchOptions::visit_fields(self.search, v);
    ModelOptions::visit_fields(self.train.architecture, v);
    DataOptions::visit_fields(self.train.data, v);
    TrainingOptions::visit_fields(self.train.training, v);
  }

  /// Defaults that suit a corpus of so many pairs. All runs have the same budget: none stops early.
  static CompareOptions for_corpus(ModelType type, std::size_t sentence_pairs);
};

/// Sets what the user gave on top of defaults.
using GiveCompareOptions = std::function<void(CompareOptions&)>;

}  // namespace heed
