#include "heed/aligner.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "data/alignment_file.h"
#include "decoding/alignment.h"
#include "metrics/alignment_error.h"
#include "metrics/attention_measures.h"
#include "metrics/symmetrization.h"
#include "translation/format.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {

namespace {

using Pairs = std::vector<SourceLine>;

bool wants_best(const AlignOptions& options) { return options.alignment.alignment_heads == "best"; }

void check_options(const AlignOptions& options) {
  check_fields(options);
  if (wants_best(options) && options.gold.empty()) {
    fail_usage("--alignment-heads best needs --gold: the best head has the lowest AER against it");
  }
  if (options.alignment.alignment.form == AlignmentForm::kNone) {
    fail_usage("expected --alignment hard, soft or a weight, found none");
  }
  const bool has_model = !options.reverse_model.empty();
  const bool has_file = !options.reverse_alignments.empty();
  if (has_model && has_file) {
    fail_usage("--reverse-model and --reverse-alignments exclude each other; name one");
  }
  if (!options.symmetrize.empty() && !has_model && !has_file) {
    fail_usage("--symmetrize needs the other direction: --reverse-model or --reverse-alignments");
  }
  if (!has_model && !has_file) return;
  if (options.alignment.alignment.form == AlignmentForm::kSoft) {
    fail_usage("--symmetrize joins links, not weights; expected --alignment hard, found soft");
  }
  if (has_model && options.alignment.alignment_unit == AlignmentUnit::kPiece) {
    fail_usage(
        "two models have different pieces; expected --alignment-unit word with --reverse-model");
  }
}

/// Links and weights of all lines, whatever is written of them.
TranslateOptions aligning(TranslateOptions options) {
  options.alignment.form = AlignmentForm::kSoft;
  if (options.alignment_heads == "best") options.alignment_heads = "mean";
  return options;
}

/// A reverse model has its own layers, heads and languages.
TranslateOptions reversed(const AlignOptions& options) {
  TranslateOptions result = aligning(options.alignment);
  result.alignment.form = AlignmentForm::kHard;
  result.alignment_layer = 0;
  result.alignment_heads.clear();
  result.target_tag.clear();
  return result;
}

std::string head_name(const TranslateOptions& options) {
  const std::string& heads = options.alignment_heads;
  return fmt::format("layer {}, {}", options.alignment_layer,
                     heads == "mean" ? "mean of its heads" : "head " + heads);
}

Pairs read_all(const LineStream& stream) {
  Pairs pairs;
  for (SourceLine pair;;) {
    const NextLine next = stream.read(pair);
    if (next == NextLine::kEnd) return pairs;
    if (next == NextLine::kRead) pairs.push_back(std::exchange(pair, {}));
  }
}

std::function<NextLine(SourceLine&)> reader_of(Pairs& pairs) {
  return [&pairs, next = std::size_t{0}](SourceLine& pair) mutable {
    if (next == pairs.size()) return NextLine::kEnd;
    pair = std::move(pairs[next++]);
    return NextLine::kRead;
  };
}

/// Alignment error over sentences.
class Agreement {
 public:
  void add(const HardAlignment& links, const GoldAlignment& gold) {
    const std::array<double, 4> counts = agreement(links, gold);
    for (std::size_t i = 0; i < counts.size(); ++i) sums_[i] += counts[i];
  }
  double error_rate() const { return metric_.score(sums_); }
  std::string text() const {
    if (sums_[0] + sums_[1] == 0) return "AER: no links on either side, nothing to measure";
    return fmt::format("AER = {:.1f} {}", error_rate(), metric_.details(sums_));
  }

 private:
  AlignmentErrorRate metric_;
  std::array<double, 4> sums_{};
};

std::string text_of(const AttentionMeasures& m, AlignmentUnit unit) {
  return fmt::format(
      "attention by {}: entropy = {:.3f} nats ({:.3f} of log S) sharpness = {:.3f} coverage = "
      "{:.3f} monotonicity = {:.3f} end mass = {:.3f}",
      unit == AlignmentUnit::kWord ? "word" : "piece", m.entropy, m.normalized_entropy, m.sharpness,
      m.coverage, m.monotonicity, m.end_mass);
}

}  // namespace

