#pragma once

#include <string>
#include <vector>

#include "decoding/beam.h"

namespace heed {

/// Why a hypothesis looks unlike a translation of its source of so many tokens, </s> not counted:
///   loop         it repeated itself and was ended for that,
///   length       it has less than 2/5 or more than twice the tokens of its source, and 8 more,
///   attention    more than half of its attention, where it has any, goes to the source's </s>,
///   probability  the mean log p of its tokens is less than −1.8.
/// Of Multi30k's test sets, at beam 1, the shipped model's translations have 0.32 to 3.1 times
/// their sources' tokens (the middle 98 % 0.53 to 1.6), give </s> 0.003 to 0.21 of their attention,
/// and 99 % have a mean log p above −1.3; of 300 lines of random letters the median is −1.6 (`heed
/// translate -b 1 --json --alignment soft --alignment-unit piece`).
std::vector<std::string> find_doubts(const Hypothesis& hypothesis, int source_tokens);

}  // namespace heed
