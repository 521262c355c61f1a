#pragma once

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

}  // namespace heed
