#include "training/training_setup.h"

#include <fmt/format.h>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "data/augmenter.h"
#include "data/parallel_text.h"
#include "data/placeholders.h"
#include "data/vocabulary_trainer.h"
#include "model/attention_choice.h"
#include "model/safetensors.h"
#include "text/sentences.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/files.h"
#include "util/json_fields.h"
#include "util/memory.h"
#include "util/strings.h"

namespace heed {

/// Words get pieces in all cases in which they will be read.
Tokenizers train_tokenizers(const Corpus& corpus, const DataOptions& options, Log& log) {
  const AugmentationShares shares = parse_augmentation(options.augment);
  const auto source = [&](std::size_t i) {
    Random random(hash_seed(0, {i}));
    return in_other_case(corpus.source(i), shares, random);
  };
  const auto target = [&](std::size_t i) { return corpus.target(i); };
  DataOptions with_symbols = options;
  if (shares[index_of(Augmentation::kCopy)] > 0) {
    std::ranges::copy(placeholders(), std::back_inserter(with_symbols.user_symbols));
  }
  const auto train = [&](std::string_view side, std::size_t lines, const auto& line) {
    Tokenizer tokenizer = train_tokenizer(lines, line, with_symbols);
    log.info("[vocab] {} vocabulary: {} pieces of the {} asked for", side, tokenizer.size(),
             options.vocab_size);
    return tokenizer;
  };
  if (options.separate_vocabs) {
    return {train("source", corpus.size(), source), train("target", corpus.size(), target)};
  }
  const auto both = [&](std::size_t i) { return i % 2 == 0 ? source(i / 2) : target(i / 2); };
  const Tokenizer joint = train("joint", 2 * corpus.size(), both);
  return {joint, joint};
}

namespace {

/// Of fewer words the products of a recurrent model are too small for full speed; of more, fewer
/// threads find work.
constexpr int kShardWords = 500;

}  // namespace

int usual_shards(const DataOptions& options) {
  return std::clamp(options.mini_batch_words / kShardWords, 2, 64);
}

namespace {

/// Those of the state that a training goes on from, or what suits the batches; 0 where that has to
/// suit --workspace too.
int chosen_shards(const TrainOptions& options) {
  if (options.training.shards > 0) return options.training.shards;
  const int usual = options.training.workspace > 0 ? 0 : usual_shards(options.data);
  return TrainingState::shards_of(options.model + ".state").value_or(usual);
}

/// A state that does not say so was written by a program that changed no text.
std::string chosen_augmentation(const TrainOptions& options) {
  const std::string& wanted = options.data.augment;
  const bool is_guided = !options.data.guided_alignment.empty();
  if (wanted == "auto") {
    const bool is_older = TrainingState::lacks_option(options.model + ".state", "augment");
    return is_guided || is_older ? "none" : "default";
  }
  if (is_guided && wanted != "none") {
    fail_usage("--augment changes the words that --guided-alignment links; leave one of them out");
  }
  return wanted;
}

}  // namespace

TrainOptions resolved(TrainOptions options, std::size_t pairs) {
  const TrainOptions usual = TrainOptions::for_corpus(options.architecture.type, pairs);
  TrainingOptions& training = options.training;
  if (training.learn_rate == 0) training.learn_rate = usual.training.learn_rate;
  if (training.lr_warmup == 0) training.lr_warmup = usual.training.lr_warmup;
  if (training.threads == 0) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    training.threads = std::max(1, cores / processes_on_machine());
  }
  training.shards = chosen_shards(options);
  options.data.augment = chosen_augmentation(options);
  if (options.data.separate_vocabs || options.data.vocab.size() > 1) {
    options.architecture.tied_embeddings_all = false;
  }
  return options;
}

namespace {

/// Two passes differ in what dropout leaves out.
void check_dropout(const TrainOptions& options) {
  const ModelOptions& model = options.architecture;
  if (options.training.r_drop == 0) return;
  for (const float rate : {model.dropout, model.dropout_attention, model.dropout_ffn,
                           model.dropout_rnn, model.dropout_source, model.dropout_target}) {
    if (rate > 0) return;
  }
  fail_usage("expected some --dropout with --r-drop, or both passes are the same");
}

/// What works on the translations that training finds, and what works on the texts' pairs alone.
void check_minimum_risk(const TrainOptions& options) {
  const TrainingOptions& training = options.training;
  if (training.minimum_risk == 0) return;
  if (options.pretrained_model.empty()) {
    fail_usage(
        "expected --pretrained-model with --minimum-risk, which improves a model that translates");
  }
  if (training.minimum_risk == 1) {
    fail_usage("expected at least 2 translations for --minimum-risk, to tell the better, found 1");
  }
  const std::pair<const char*, bool> others[] = {
      {"workspace", training.workspace > 0},
      {"r-drop", training.r_drop > 0},
      {"guided-alignment", !options.data.guided_alignment.empty()}};
  for (const auto& [name, is_set] : others) {
    if (!is_set) continue;
    fail_usage("expected --minimum-risk without --{}, found both; leave one of them out", name);
  }
}

}  // namespace

