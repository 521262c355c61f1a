#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decoding/ensemble.h"
#include "model/model_file.h"
#include "translation/candidates.h"
#include "translation/prepared_line.h"

namespace heed {

/// One model, or several over the same vocabularies that translate together. Those of weight 0 are
/// only compared: they cost nothing.
class LoadedModels {
 public:
  /// No weights: 1 for each. Throws Error for a file that is no model, naming two whose
  /// vocabularies differ and how, and UsageError for weights that don't fit and where there is no
  /// shortlist for --shortlist. `backend` must outlive the models.
  LoadedModels(std::span<const std::string> paths, const TranslateOptions& options,
               Backend& backend);

  /// The first one's, which says how text is read.
  const ModelContents& contents() const { return members_.front()->loaded.contents(); }
  const EncoderDecoder& first() const { return members_.front()->loaded.model(); }
  const EnsembleModels& ensemble() const { return ensemble_; }
  /// Of --shortlist, or nullptr.
  const CandidateFinder* candidates() const { return candidates_ ? &*candidates_ : nullptr; }

  /// How lines are read so that none is too long for a model; else as make_line_rules().
  LineRules line_rules(const TranslateOptions& options, const std::string& target_tag) const;

 private:
  struct Member {
    Member(const std::string& path, Backend& backend) : loaded(path, backend) {}
    LoadedModel loaded;
    std::unique_ptr<PackedParameters> packed{};
  };

  std::vector<std::unique_ptr<Member>> members_;
  EnsembleModels ensemble_;
  std::optional<CandidateFinder> candidates_;
};

}  // namespace heed
