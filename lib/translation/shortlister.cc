#include "heed/shortlister.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "data/alignment_file.h"
#include "data/cooccurrences.h"
#include "model/model_file.h"
#include "translation/line_rules.h"
#include "translation/prepared_line.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/strings.h"

namespace heed {
namespace {

/// Any backend can hold the numbers: they are written as they are read.
constexpr std::string_view kBackend = "eigen";

/// Weights of attention that say nothing: a word of a long sentence has some thousandths of each.
constexpr float kLeastWeight = 0.05F;

std::vector<int> numbers_of(std::span<const std::string> pieces, const Tokenizer& tokenizer) {
  std::vector<int> numbers;
  for (const std::string& piece : pieces) numbers.push_back(tokenizer.find_piece(piece).value());
  return numbers;
}

/// By the model's attention, as heed align has it between pieces.
StreamSummary count_attention(const std::string& model, const ShortlisterOptions& options,
                              const Tokenizers& tokenizers, const LineStream& pairs,
                              Cooccurrences& counts) {
  TranslateOptions scoring = options.reading;
  scoring.alignment.form = AlignmentForm::kSoft;
  scoring.alignment_unit = AlignmentUnit::kPiece;
  LineStream stream = pairs;
  stream.write = [&](std::span<TranslatedLine> lines) {
    for (const TranslatedLine& line : lines) {
      const Translation& given = line.translations.front();
      const std::vector<int> sources = numbers_of(line.source_units, tokenizers.source);
      const std::vector<int> targets = numbers_of(given.units, tokenizers.target);
      for (std::size_t t = 0; t < given.attention.size(); ++t) {
        counts.add_target(targets[t]);
        for (std::size_t s = 0; s < given.attention[t].size(); ++s) {
          const float weight = given.attention[t][s];
          if (weight >= kLeastWeight) counts.add(sources[s], targets[t], weight);
        }
      }
    }
    pairs.write(lines);
  };
  return Translator(model, scoring).score(stream);
}

/// A target piece is shared out among the pieces of all words that its word is linked to.
void count_links(const PreparedLine& pair, const HardAlignment& links, Cooccurrences& counts) {
  for (std::size_t t = 0; t < pair.target.size(); ++t) {
    counts.add_target(pair.target[t]);
    std::vector<int> sources;
    for (std::size_t s = 0; s < pair.ids.size(); ++s) {
      const AlignmentLink link{pair.words[s], pair.target_words[t]};
      if (std::ranges::binary_search(links, link)) sources.push_back(pair.ids[s]);
    }
    for (const int source : sources) {
      counts.add(source, pair.target[t], 1 / static_cast<float>(sources.size()));
    }
  }
}

/// Throws Error for a link of words that the pair has not.
void expect_words(const AlignmentFile& file, std::size_t number, const PreparedLine& pair,
                  const HardAlignment& links) {
  const std::size_t sources = split_words(pair.text).size();
  const std::size_t targets = split_words(pair.target_text).size();
  for (const auto& [source, target] : links) {
    if (std::cmp_less(source, sources) && std::cmp_less(target, targets)) continue;
    fail("{}: expected links of {} and {} words, found a link of word {} and word {} (from 0)",
         file.place(number), sources, targets, source, target);
  }
}

StreamSummary count_alignments(const ShortlisterOptions& options, const ModelContents& contents,
                               const LineStream& pairs, Cooccurrences& counts) {
  const AlignmentFile file(options.alignment);
  LineRules rules = make_line_rules(options.reading, contents, "");
  if (rules.invalid_utf8 == InvalidUtf8::kCopy) rules.invalid_utf8 = InvalidUtf8::kReplace;
  const LinePreparer preparer(contents.tokenizers.source, contents.tokenizers.target, rules);
  StreamSummary summary;
  for (SourceLine line;;) {
    const NextLine next = pairs.read(line);
    if (next == NextLine::kEnd) break;
    if (next == NextLine::kLater) continue;
    const PreparedLine pair = preparer.prepare_pair(summary.lines + 1, line.text, line.target);
    if (summary.lines < file.size()) {
      const HardAlignment links = file.read(summary.lines).possible;
      expect_words(file, summary.lines, pair, links);
      count_links(pair, links, counts);
    }
    TranslatedLine counted;
    counted.number = ++summary.lines;
    counted.source = pair.text;
    counted.translations.emplace_back().text = pair.target_text;
    pairs.write({&counted, 1});
  }
  file.expect_size(summary.lines);
  return summary;
}

/// The type of the file's numbers, of which vectors are F32 where matrices are I8.
Dtype dtype_of(const LoadedModel& model) {
  for (const Dtype dtype : {Dtype::kI8, Dtype::kF16}) {
    for (const Parameter& parameter : model.parameters().all()) {
      if (model.dtype_of(parameter) == dtype) return dtype;
    }
  }
  return Dtype::kF32;
}

}  // namespace

ShortlistSummary build_shortlist(const std::string& model, const ShortlisterOptions& options,
                                 const LineStream& pairs, const std::string& output) {
  check_fields(options);
  const auto backend = make_backend(kBackend);
  const LoadedModel loaded(model, *backend);
  ModelContents contents = loaded.contents();
  const auto& [source, target] = contents.tokenizers;
  Cooccurrences counts(source.size(), target.size());
  ShortlistSummary summary;
  summary.lines = options.alignment.empty()
                      ? count_attention(model, options, contents.tokenizers, pairs, counts)
                      : count_alignments(options, contents, pairs, counts);
  contents.shortlist =
      counts.shortlist({options.frequent, options.best, options.least_probability});
  save_model(output, contents, loaded.parameters(), loaded.parameters().flat(), dtype_of(loaded));
  const auto count = [](std::size_t number) {
    return with_thousands(static_cast<std::int64_t>(number));
  };
  summary.report = fmt::format("shortlist: {} targets of {} source tokens, {} for any sentence",
                               count(contents.shortlist.targets.size()), count(source.size()),
                               count(contents.shortlist.frequent.size()));
  return summary;
}

}  // namespace heed
