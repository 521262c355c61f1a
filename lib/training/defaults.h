#pragma once

#include <cstddef>
#include <string>

#include "heed/train_options.h"

namespace heed {

/// Small steps from the first update on: the model is to stay near what it is.
void suit_minimum_risk(TrainingOptions& options);

/// Of the options those that TrainOptions::for_corpus chose by the number of sentence pairs, and
/// for what kind of corpus: "a small corpus (10,000 to 200,000 pairs): dim-emb 128, …".
std::string choices_for_corpus(const TrainOptions& options, std::size_t pairs);

}  // namespace heed
