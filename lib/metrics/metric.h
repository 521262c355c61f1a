#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed {

/// Per-sentence statistics from which a metric computes its corpus score: one row of `width`
/// numbers for each sentence. They are computed once; the score of any selection of sentences
/// (a bucket, a bootstrap resample, a mixture of two systems) is the score of the rows' sum.
struct Statistics {
  std::size_t width = 0;
  std::vector<double> values;  // [sentences, width], row-major
  std::size_t references = 0;  // of each sentence

  std::size_t size() const { return width == 0 ? 0 : values.size() / width; }
  std::span<const double> row(std::size_t sentence) const {
    return std::span(values).subspan(sentence * width, width);
  }
  std::span<double> row(std::size_t sentence) {
    return std::span(values).subspan(sentence * width, width);
  }
};

/// A `key:value` of a signature, with the key's short form.
struct SignatureField {
  std::string name;
  std::string short_name;
  std::string value;
};

/// A metric of machine translation that is computed from sums of per-sentence statistics. All
/// scores are on the scale of 0 to 100.
class Metric {
 public:
  virtual ~Metric() = default;

  /// As sacreBLEU prints it: BLEU, chrF2, chrF2++, TER.
  virtual std::string name() const = 0;

  /// The length of a row of statistics.
  virtual std::size_t width() const = 0;

  /// Writes one sentence's statistics to `row` [width]. There is at least one reference.
  virtual void measure(std::string_view hypothesis, std::span<const std::string_view> references,
                       std::span<double> row) const = 0;

  /// The score of summed statistics [width].
  virtual double score(std::span<const double> sums) const = 0;

  /// What sacreBLEU prints after the score; may be empty.
  virtual std::string details(std::span<const double> sums) const;

  /// Throws Error if a corpus with these sums can't be scored.
  virtual void expect_something(std::span<const double> sums) const;

  /// The metric's own settings, in the order of sacreBLEU's signature.
  virtual std::vector<SignatureField> settings() const = 0;

  /// False if a lower score is better.
  virtual bool higher_is_better() const { return true; }
};

/// The statistics of a corpus. `references` holds one list for each set of references, each as
/// long as the hypotheses. An empty line is a reference like others, as since sacreBLEU 2.0.
/// Throws Error if the numbers of lines differ or there is no reference.
Statistics measure_corpus(const Metric& metric, std::span<const std::string> hypotheses,
                          std::span<const std::vector<std::string>> references);

/// The sums of all rows [width].
std::vector<double> sum_rows(const Statistics& statistics);

/// The sums of the chosen rows [width].
std::vector<double> sum_rows(const Statistics& statistics, std::span<const std::size_t> sentences);

/// The score of the whole corpus.
double corpus_score(const Metric& metric, const Statistics& statistics);

}  // namespace heed
