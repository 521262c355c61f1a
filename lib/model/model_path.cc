#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "heed/model_info.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::string_view kEnding = ".safetensors";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Those of a folder, by name; none where there is no such folder.
std::vector<std::filesystem::path> models_in(const std::string& folder) {
  std::vector<std::filesystem::path> models;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    std::error_code gone;
    const bool is_model = entry.path().extension() == kEnding && entry.is_regular_file(gone);
    if (is_model) models.push_back(entry.path());
  }
  std::ranges::sort(models);
  return models;
}

}  // namespace

std::vector<std::string> model_folders() {
  std::vector<std::string> folders;
  const std::string own = variable("HEED_MODELS");
  for (const std::string_view folder : split_fields(own, ':')) {
    if (!folder.empty()) folders.emplace_back(folder);
  }
  const std::string data = variable("XDG_DATA_HOME"), home = variable("HOME");
  if (!data.empty()) {
    folders.push_back(data + "/heed");
  } else if (!home.empty()) {
    folders.push_back(home + "/.local/share/heed");
  }
  folders.emplace_back("/usr/share/heed");
  return folders;
}

std::string find_model(const std::string& name) {
  const bool is_path = name.find_first_of("/.") != std::string::npos;
  std::error_code none;
  if (is_path || std::filesystem::exists(name, none)) return name;
  for (const std::string& folder : model_folders()) {
    std::string path = fmt::format("{}/{}{}", folder, name, kEnding);
    if (std::filesystem::exists(path, none)) return path;
  }
  fail("expected a model file {0}, or {0}{1} in {2}; found none; heed info lists those found", name,
       kEnding, fmt::join(model_folders(), ", "));
}

std::string list_models() {
  std::string lines;
  for (const std::string& folder : model_folders()) {
    for (const std::filesystem::path& path : models_in(folder)) {
      std::error_code gone;
      lines += fmt::format("{:<20} {:>10}  {}\n", path.stem().string(),
                           human_size(std::filesystem::file_size(path, gone)), path.string());
    }
  }
  if (lines.empty()) {
    fail("expected models (NAME{}) in {}, found none; name files, or --system", kEnding,
         fmt::join(model_folders(), ", "));
  }
  return lines;
}

}  // namespace heed