const TrainOptions& checked(const TrainOptions& options) {
  check_fields(options);
  if (options.model.empty()) fail_usage("expected --model FILE, where the model is written");
  check_validation_metrics(options.training.valid_metrics);
  if (!options.data.valid_sets.empty() && options.training.valid_metrics.empty()) {
    fail_usage("expected at least one of --valid-metrics with --valid-sets");
  }
  check_dropout(options);
  check_minimum_risk(options);
  std::error_code error;
  if (std::filesystem::is_directory(options.model, error)) {
    fail("expected a file for --model, found the directory {}", options.model);
  }
  if (options.training.recompute && options.architecture.type != ModelType::kTransformer) {
    fail_usage(
        "expected --type transformer with --recompute, found {}, which has a state from token to "
        "token and not from layer to layer; lower --workspace or --mini-batch-words",
        to_text(options.architecture.type));
  }
  return options;
}

std::optional<ValidationText> read_validation_text(const DataOptions& options) {
  if (options.valid_sets.empty()) return std::nullopt;
  const ParallelText pairs(options.valid_sets, options.tsv);
  ValidationText text;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    SentencePair pair = pairs.pair(i);
    text.source.push_back(std::move(pair.source));
    text.target.push_back(std::move(pair.target));
  }
  text.fingerprint = pairs.fingerprint();
  text.warnings = pairs.warnings();
  return text;
}

std::optional<GuidedAlignment> read_guided_alignment(const Corpus& corpus,
                                                     const DataOptions& options) {
  if (options.guided_alignment.empty()) return std::nullopt;
  return GuidedAlignment(corpus, options);
}

double share_with_several_sentences(const Corpus& corpus) {
  constexpr std::size_t kLooks = 2000;
  const std::size_t looks = std::min(kLooks, corpus.size());
  std::size_t several = 0;
  for (std::size_t i = 0; i < looks; ++i) {
    several += split_sentences(corpus.source(i * corpus.size() / looks)).size() > 1 ? 1 : 0;
  }
  return static_cast<double>(several) / static_cast<double>(looks);
}

Objective make_objective(const EncoderDecoder& model, const TrainingOptions& options, bool guided) {
  // A translation that is worse than others is no text to learn from, smoothed or not.
  const float smoothing = options.minimum_risk > 0 ? 0 : options.label_smoothing;
  Objective objective{smoothing, {}, options.r_drop};
  if (guided) objective.guide = {options.guided_alignment_weight, choose_attention(model, 0, "")};
  return objective;
}

namespace {

/// Reads a model for what is in it.
ModelContents contents_of(const std::string& path) {
  const std::unique_ptr<Backend> backend = make_backend("reference");
  return LoadedModel(path, *backend).contents();
}

/// The vocabularies of --vocab: SentencePiece models, or those of a model of Heed.
Tokenizers load_tokenizers(const DataOptions& data) {
  const std::vector<std::string>& files = data.vocab;
  if (files.size() > 2) {
    fail_usage("expected one or two files for --vocab, found {}", files.size());
  }
  const std::string& path = files.front();
  if (files.size() == 2 || !is_safetensors(FileCopy(path).bytes())) {
    return {Tokenizer::load(path), Tokenizer::load(files.back())};
  }
  Tokenizers found = contents_of(path).tokenizers;
  if (!found.is_joint() && !data.separate_vocabs) {
    fail_usage("expected --separate-vocabs with --vocab {}, whose sides have one each", path);
  }
  return found;
}

/// A training goes on with the vocabularies that it, or its pretrained model, began with.
Tokenizers same_tokenizers(Tokenizers before, const DataOptions& data) {
  if (data.vocab.empty()) return before;
  const Tokenizers given = load_tokenizers(data);
  if (given.source.serialized() != before.source.serialized() ||
      given.target.serialized() != before.target.serialized()) {
    fail(
        "expected the --vocab that this training began with, found another in {}; go on with the "
        "same, or train to another --model",
        fmt::join(data.vocab, ", "));
  }
  return before;
}

/// Weights are the same whatever is dropped in training, or read off as an alignment.
void expect_shape(const ModelOptions& pretrained, const TrainOptions& options) {
  const nlohmann::json wanted = to_json(options.architecture), found = to_json(pretrained);
  for (const auto& [name, value] : found.items()) {
    const bool is_shape = !name.starts_with("dropout") && !name.starts_with("alignment-");
    if (!is_shape || wanted[name] == value) continue;
    fail_usage("expected --{} {} as {} has it, found {}; leave the option out", name, value.dump(),
               options.pretrained_model, wanted[name].dump());
  }
}

Tokenizers find_tokenizers(const Corpus& corpus, const TrainOptions& options,
                           const TrainingState& state, Log& log) {
  const std::string& pretrained = options.pretrained_model;
  if (state.exists()) return same_tokenizers(state.tokenizers(), options.data);
  if (!pretrained.empty()) {
    const ModelContents contents = contents_of(pretrained);
    expect_shape(contents.options, options);
    log.info("[train] beginning with the weights and vocabularies of {}", pretrained);
    return same_tokenizers(contents.tokenizers, options.data);
  }
  if (options.data.vocab.empty()) return train_tokenizers(corpus, options.data, log);
  return load_tokenizers(options.data);
}

}  // namespace

