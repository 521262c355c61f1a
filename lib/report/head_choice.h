#pragma once

#include <string>
#include <string_view>

#include "report/results.h"

namespace heed {

// The page's pictures of attention show each model's last layer and the mean of its heads. Where
// there is more, a script draws what the reader chooses, for all sentences at once.

/// The choice; "" where no model has several layers or heads.
std::string html_head_choice(const Comparison& comparison);

/// All pictures of a view for the script: "1.0:..0k 1.1:.1c." are layer 1's mean and first head,
/// each weight in hundredths, row by row: "." for 0, else two digits to base 36.
std::string packed_pictures(const SampleView& view);

/// Shows the choice, which without it stays hidden, and draws what is chosen.
std::string_view head_choice_script();

}  // namespace heed
