#include "comparison/plan.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>

#include "data/corpus.h"
#include "metrics/tokenizers.h"
#include "model/attention_choice.h"
#include "model/encoder_decoder.h"
#include "tensor/backend.h"
#include "training/training_setup.h"
#include "util/error.h"
#include "util/json_fields.h"

namespace heed {

namespace {

/// Sizes of corpora, each read once.
class CorpusSizes {
 public:
  std::size_t of(const DataOptions& data) {
    std::vector<std::vector<std::string>> key;
    const auto add = [&](const Field&, const auto& value) { key.push_back(to_texts(value)); };
    DataOptions::visit_text_fields(data, add);
    const auto [entry, is_new] = sizes_.try_emplace(key, 0);
    if (is_new) entry->second = Corpus(data).size();
    return entry->second;
  }

 private:
  std::map<std::vector<std::vector<std::string>>, std::size_t> sizes_;  // by text fields
};

struct Chooser {
  const GiveCompareOptions& give;
  int threads;
  CorpusSizes sizes{};

  /// Defaults of the kind of model and the corpus, then what the user gave, then what varies.
  CompareOptions choose(const std::vector<RunSetting>& settings) {
    const auto set = [&](CompareOptions options) {
      give(options);
      for (const RunSetting& setting : settings) apply_setting(setting, options.train);
      return options;
    };
    const CompareOptions first = set({});
    const std::size_t pairs = sizes.of(first.train.data);
    CompareOptions options = set(CompareOptions::for_corpus(first.train.architecture.type, pairs));
    if (options.train.training.threads == 0) options.train.training.threads = threads;
    options.train = resolved(options.train, pairs);
    return options;
  }
};

/// Builds what the training would build; vocabularies are of the size asked for, with room for the
/// special tokens.
void check_run(const TrainOptions& options) {
  checked(options);
  make_schedule(options.training, make_end(options.training));
  parse_periods("valid-freq", options.training.valid_freq);
  parse_periods("save-freq", options.training.save_freq);
  parse_periods("disp-freq", options.training.disp_freq);
  const auto backend = make_backend(options.training.backend);
  Parameters parameters(*backend);
  const int pieces = std::max(4, options.data.vocab_size);
  const auto model = make_model(options.architecture, {pieces, pieces}, parameters);
  const bool measures = std::ranges::count(options.training.valid_metrics, "attention") > 0;
  parameters.initialize(options.training.seed);
  check_own_choice(*model);
  if (options.data.valid_sets.empty() || !measures) return;
  measured_attention(*model, options.training.valid_metrics);
}

RunPlan plan_run(const PlannedRun& run, Chooser& chooser) {
  try {
    RunPlan plan{run, {}};
    const CompareOptions options = chooser.choose(plan.run.settings);
    plan.options = options.train;
    plan.options.model =
        fmt::format("{}/runs/{}/model.safetensors", options.comparison.output, plan.run.name);
    check_run(plan.options);
    plan.options.model.clear();
    return plan;
  } catch (const UsageError& error) {
    fail_usage("run {}: {}", run.name, error.what());
  } catch (const Error& error) {
    fail("run {}: {}", run.name, error.what());
  }
}

std::vector<std::string> groups_of(const std::vector<RunPlan>& runs) {
  std::vector<std::string> groups;
  for (const RunPlan& plan : runs) {
    if (std::find(groups.begin(), groups.end(), plan.run.group) == groups.end()) {
      groups.push_back(plan.run.group);
    }
  }
  return groups;
}

/// One group alone is tested against nothing, whatever a configuration names.
std::string choose_baseline(const std::string& wanted, const std::vector<std::string>& groups) {
  if (wanted.empty() || groups.size() == 1) return groups.front();
  if (std::ranges::find(groups, wanted) != groups.end()) return wanted;
  fail_usage(
      "expected one of this comparison's groups for --baseline, {}, found '{}'; choose one, or the "
      "first with --baseline ''",
      fmt::join(groups, " or "), wanted);
}

void check_options(const ComparisonOptions& options) {
  check_fields(options);
  if (options.output.empty())
    fail_usage("expected --output FOLDER, where the comparison is written");
  if (options.test_sets.empty()) {
    fail_usage("expected --test-sets SOURCE TARGET, to measure on, found none");
  }
  if (!options.vary.empty() || !options.runs.empty()) {
    make_bleu_tokenizer(options.tokenize);
    return;
  }
  fail_usage(
      "expected runs to compare, found none; say what varies: --vary FLAG=VALUE,VALUE or --runs "
      "FILE");
}

nlohmann::json fingerprint(const std::string& path) {
  if (path == "-") fail_usage("expected files, which can be read again, found standard input");
  const IndexedText text(path);
  nlohmann::json json;
  json["lines"] = text.size();
  json["checksum"] = fmt::format("{:08x}", text.checksum());
  return json;
}

nlohmann::json identity_of(const CompareOptions& shared, const std::vector<std::string>& varied) {
  nlohmann::json options = to_json(shared);
  erase_fields<CompareOptions>(options, FieldKind::kRun);
  for (const std::string& flag : varied) options.erase(flag);
  for_each_field(shared, [&](const Field& field, const auto& value) {
    if (field.kind != FieldKind::kFile || !options.contains(field.name)) return;
    nlohmann::json texts = nlohmann::json::array();
    for (const std::string& path : to_texts(value)) {
      if (!path.empty()) texts.push_back(fingerprint(path));
    }
    options[field.name] = texts;
  });
  std::vector<std::string> flags = varied;
  std::sort(flags.begin(), flags.end());
  nlohmann::json identity;
  identity["format"] = 1;
  identity["flags that vary"] = flags;
  identity["option"] = options;
  return identity;
}

}  // namespace

CompareOptions CompareOptions::for_corpus(ModelType type, std::size_t sentence_pairs) {
  CompareOptions options;
  options.train = TrainOptions::for_corpus(type, sentence_pairs);
  options.train.data.augment = "none";
  options.train.training.early_stopping = 0;
  return options;
}

ComparisonPlan make_plan(const GiveCompareOptions& give, int threads) {
  CompareOptions given;
  give(given);
  check_options(given.comparison);
  const ComparisonOptions& options = given.comparison;
  const std::vector<PlannedRun> runs = plan_runs(
      options.vary, options.runs.empty() ? std::vector<std::string>() : read_lines(options.runs),
      options.runs);
  ComparisonPlan plan;
  plan.varied = varied_flags(runs);
  Chooser chooser{give, threads};
  for (const PlannedRun& run : runs) plan.runs.push_back(plan_run(run, chooser));
  for (RunPlan& run : plan.runs) {
    run.run.settings.clear();
    for (const std::string& flag : plan.varied) {
      run.run.settings.push_back({flag, setting_value(run.options, flag)});
    }
  }
  plan.groups = groups_of(plan.runs);
  plan.baseline = choose_baseline(options.baseline, plan.groups);
  plan.shared = chooser.choose({});
  plan.identity = identity_of(plan.shared, plan.varied);
  return plan;
}

nlohmann::json run_identity(const TrainOptions& options) {
  nlohmann::json json = to_json(options);
  for (const FieldKind kind : {FieldKind::kFile, FieldKind::kRun}) {
    erase_fields<TrainOptions>(json, kind);
  }
  return json;
}

}  // namespace heed
