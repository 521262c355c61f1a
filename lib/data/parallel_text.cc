#include "data/parallel_text.h"

#include <algorithm>
#include <string_view>

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

SentencePair split(std::string_view line) {
  const std::size_t tab = std::min(line.find('\t'), line.size());
  return {std::string(line.substr(0, tab)),
          std::string(line.substr(std::min(tab + 1, line.size())))};
}

std::vector<IndexedText> read_tsv(const std::string& path, const ParallelText::Visit& visit) {
  TextIndexer indexer(path);
  for (std::string line; indexer.next(line);) {
    const auto tabs = std::count(line.begin(), line.end(), '\t');
    if (tabs != 1) {
      fail("expected source, tab, target, found {} tabs in {}:{}; correct or remove the line", tabs,
           display_name(path), indexer.line_number());
    }
    if (visit) visit(split(line));
  }
  std::vector<IndexedText> sides;
  sides.push_back(indexer.finish());
  return sides;
}

/// Side by side, so that a visitor sees pairs of what can be read once only.
std::vector<IndexedText> read_sides(const std::vector<std::string>& paths,
                                    const ParallelText::Visit& visit) {
  TextIndexer source(paths[0]), target(paths[1]);
  SentencePair pair;
  for (;;) {
    const bool has_source = source.next(pair.source), has_target = target.next(pair.target);
    if (!has_source && !has_target) break;
    if (visit && has_source && has_target) visit(pair);
  }
  std::vector<IndexedText> sides;
  sides.push_back(source.finish());
  sides.push_back(target.finish());
  return sides;
}

}  // namespace

ParallelText::ParallelText(const std::vector<std::string>& paths, bool tsv, const Visit& visit) {
  check_paths(paths, tsv);
  sides_ = tsv ? read_tsv(paths[0], visit) : read_sides(paths, visit);
  const IndexedText &source = sides_.front(), &target = sides_.back();
  if (target.size() != source.size()) {
    fail("expected the same number of lines on both sides, found {} in {} and {} in {}",
         source.size(), display_name(source.path()), target.size(), display_name(target.path()));
  }
  if (size() == 0) fail("expected sentence pairs, found no line in {}", display_name(path()));
}

SentencePair ParallelText::pair(std::size_t i) const {
  if (is_tsv()) return split(sides_[0].line(i));
  return {sides_[0].line(i), sides_[1].line(i)};
}

std::string ParallelText::source(std::size_t i) const {
  return is_tsv() ? pair(i).source : sides_[0].line(i);
}

std::string ParallelText::target(std::size_t i) const {
  return is_tsv() ? pair(i).target : sides_[1].line(i);
}

std::vector<std::string> ParallelText::warnings() const {
  std::vector<std::string> all;
  for (const IndexedText& side : sides_) {
    all.insert(all.end(), side.warnings().begin(), side.warnings().end());
  }
  return all;
}

std::uint64_t ParallelText::fingerprint() const {
  const std::uint64_t target = is_tsv() ? 0 : std::uint64_t{sides_[1].checksum()} + 1;
  return hash_seed(size(), {sides_[0].checksum(), target});
}

}  // namespace heed
