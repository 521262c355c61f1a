#include "translation/loaded_models.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "translation/line_rules.h"
#include "util/error.h"

namespace heed {

namespace {

std::vector<float> checked_weights(std::size_t models, std::span<const float> given) {
  if (models == 0) fail_usage("expected a model, found none");
  if (given.empty()) return std::vector<float>(models, 1.0F);
  if (given.size() != models) {
    fail_usage("expected a number in --weights for each of {} models, found {}", models,
               given.size());
  }
  if (std::ranges::count(given, 0.0F) == std::ssize(given)) {
    fail_usage("expected a number above 0 in --weights, found none");
  }
  return {given.begin(), given.end()};
}

/// Where two vocabularies differ.
std::string difference(const Tokenizer& one, const Tokenizer& other) {
  if (one.size() != other.size()) return fmt::format("{} and {} pieces", one.size(), other.size());
  for (int id = 0; id < one.size(); ++id) {
    if (one.piece(id) == other.piece(id)) continue;
    return fmt::format("'{}' and '{}' as piece {}", one.piece(id), other.piece(id), id);
  }
  return "the same pieces with other scores or rules";
}

void expect_same_vocabularies(const LoadedModel& one, const LoadedModel& other) {
  const auto [source, target] = one.contents().tokenizers;
  const auto [other_source, other_target] = other.contents().tokenizers;
  const auto compare = [&](const char* side, const Tokenizer& a, const Tokenizer& b) {
    if (a.serialized() == b.serialized()) return;
    fail(
        "expected models over the same vocabularies, found other {} vocabularies in {} and {}: {}; "
        "train the second with --vocab {}",
        side, one.path(), other.path(), difference(a, b), one.path());
  };
  compare("source", source, other_source);
  compare("target", target, other_target);
}

}  // namespace

LoadedModels::LoadedModels(std::span<const std::string> paths, const TranslateOptions& options,
                           Backend& backend) {
  const std::vector<float> wanted = checked_weights(paths.size(), options.weights);
  for (const std::string& path : paths) {
    members_.push_back(std::make_unique<Member>(path, backend));
    expect_same_vocabularies(members_.front()->loaded, members_.back()->loaded);
  }
  for (std::size_t m = 0; m < wanted.size(); ++m) {
    if (wanted[m] == 0) members_[m].reset();
  }
  std::erase(members_, nullptr);
  std::ranges::copy_if(wanted, std::back_inserter(ensemble_.weights),
                       [](float weight) { return weight > 0; });
  const bool selects = options.shortlist != 0;
  std::vector<const Shortlist*> shortlists;
  for (const auto& member : members_) {
    shortlists.push_back(&member->loaded.contents().shortlist);
    ensemble_.models.push_back(&member->loaded.model());
  }
  if (selects) {
    const auto& [source, target] = contents().tokenizers;
    candidates_.emplace(std::move(shortlists), std::max(options.shortlist, 0), source, target);
  }
  for (const auto& member : members_) {
    member->packed = std::make_unique<PackedParameters>(
        member->loaded.model().parameters(), options.int8 ? Precision::kInt8 : Precision::kFloat,
        selects);
  }
}

LineRules LoadedModels::line_rules(const TranslateOptions& options,
                                   const std::string& target_tag) const {
  LineRules rules = make_line_rules(options, contents(), target_tag);
  for (const auto& member : members_) {
    const int most = make_line_rules(options, member->loaded.contents(), target_tag).max_length;
    rules.max_length = std::min(rules.max_length, most);
  }
  return rules;
}

}  // namespace heed
