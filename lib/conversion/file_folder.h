#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "conversion/zip_archive.h"
#include "util/files.h"

namespace heed {

/// The files of a folder on disk, or of one inside a zip file. A copy shares them.
class FileFolder {
 public:
  explicit FileFolder(const std::string& path) : path_(path) {}

  /// The folder of a zip file in which `file` lies: at the top, or in the only folder there. None
  /// of both: the top. Throws Error for a damaged zip file.
  static FileFolder in_zip(const std::string& path, std::string_view file);

  bool has(const std::string& name) const;
  /// Throws Error if there is no such file, or a damaged one.
  std::string read(const std::string& name) const;
  /// For messages.
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  FileFolder folder(const std::string& name) const;

 private:
  struct Zip {
    explicit Zip(const std::string& path) : file(path), archive(file.bytes(), path) {}

    FileCopy file;
    ZipArchive archive;
  };

  std::string path_;
  std::shared_ptr<const Zip> zip_;
  std::string prefix_;  ///< Of names in the zip file.
};

}  // namespace heed
