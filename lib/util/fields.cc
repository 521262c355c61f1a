#include "util/fields.h"

#include <cmath>

namespace heed {

std::string range_text(const Field& field) {
  if (!std::isfinite(field.least) || !std::isfinite(field.most)) return {};
  const std::string_view unit = field.unit;
  return fmt::format("{} to {}{}{}", field.least, field.most, unit.empty() ? "" : " ", unit);
}

void fail_range(const Field& field, std::string_view found) {
  const std::string range = range_text(field);
  fail_usage("expected {} for --{}, found {}", range.empty() ? "a number" : range, field.name,
             found);
}

std::string to_text(const AlignmentOutput& value) {
  const bool is_hard = value.form == AlignmentForm::kHard;
  return is_hard && value.threshold > 0 ? to_text(value.threshold) : to_text(value.form);
}

void from_text(std::string_view field, std::string_view text, AlignmentOutput& value) {
  const auto forms = enum_names(AlignmentForm{});
  if (std::find(forms.begin(), forms.end(), text) != forms.end()) {
    value = {};
    from_text(field, text, value.form);
    return;
  }
  float threshold = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), threshold);
  const bool is_number = result.ec == std::errc{} && result.ptr == text.data() + text.size();
  if (!is_number || !(threshold > 0 && threshold <= 1)) {
    fail_usage("expected none, hard, soft, or a weight above 0 and up to 1 for {}, found '{}'",
               field, text);
  }
  value = {AlignmentForm::kHard, threshold < 1 ? threshold : 0};
}

}  // namespace heed