struct Aligner::Implementation {
  Implementation(std::string model_path, const AlignOptions& wanted)
      : model((check_options(wanted), std::move(model_path))),
        options(wanted),
        translator(model, aligning(wanted.alignment)) {
    if (!options.gold.empty()) gold.emplace(options.gold, options.gold_one_based ? 1 : 0);
    if (!options.reverse_alignments.empty()) reverse_file.emplace(options.reverse_alignments);
    if (!options.reverse_model.empty()) reverse.emplace(options.reverse_model, reversed(options));
    if (!reverse && !reverse_file) return;
    method = &find_symmetrization(options.symmetrize.empty() ? "grow-diag-final-and"
                                                             : options.symmetrize);
  }

  void choose_best(const Pairs& pairs);
  std::vector<HardAlignment> reverse_links(std::span<const TranslatedLine> lines);
  void symmetrize(std::span<TranslatedLine> lines);
  GoldAlignment checked(const AlignmentFile& file, const TranslatedLine& line,
                        bool is_reverse) const;
  void measure(const TranslatedLine& line);
  AlignSummary align(const LineStream& stream);

  std::string model;
  AlignOptions options;
  Translator translator;
  std::optional<Translator> reverse;
  std::optional<AlignmentFile> gold, reverse_file;
  const Symmetrization* method = nullptr;
  Agreement agreement;
  AttentionStatistics statistics;
};

/// Takes the layer and head whose links agree best with the gold alignments; the first of equals.
void Aligner::Implementation::choose_best(const Pairs& pairs) {
  gold->expect_size(pairs.size());
  const int layer = options.alignment.alignment_layer;
  const float threshold = options.alignment.alignment.threshold;
  std::map<std::pair<int, int>, Agreement> found;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const GoldAlignment links = gold->read(i);
    for (const HeadAttention& head : translator.attention(pairs[i]).heads) {
      if (head.head == 0 || (layer != 0 && head.layer != layer)) continue;
      found[{head.layer, head.head}].add(
          threshold > 0 ? hard_alignment(head.weights, threshold) : hard_alignment(head.weights),
          links);
    }
  }
  TranslateOptions chosen = aligning(options.alignment);
  double least = std::numeric_limits<double>::infinity();
  for (const auto& [place, score] : found) {
    if (score.error_rate() >= least) continue;
    least = score.error_rate();
    chosen.alignment_layer = place.first;
    chosen.alignment_heads = fmt::to_string(place.second);
  }
  translator = Translator(model, chosen);
}

/// The alignment of a line in a file, whose words must be those of the line.
GoldAlignment Aligner::Implementation::checked(const AlignmentFile& file,
                                               const TranslatedLine& line, bool is_reverse) const {
  GoldAlignment links = file.read(line.number - 1);
  if (options.alignment.alignment_unit != AlignmentUnit::kWord) return links;
  std::size_t source = split_words(line.source).size(), target = split_words(line.text()).size();
  if (is_reverse) std::swap(source, target);
  for (const AlignmentLink& link : links.possible) {
    if (std::cmp_less(link.source, source) && std::cmp_less(link.target, target)) continue;
    fail("{}: expected links of {} and {} words, found a link of word {} and word {} (from 0)",
         file.place(line.number - 1), source, target, link.source, link.target);
  }
  return links;
}

