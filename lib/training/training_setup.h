#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "data/corpus.h"
#include "heed/options.h"
#include "model/model_file.h"
#include "training/guided_alignment.h"
#include "training/period.h"
#include "training/processes.h"
#include "training/schedule.h"
#include "training/training_state.h"
#include "training/validator.h"
#include "util/log.h"

namespace heed {

// What a training makes of its options before it begins.

/// The options as they are. Throws UsageError for what can't be, and Error if the model is a
/// folder.
const TrainOptions& checked(const TrainOptions& options);

/// Fills in what is chosen by the size of the corpus or the machine; shards stay 0 where the
/// workspace decides.
TrainOptions resolved(TrainOptions options, std::size_t pairs);

/// The shards of a batch where nothing else decides.
int usual_shards(const DataOptions& options);

/// Nothing where there are no --valid-sets.
std::optional<ValidationText> read_validation_text(const DataOptions& options);

/// Vocabularies of the corpus, joint or one a side, as the options say.
Tokenizers train_tokenizers(const Corpus& corpus, const DataOptions& options, Log& log);

/// Nothing where there is no --guided-alignment.
std::optional<GuidedAlignment> read_guided_alignment(const Corpus& corpus,
                                                     const DataOptions& options);

/// Of the source lines, by some thousand from all over the corpus.
double share_with_several_sentences(const Corpus& corpus);

/// The model's own layer and heads, which --alignment-layer and --alignment-heads chose. Throws
/// UsageError for a model without attention weights, or a weight that isn't above 0.
Objective make_objective(const EncoderDecoder& model, const TrainingOptions& options, bool guided);

/// Those of the state, where there is one; else those of --pretrained-model or of --vocab; else
/// they are trained. The first process does that for all. Throws UsageError naming an option that
/// the pretrained model's shape hasn't.
Tokenizers make_tokenizers(const Corpus& corpus, const TrainOptions& options,
                           const TrainingState& state, Processes& processes, Log& log);

/// Begins with the weights of --pretrained-model, if there is one.
void load_pretrained(const TrainOptions& options, Parameters& parameters);

/// When to stop: --after and --time-budget. Throws UsageError.
std::vector<Period> make_end(const TrainingOptions& options);

/// The cosine schedule has to know the end in updates; throws UsageError if it is not among `end`.
ScheduleShape make_schedule(const TrainingOptions& options, const std::vector<Period>& end);

/// Throws Error if weights, moments and the workers' gradients would not fit into memory, before
/// any of it is asked for. Returns the model.
const EncoderDecoder& expect_room_for(const EncoderDecoder& model, const TrainingOptions& options);

}  // namespace heed
