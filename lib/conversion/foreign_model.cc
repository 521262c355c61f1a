#include "conversion/foreign_model.h"

#include "util/error.h"
#include "util/fields.h"

namespace heed {

void check_buildable(const ModelOptions& options, const std::string& path) {
  try {
    check_fields(options);
  } catch (const UsageError& error) {
    fail("expected a model that this heed can build in {}, found: {}", path, error.what());
  }
}

}  // namespace heed
