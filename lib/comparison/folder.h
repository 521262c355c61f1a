#pragma once

#include <string>

#include "util/descriptor.h"
#include "util/json.h"

namespace heed {

/// Where the files of one run lie.
struct RunFolder {
  std::string path;

  std::string file(const std::string& name) const { return path + "/" + name; }
  std::string model() const { return file("model.safetensors"); }
  std::string state() const { return model() + ".state"; }
  std::string log() const { return file("log"); }
  std::string json_log() const { return file("log.jsonl"); }
  std::string options() const { return file("options.json"); }
  std::string output() const { return file("output"); }
  std::string result() const { return file("result.json"); }
  std::string error() const { return file("error"); }
};

/// The folder of a comparison. One program at a time may work in it: it is locked as long as this
/// object, or a child of this process, lives.
class ComparisonFolder {
 public:
  /// Makes the folder if there is none. Throws Error if another program is at work in it, or if it
  /// holds files but no comparison.
  explicit ComparisonFolder(std::string path);

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  RunFolder run(const std::string& name) const { return {file("runs/" + name)}; }

  /// What comparison.json says; null in a new folder.
  nlohmann::json identity() const;
  /// Throws Error naming the first difference from comparison.json, if there is one: all of
  /// `identity` must be as it was.
  void check_identity(const nlohmann::json& identity) const;
  void write_identity(const nlohmann::json& identity) const;

 private:
  void check_is_ours() const;

  std::string path_;
  Descriptor lock_;
};

/// The file's JSON. Throws Error naming the file if it is damaged.
nlohmann::json read_json(const std::string& path);

/// The first place where two objects differ: "data.train-sets: 1 there, 2 here"; "" if they are
/// alike.
std::string first_difference(const nlohmann::json& there, const nlohmann::json& here,
                             const std::string& prefix = "");

}  // namespace heed
