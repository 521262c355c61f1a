#include "comparison/folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <set>
#include <system_error>
#include <thread>

#include "util/error.h"
#include "util/files.h"
#include "util/json.h"

namespace heed {

namespace {

namespace fs = std::filesystem;

constexpr const char* kIdentity = "comparison.json";
constexpr const char* kLock = ".lock";

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path)) {
    fail("expected a folder for --output, found that {} can't be one: {}", path,
         error ? error.message() : "it is a file");
  }
}

/// Children of a program that was killed end a moment after it, so a lock may need some patience.
bool lock(int file) {
  constexpr int kTries = 50;
  for (int i = 0; i < kTries; ++i) {
    if (flock(file, LOCK_EX | LOCK_NB) == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

}  // namespace

ComparisonFolder::ComparisonFolder(std::string path) : path_(std::move(path)) {
  if (path_.empty()) fail_usage("expected --output FOLDER, where the comparison is written");
  make_folder(path_);
  check_is_ours();
  lock_ = Descriptor(::open(file(kLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!lock_.is_open()) {
    fail("could not write {}: {}", file(kLock), std::generic_category().message(errno));
  }
  if (!lock(lock_.get())) {
    fail("another heed compare is at work in {}; wait for it, or choose another --output", path_);
  }
  make_folder(file("runs"));
}

void ComparisonFolder::check_is_ours() const {
  if (fs::exists(file(kIdentity)) || fs::exists(file(kLock)) || fs::is_empty(path_)) return;
  fail(
      "expected an empty folder or a comparison for --output, found other files in {}; choose "
      "another",
      path_);
}

nlohmann::json ComparisonFolder::identity() const {
  return fs::exists(file(kIdentity)) ? read_json(file(kIdentity)) : nlohmann::json();
}

void ComparisonFolder::check_identity(const nlohmann::json& identity) const {
  const nlohmann::json before = this->identity();
  const std::string difference = before.is_null() ? "" : first_difference(before, identity);
  if (difference.empty()) return;
  fail("{} holds another comparison, whose {}; choose another --output, or remove the folder",
       path_, difference);
}

void ComparisonFolder::write_identity(const nlohmann::json& identity) const {
  write_file(file(kIdentity), identity.dump(2) + "\n");
}

nlohmann::json read_json(const std::string& path) { return parse_json(read_file(path), path); }

std::string first_difference(const nlohmann::json& there, const nlohmann::json& here,
                             const std::string& prefix) {
  if (there == here) return {};
  if (!there.is_object() || !here.is_object()) {
    return fmt::format("{} is {}, not {}", prefix, there.dump(), here.dump());
  }
  std::set<std::string> names;
  for (const nlohmann::json* object : {&there, &here}) {
    for (const auto& [name, value] : object->items()) names.insert(name);
  }
  for (const std::string& name : names) {
    const std::string path = prefix.empty() ? name : prefix + "." + name;
    std::string found = first_difference(there.value(name, nlohmann::json()),
                                         here.value(name, nlohmann::json()), path);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace heed