std::vector<HardAlignment> Aligner::Implementation::reverse_links(
    std::span<const TranslatedLine> lines) {
  std::vector<HardAlignment> result;
  if (reverse_file) {
    for (const TranslatedLine& line : lines) {
      const bool exists = line.number <= reverse_file->size();
      result.push_back(exists ? checked(*reverse_file, line, true).possible : HardAlignment());
    }
    return result;
  }
  Pairs pairs;
  for (const TranslatedLine& line : lines) pairs.push_back({line.text(), line.source, ""});
  const auto write = [&](std::span<TranslatedLine> aligned) {
    for (const TranslatedLine& line : aligned)
      result.push_back(links_of(line.translations.front().alignment));
  };
  reverse->score({reader_of(pairs), write});
  return result;
}

void Aligner::Implementation::symmetrize(std::span<TranslatedLine> lines) {
  const std::vector<HardAlignment> others = reverse_links(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Translation& translation = lines[i].translations.front();
    const HardAlignment joined =
        method->join(links_of(translation.alignment), transposed(others[i]));
    translation.alignment.clear();
    for (const auto& [source, target] : joined) translation.alignment.emplace_back(source, target);
  }
}

void Aligner::Implementation::measure(const TranslatedLine& line) {
  const Translation& translation = line.translations.front();
  statistics.add(translation.attention);
  if (gold && line.number <= gold->size()) {
    agreement.add(links_of(translation.alignment), checked(*gold, line, false));
  }
}

AlignSummary Aligner::Implementation::align(const LineStream& stream) {
  Pairs pairs;
  LineStream inner = stream;
  if (wants_best(options)) {
    pairs = read_all(stream);
    choose_best(pairs);
    inner.read = reader_of(pairs);
  }
  inner.write = [&](std::span<TranslatedLine> lines) {
    if (method != nullptr) symmetrize(lines);
    for (const TranslatedLine& line : lines) measure(line);
    stream.write(lines);
  };
  agreement = {};
  statistics = {};
  AlignSummary summary{translator.score(inner), {}};
  if (gold) gold->expect_size(summary.lines.lines);
  if (reverse_file) reverse_file->expect_size(summary.lines.lines);
  summary.report.push_back("alignment by " + head_name(translator.options()));
  if (reverse) summary.report.push_back("reverse alignment by " + head_name(reverse->options()));
  if (method != nullptr) summary.report.push_back(fmt::format("joined by {}", method->name));
  summary.report.push_back(text_of(statistics.means(), options.alignment.alignment_unit));
  if (gold) summary.report.push_back(agreement.text());
  return summary;
}

Aligner::Aligner(const std::string& model, const AlignOptions& options)
    : implementation_(std::make_unique<Implementation>(model, options)) {}
Aligner::Aligner(Aligner&& other) noexcept = default;
Aligner& Aligner::operator=(Aligner&& other) noexcept = default;
Aligner::~Aligner() = default;

AlignSummary Aligner::align(const LineStream& stream) { return implementation_->align(stream); }

namespace {

std::string json_record(const TranslatedLine& line, const TranslateOptions& used, bool weights) {
  const Translation& translation = line.translations.front();
  nlohmann::ordered_json json;
  json["source_units"] = line.source_units;
  json["target_units"] = translation.units;
  json["alignment"] = translation.alignment;
  if (weights) {
    json["attention"] = nlohmann::ordered_json::array();
    for (const std::vector<float>& row : translation.attention) {
      auto& list = json["attention"].emplace_back(nlohmann::ordered_json::array());
      for (const double weight : row) list.push_back(std::round(weight * 1e6) / 1e6);
    }
  }
  json["layer"] = used.alignment_layer;
  json["heads"] = used.alignment_heads;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string Aligner::format(const TranslatedLine& line) const {
  const TranslateOptions& wanted = implementation_->options.alignment;
  const bool is_soft = wanted.alignment.form == AlignmentForm::kSoft;
  if (wanted.json) return json_record(line, implementation_->translator.options(), is_soft);
  const Translation& translation = line.translations.front();
  return (is_soft ? soft_alignment(translation.attention)
                  : format_alignment(links_of(translation.alignment))) +
         '\n';
}

}  // namespace heed