Tokenizers make_tokenizers(const Corpus& corpus, const TrainOptions& options,
                           const TrainingState& state, Processes& processes, Log& log) {
  std::optional<Tokenizers> found;
  if (processes.is_first()) found = find_tokenizers(corpus, options, state, log);
  const std::string source = processes.gather(found ? found->source.serialized() : "").front();
  const std::string target = processes.gather(found ? found->target.serialized() : "").front();
  if (found) return std::move(*found);
  return {Tokenizer(source, "process 0"), Tokenizer(target, "process 0")};
}

TrainOptions TrainOptions::for_pretrained(const std::string& model, std::size_t sentence_pairs) {
  const ModelOptions shape = contents_of(model).options;
  TrainOptions options = for_corpus(shape.type, sentence_pairs);
  options.architecture = shape;
  options.pretrained_model = model;
  return options;
}

void load_pretrained(const TrainOptions& options, Parameters& parameters) {
  const std::string& path = options.pretrained_model;
  if (path.empty()) return;
  const LoadedModel loaded(path, parameters.backend());
  for (std::size_t i = 0; i < parameters.all().size(); ++i) {
    parameters.backend().copy(loaded.parameters().all()[i].value, parameters.all()[i].value);
  }
}

ScheduleShape make_schedule(const TrainingOptions& options, const std::vector<Period>& end) {
  ScheduleShape shape{options.lr_schedule, options.learn_rate,
                      static_cast<std::uint64_t>(options.lr_warmup), 0};
  if (options.lr_schedule != Schedule::kCosine) return shape;
  for (const Period& period : end) {
    if (period.unit == Period::Unit::kUpdates) {
      shape.last_update = static_cast<std::uint64_t>(period.amount);
    }
  }
  if (shape.last_update == 0) {
    fail_usage("expected --after in updates (such as 8Ku) with --lr-schedule cosine, found '{}'",
               options.after);
  }
  return shape;
}

std::vector<Period> make_end(const TrainingOptions& options) {
  std::vector<Period> end = parse_periods("after", options.after);
  for (const Period& period : parse_periods("time-budget", options.time_budget)) {
    if (period.unit != Period::Unit::kSeconds) {
      fail_usage("expected a time such as 30m for --time-budget, found '{}'", options.time_budget);
    }
    end.push_back(period);
  }
  return end;
}

const EncoderDecoder& expect_room_for(const EncoderDecoder& model, const TrainingOptions& options) {
  const Parameters& parameters = model.parameters();
  const int gradients =  // with a workspace what fits in there
      options.workspace > 0 ? 0 : GradientTree::usual_blocks(options.shards, options.threads);
  const std::size_t blocks =
      3 + static_cast<std::size_t>(gradients) + (options.exponential_smoothing > 0 ? 1 : 0);
  const std::size_t needed = blocks * parameters.size() * sizeof(float);
  const std::uint64_t available = available_memory();
  if (needed <= available) return model;
  fail(
      "expected room for the weights, moments and {} gradients of {} parameters ({}), found {} "
      "available; choose a smaller model, or fewer --threads or --shards",
      gradients, with_thousands(static_cast<std::int64_t>(parameters.count())), human_size(needed),
      human_size(available));
}

}  // namespace heed
