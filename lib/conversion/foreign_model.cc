#include "conversion/foreign_model.h"

#include <filesystem>
#include <system_error>

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

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) fail("could not make the folder {}: {}", path, error.message());
}

}  // namespace heed
