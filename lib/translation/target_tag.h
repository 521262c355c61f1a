#pragma once

#include <string>
#include <vector>

#include "data/tokenizer.h"
#include "decoding/alignment.h"

namespace heed {

/// The source tokens that ask a model of several target languages for one: those of ">>de<<", or
/// where there is no such piece of ">>deu<<", as the vocabulary splits it. `language` may have the
/// marks. None for "". Throws UsageError naming some of the languages that there are.
std::vector<int> find_target_tag(const std::string& language, const Tokenizer& source);

/// Takes the columns of a tag, which is no word of the line, out of the attention. Their weight
/// becomes that of </s>, which links nothing either, so that rows still sum to 1.
void leave_out_tag(AttentionMatrix& attention, std::size_t tag_length);

}  // namespace heed
