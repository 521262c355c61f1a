#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conversion/byte_reader.h"

namespace heed {

struct PickleValue;
using PickleRef = std::shared_ptr<PickleValue>;

/// A value of a pickle, as far as saved tensors need them. Nothing of Python's is ever run: names
/// of functions are texts, and of calls only two are known, whose meaning is built in.
struct PickleValue {
  enum class Kind { kNone, kNumber, kText, kGlobal, kTuple, kList, kDict, kStorage, kTensor };

  Kind kind = Kind::kNone;
  std::int64_t number = 0;       ///< Also true and false.
  std::string text;              ///< Of a global "module name", of a storage its key.
  std::vector<PickleRef> items;  ///< Of a tuple or list; of a dict keys and values in turn; of a
                                 ///< storage its type and size; of a tensor storage, offset, size,
                                 ///< stride.
  int depth = 0;                 ///< Of the items that are nested.
};

/// Reads one pickle of protocol 2 (docs.python.org/3/library/pickletools.html) off the front: the
/// few opcodes with which PyTorch saves tensors. Throws Error for all else.
PickleRef read_pickle(ByteReader& reader);

}  // namespace heed
