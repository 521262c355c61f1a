#include "app/pairs.h"

#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

class TsvPairs final : public PairReader {
 public:
  TsvPairs(const std::vector<std::string>& paths, const Warn& warn) : input_(paths, warn) {}

  NextLine read(SourceLine& pair) override {
    const NextLine next = input_.read(line_);
    if (next != NextLine::kRead) return next;
    ++number_;
    const std::size_t tab = line_.find('\t');
    if (tab == std::string::npos && !trim(line_).empty()) {
      fail("expected source, tab, target in line {}, found no tab", number_);
    }
    pair.text = line_.substr(0, tab);
    pair.target = tab == std::string::npos ? "" : line_.substr(tab + 1);
    return next;
  }
  InputPlace place() const override { return input_.place(); }

 private:
  Input input_;
  std::string line_;
  std::size_t number_ = 0;
};

class TwoFiles final : public PairReader {
 public:
  TwoFiles(const std::vector<std::string>& paths, const Warn& warn)
      : names_(paths), source_({paths[0]}, warn), target_({paths[1]}, warn) {}

  NextLine read(SourceLine& pair) override {
    const NextLine source = next_of(source_, pair.text);
    const NextLine target = next_of(target_, pair.target);
    if (source != target) fail_unequal(source == NextLine::kRead);
    if (source == NextLine::kRead) ++lines_;
    return source;
  }
  InputPlace place() const override { return source_.place(); }

 private:
  /// Two sides are read in step: a slow one holds up the other.
  static NextLine next_of(Input& input, std::string& line) {
    NextLine next = NextLine::kLater;
    while (next == NextLine::kLater) next = input.read(line);
    return next;
  }

  [[noreturn]] void fail_unequal(bool source_is_longer) {
    Input& longer = source_is_longer ? source_ : target_;
    std::size_t lines = lines_ + 1;
    for (std::string rest; next_of(longer, rest) == NextLine::kRead;) ++lines;
    fail("expected as many lines in {} as in {}, found {} and {}; make them parallel", names_[0],
         names_[1], source_is_longer ? lines : lines_, source_is_longer ? lines_ : lines);
  }

  std::vector<std::string> names_;
  Input source_, target_;
  std::size_t lines_ = 0;
};

void expect_files(const std::vector<std::string>& files, std::size_t least, std::size_t most,
                  const std::string& what) {
  if (files.size() >= least && files.size() <= most) return;
  fail_usage("expected {}, found {} files", what, files.size());
}

}  // namespace

std::unique_ptr<PairReader> read_pairs(const std::vector<std::string>& files, bool tsv,
                                       const Warn& warn, const std::string& flag) {
  if (tsv) {
    expect_files(files, 0, 1, "one TSV file or none for " + flag);
    return std::make_unique<TsvPairs>(files, warn);
  }
  expect_files(files, 2, 2, "SOURCE TARGET for " + flag);
  expect_standard_input_once(files);
  return std::make_unique<TwoFiles>(files, warn);
}

LineStream pair_stream(PairReader& reader, const PairRecord& record, Output& output, bool quiet) {
  const auto write = [&](std::span<TranslatedLine> lines) {
    std::string text;
    for (const TranslatedLine& line : lines) text += record(line);
    output.write(text);
  };
  return {[&](SourceLine& pair) { return reader.read(pair); }, write, messages(quiet)};
}

}  // namespace heed
