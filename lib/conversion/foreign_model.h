#pragma once

#include <string>
#include <vector>

#include "conversion/correspondence.h"
#include "model/model_file.h"

namespace heed {

/// A model as another tool's files give it.
struct ForeignModel {
  ModelContents contents;
  std::vector<ForeignTensor> tensors;
  std::vector<Correspondence> table;
};

/// Throws Error naming `path` for options that no model can have: the file's fault.
void check_buildable(const ModelOptions& options, const std::string& path);

/// Throws Error if there is no such folder and none can be made.
void make_folder(const std::string& path);

}  // namespace heed
