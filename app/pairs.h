#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/streams.h"
#include "heed/translator.h"

namespace heed {

/// Gives sentence pairs in one of the forms of input.
class PairReader {
 public:
  virtual ~PairReader() = default;
  virtual NextLine read(SourceLine& pair) = 0;
  /// How far the input is read; of two files the source.
  virtual InputPlace place() const = 0;
};

/// SOURCE and TARGET, or source, tab, target: one file, or standard input if there is none. Throws
/// UsageError for another number of files than `flag` takes, and Error if one can't be read; read()
/// does if the sides have different numbers of lines, or a tab is missing.
std::unique_ptr<PairReader> read_pairs(const std::vector<std::string>& files, bool tsv,
                                       const Warn& warn, const std::string& flag = "--input");

/// What a pair is written as.
using PairRecord = std::function<std::string(const TranslatedLine&)>;

/// The way from `reader` to `output`, with a record for each pair; all three must outlive it.
LineStream pair_stream(PairReader& reader, const PairRecord& record, Output& output, bool quiet);

}  // namespace heed
