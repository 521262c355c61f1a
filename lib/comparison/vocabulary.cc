#include "comparison/vocabulary.h"

#include <filesystem>

#include "comparison/folder.h"
#include "comparison/grid.h"
#include "data/corpus.h"
#include "training/training_setup.h"
#include "util/error.h"
#include "util/files.h"
#include "util/log.h"
#include "util/process.h"

namespace heed {

namespace {

namespace fs = std::filesystem;

/// Whether a vocabulary depends on the flag.
bool shapes_vocabulary(std::string_view flag) {
  bool shapes = false;
  DataOptions options;
  const auto look = [&](const Field& field, auto&) { shapes = shapes || flag == field.name; };
  DataOptions::visit_text_fields(options, look);
  DataOptions::visit_vocabulary_fields(options, look);
  return shapes;
}

/// "shared", or what tells this vocabulary from others: "vocab-size=2000".
std::string vocabulary_name(const std::vector<RunSetting>& settings) {
  std::string name;
  for (const RunSetting& setting : settings) {
    if (!shapes_vocabulary(setting.flag)) continue;
    name += fmt::format("{}{}={}", name.empty() ? "" : ",", setting.flag, setting.value);
  }
  return name.empty() ? "shared" : folder_name(name);
}

std::vector<std::string> file_names(const std::string& stem, const DataOptions& options) {
  if (options.separate_vocabs) return {stem + ".source.spm", stem + ".target.spm"};
  return {stem + ".spm"};
}

void train_files(const DataOptions& options, const std::vector<std::string>& files) {
  Log silent;
  const Corpus corpus(options);
  const Tokenizers tokenizers = train_tokenizers(corpus, options, silent);
  write_file(files.back(), tokenizers.target.serialized());
  if (files.size() > 1) write_file(files.front(), tokenizers.source.serialized());
}

/// In a process of its own: it takes much memory, which would count as that of later runs.
void train_in_child(const DataOptions& options, const std::vector<std::string>& files,
                    const std::string& error_file) {
  ChildProcess child([&] {
    try {
      train_files(options, files);
      return 0;
    } catch (const std::exception& error) {
      write_file(error_file, error.what());
    }
    return 1;
  });
  const ProcessEnd end = child.wait();
  if (end.code == 0 && end.signal == 0) return;
  if (end.signal != 0) fail("training the vocabulary was ended by signal {}", end.signal);
  fail("vocabulary: {}", fs::exists(error_file) ? read_file(error_file) : "its training failed");
}

}  // namespace

void share_vocabularies(const std::string& folder, std::vector<RunPlan>& runs) {
  fs::create_directories(folder);
  for (RunPlan& plan : runs) {
    DataOptions& data = plan.options.data;
    if (!data.vocab.empty()) continue;
    // An absolute path, so that a run goes on when the program is started from elsewhere.
    const fs::path stem = fs::absolute(folder) / vocabulary_name(plan.run.settings);
    const std::vector<std::string> files = file_names(stem.lexically_normal().string(), data);
    // The target's file is written first: the source's says that both are whole.
    if (!fs::exists(files.front())) train_in_child(data, files, folder + "/error");
    data.vocab = files;
  }
}

}  // namespace heed
