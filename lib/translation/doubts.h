#pragma once

#include <string>
#include <vector>

#include "decoding/beam.h"

namespace heed {

/// Why a hypothesis looks unlike a translation of its source of so many tokens, </s> not counted:
///   loop         it repeated itself and was ended for that,
///   length       it has less than 2/5 or more than twice the tokens of its source, and 8 more,
///   attention    more than half of its attention, where it has any, goes to the source's </s>,
///   probability  the mean log p of its tokens is less than −1.5.
/// Of Multi30k's test sets, at beam 1, the shipped model's translations have 0.36 to 2.7 times
/// their sources' tokens (the middle 98 % 0.52 to 1.6), give </s> 0.005 to 0.19 of their attention,
/// and 99.7 % have a mean log p above −1.5; of 300 lines of random letters the median is −1.4, of
/// the English of a licence −1.6 (`heed translate -b 1 --json --alignment soft --alignment-unit
/// piece`).
std::vector<std::string> find_doubts(const Hypothesis& hypothesis, int source_tokens);

}  // namespace heed
