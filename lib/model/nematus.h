#pragma once

#include <vector>

#include "model/rnn.h"

namespace heed {

/// The recurrent model of Nematus (Sennrich et al. 2017) and of Marian's s2s, amun and nematus. Its
/// encoder has a stack of deep cells for each direction, the one beside the other; NematusDecoder
/// is its decoder.
class NematusModel : public RecurrentModel {
 public:
  NematusModel(const ModelOptions& options, const Vocabularies& vocabularies,
               Parameters& parameters);

 private:
  Encoded run_encoder(Tape& tape, const Ragged& source) const override;

  using Stack = std::vector<RecurrentLayer>;

  Stack make_stack(Parameters& parameters, bool backward) const;
  Var run(const Stack& stack, Var words, const TimeMajor& time) const;

  Stack forward_, backward_;
};

}  // namespace heed
