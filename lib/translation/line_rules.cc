#include "translation/line_rules.h"

#include <algorithm>

#include "translation/target_tag.h"

namespace heed {

namespace {

/// A model of an older program, or of another one, does not say what its lines were.
bool splits_sentences(Sentences wanted, const nlohmann::json& training) {
  if (wanted != Sentences::kAuto) return wanted == Sentences::kSplit;
  constexpr double kFew = 0.1;
  const auto share = training.find("several_sentences");
  return share != training.end() && share->is_number() && share->get<double>() < kFew;
}

}  // namespace

LineRules make_line_rules(const TranslateOptions& options, const ModelContents& contents,
                          const std::string& target_tag) {
  const ModelOptions& model = contents.options;
  LineRules rules;
  rules.tag = find_target_tag(target_tag.empty() ? options.target_tag : target_tag,
                              contents.tokenizers.source);
  rules.max_length = options.max_length;
  const bool as_it_is = options.search.like == SearchStyle::kMarian;
  rules.splits_sentences = !as_it_is && splits_sentences(options.sentences, contents.training);
  rules.sentence = {!as_it_is && options.capitals == Capitals::kFold,
                    !as_it_is && options.copy_unknown};
  rules.protects = ProtectedPatterns(options.protect);
  const bool has_learned_positions = model.type == ModelType::kTransformer
                                         ? model.positions == Positions::kLearned
                                         : model.attention == "location";
  if (has_learned_positions) {
    const int most = model.max_positions - 1 - static_cast<int>(rules.tag.size());
    rules.max_length = std::min(rules.max_length, most);
  }
  rules.long_lines = options.long_lines;
  rules.invalid_utf8 = options.invalid_utf8;
  return rules;
}

}  // namespace heed
