#include "conversion/file_folder.h"

#include <algorithm>
#include <filesystem>

#include "util/error.h"

namespace heed {

FileFolder FileFolder::in_zip(const std::string& path, std::string_view file) {
  FileFolder folder(path);
  folder.zip_ = std::make_shared<const Zip>(path);
  for (const ZipArchive::Entry& entry : folder.zip_->archive.entries()) {
    const std::size_t name = entry.name.find('/') + 1;  // 0 at the top
    if (std::string_view(entry.name).substr(name) != file) continue;
    folder.prefix_ = entry.name.substr(0, name);
    if (name == 0) break;
  }
  return folder;
}

bool FileFolder::has(const std::string& name) const {
  if (zip_) return zip_->archive.find(prefix_ + name) != nullptr;
  return std::filesystem::is_regular_file(path(name));
}

std::string FileFolder::read(const std::string& name) const {
  if (!zip_) return read_file(path(name));
  const ZipArchive::Entry* const entry = zip_->archive.find(prefix_ + name);
  if (entry == nullptr) fail("expected a file {} in {}, found none", name, path_);
  const std::vector<std::byte> bytes = zip_->archive.read(*entry);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

FileFolder FileFolder::folder(const std::string& name) const {
  FileFolder inner = *this;
  inner.path_ = path(name);
  inner.prefix_ += name + '/';
  return inner;
}

}  // namespace heed
