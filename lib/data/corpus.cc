#include "data/corpus.h"

#include <algorithm>

#include "util/error.h"
#include "util/random.h"

namespace heed {
namespace {

void check_paths(const std::vector<std::string>& paths, bool tsv) {
  const std::size_t expected = tsv ? 1 : 2;
  if (paths.size() != expected) {
    fail_usage("expected {}, found {} file{}",
               tsv ? "one TSV file" : "a source and a target file (or one file with --tsv)",
               paths.size(), paths.size() == 1 ? "" : "s");
  }
  if (!tsv && paths[0] == "-" && paths[1] == "-") {
    fail_usage("standard input can be one side only; join both with paste and use --tsv");
  }
}

IndexedText open_first(const std::vector<std::string>& paths, bool tsv) {
  check_paths(paths, tsv);
  if (!tsv) return IndexedText(paths[0]);
  return IndexedText(paths[0], [&](std::string_view line, std::size_t number) {
    const auto tabs = std::count(line.begin(), line.end(), '\t');
    if (tabs == 1) return;
    fail("expected source, tab, target, found {} tabs in {}:{}; correct or remove the line", tabs,
         paths[0], number);
  });
}

SentencePair split(const std::string& line) {
  const std::size_t tab = std::min(line.find('\t'), line.size());
  return {line.substr(0, tab), line.substr(std::min(tab + 1, line.size()))};
}

}  // namespace

Corpus::Corpus(const std::vector<std::string>& paths, bool tsv) : source_(open_first(paths, tsv)) {
  if (!tsv) target_.emplace(paths[1]);
  if (target_ && target_->size() != source_.size()) {
    fail("expected the same number of lines on both sides, found {} in {} and {} in {}",
         source_.size(), source_.path(), target_->size(), target_->path());
  }
  if (source_.size() == 0) fail("expected sentence pairs, found no line in {}", source_.path());
}

SentencePair Corpus::pair(std::size_t i) const {
  if (!target_) return split(source_.line(i));
  return {source_.line(i), target_->line(i)};
}

std::string Corpus::source(std::size_t i) const {
  return target_ ? source_.line(i) : pair(i).source;
}

std::string Corpus::target(std::size_t i) const {
  return target_ ? target_->line(i) : pair(i).target;
}

std::vector<std::string> Corpus::warnings() const {
  std::vector<std::string> all = source_.warnings();
  if (target_) all.insert(all.end(), target_->warnings().begin(), target_->warnings().end());
  return all;
}

std::uint64_t Corpus::fingerprint() const {
  const std::uint64_t target = target_ ? std::uint64_t{target_->checksum()} + 1 : 0;
  return hash_seed(size(), {source_.checksum(), target});
}

}  // namespace heed
