#pragma once

#include <limits>

namespace heed {

// Options are plain structs: each field is written once, with its default, and listed once, with
// its help and range, by visit_fields(self, visitor), which calls visitor(Field, field) for each.
// Visitors make the command line's flags, the configuration file, the model file's header and the
// log; all of them read values through util/fields.h, which checks the range.

/// What a field is to the result of a program.
enum class FieldKind {
  kResult,  ///< Decides the result.
  kBudget,  ///< How far a training goes; one that goes on may be given more.
  kFile,    ///< Names files: the text in them counts, not its name.
  kRun,     ///< When and what the program tells and keeps: the result does not depend on it.
};

/// One option's description. A number has a range, both ends included; a list's holds for each of
/// its items. NaN is in no range.
struct Field {
  const char* name;  ///< The flag without dashes.
  const char* help;
  char letter = 0;             ///< A one-letter flag, or 0.
  const char* bare = nullptr;  ///< The value that the flag without one stands for, if it may.

  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  const char* unit = "";  ///< Of a number, in the plural.
  FieldKind kind = FieldKind::kResult;

  constexpr Field within(double from, double to, const char* of = "") const {
    Field field = *this;
    field.least = from;
    field.most = to;
    field.unit = of;
    return field;
  }
  constexpr Field budget() const { return of_kind(FieldKind::kBudget); }
  constexpr Field file() const { return of_kind(FieldKind::kFile); }
  constexpr Field run() const { return of_kind(FieldKind::kRun); }

 private:
  constexpr Field of_kind(FieldKind wanted) const {
    Field field = *this;
    field.kind = wanted;
    return field;
  }
};

}  // namespace heed
