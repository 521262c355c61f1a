#include "heed/translator.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <iterator>
#include <map>
#include <thread>
#include <utility>

#include "translation/explorer.h"
#include "translation/loaded_models.h"
#include "translation/pool.h"
#include "translation/search_rules.h"
#include "translation/target_tag.h"
#include "util/error.h"
#include "util/pipeline.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr int kMostThreads = 1024;
constexpr int kMostPools = 3;  // one that is written, one that is worked on, one that waits

int thread_count(int wanted) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  return wanted > 0 ? wanted : std::clamp(cores, 1, kMostThreads);
}

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool in_word = false;
  for (const char byte : text) {
    words += !in_word && !is_space(byte) ? 1 : 0;
    in_word = !is_space(byte);
  }
  return words;
}

bool has_attention(const EncoderDecoder& model) {
  return std::ranges::any_of(attention_heads(model), [](int heads) { return heads > 0; });
}

/// Spans that are copied go where the model's own choice of attention says, if it has any.
AttentionChoice choice_for_copies(const EncoderDecoder& model) {
  return has_attention(model) ? choose_attention(model, 0, "") : AttentionChoice();
}

Batch pair_batch(const PreparedLine& line, const Tokenizers& tokenizers) {
  Batch batch;
  batch.source.add(line.sentence(0, tokenizers.source.eos_id()));
  batch.target.add(line.target_sentence(tokenizers.target.eos_id()));
  return batch;
}

/// Counts the line; true the first time.
bool note(LineCount& count, std::size_t number) {
  constexpr std::size_t kNamed = 10;
  if (count.first.size() < kNamed) count.first.push_back(number);
  return ++count.count == 1;
}

}  // namespace

struct Translator::Implementation {
  Implementation(std::span<const std::string> paths, const TranslateOptions& wanted)
      : options((check_options(wanted), wanted)),
        backend(make_backend(options.backend)),
        models(paths, options, *backend),
        rules(search_rules(options, tokenizers())),
        workers(models.ensemble(), choose_alignment()),
        threads(thread_count(options.threads)) {
    line_rules();  // throws where the model has no such language
    if (options.search.coverage_penalty > 0 && !has_attention(models.first())) {
      fail_usage("--coverage-penalty needs a model with attention weights, found one without");
    }
  }

  const Tokenizers& tokenizers() const { return models.contents().tokenizers; }
  LineRules line_rules(const std::string& target_tag = "") const {
    return models.line_rules(options, target_tag);
  }
  AttentionChoice choose_alignment();
  PairAttention attention(const SourceLine& pair);
  SearchTree explore(const std::string& line);
  StreamSummary run(const LineStream& stream, bool scores_targets);

  TranslateOptions options;
  std::unique_ptr<Backend> backend;
  LoadedModels models;
  SearchRules rules;
  WorkerPool workers;
  const int threads;
};

namespace {

/// One stream of lines on its way through the workers.
class StreamRun {
 public:
  using RulesOf = std::function<LineRules(const std::string& target_tag)>;
  StreamRun(const LineStream& stream, RulesOf rules, const PoolContext& context)
      : stream_(stream),
        rules_(std::move(rules)),
        context_(context),
        pipeline_(context.threads, kMostPools) {
    context_.report = [this](const PreparedLine& line, const GivenLine& given) {
      report(line, given);
    };
    context_.write = [this](std::span<TranslatedLine> lines) { write(lines); };
  }

  StreamSummary run();

 private:
  void read_all();
  void add(SourceLine line);
  const LinePreparer& preparer(const std::string& target_tag, std::size_t number);
  void report(const PreparedLine& line, const GivenLine& given);
  void submit();
  std::size_t pool_size() const;
  void write(std::span<TranslatedLine> lines);

  const LineStream& stream_;
  const RulesOf rules_;
  std::map<std::string, LinePreparer> preparers_;  ///< By the lines' own tags.
  PoolContext context_;
  StreamSummary summary_;
  std::unique_ptr<TranslationPool> pool_;
  int pools_ = 0;
  std::chrono::steady_clock::duration waited_{};  ///< For lines of this pool.
  std::size_t target_words_ = 0;
  LineCount looped_, doubtful_, unmet_;
  Pipeline pipeline_;  ///< Last: its threads end before what they use.
};

/// The first pools are small, so that the first lines come soon. Sizes don't depend on the time
/// that things take.
std::size_t StreamRun::pool_size() const {
  if (context_.options.line_buffered) return 1;
  const int batches = pools_ == 0 ? 2 : pools_ == 1 ? 8 : context_.options.maxi_batch;
  return static_cast<std::size_t>(std::min(batches, context_.options.maxi_batch)) *
         context_.options.mini_batch_words;
}

void StreamRun::submit() {
  waited_ = {};
  if (!pool_) return;
  pipeline_.submit(std::move(pool_));
  ++pools_;
}

void StreamRun::report(const PreparedLine& line, const GivenLine& given) {
  summary_.source_words += count_words(line.text);
  const bool is_invalid_json = given.line.is_invalid_json;
  const auto warn = [&](LineCount& count, bool happened, const std::string& what) {
    if (happened && note(count, line.number) && stream_.warn) {
      stream_.warn(fmt::format("line {} {}", line.number, what));
    }
  };
  const std::string length = fmt::format("has {} tokens, more than {} (--max-length)", line.length,
                                         given.preparer->rules().max_length);
  warn(summary_.split, line.is_split, length + ": it is split and its parts joined again");
  warn(summary_.cropped, line.is_cropped, length + ": the rest is cropped");
  const std::string json = "is no JSON object with a \"text\"";
  const std::string utf8 = fmt::format("is not UTF-8 (convert the text, as by {})", kConversion);
  const std::string hard = "keeps --protect searching without an end in sight";
  const std::string& cause = line.is_too_hard  ? hard
                             : line.length > 0 ? length
                             : is_invalid_json ? json
                                               : utf8;
  warn(summary_.copied, line.is_copied, cause + ": it is copied");
  warn(summary_.invalid_json, is_invalid_json && !line.is_copied,
       json + ": it is translated as plain text");
  warn(summary_.invalid_utf8, line.is_repaired, utf8 + ": invalid bytes become U+FFFD");
}

/// Throws Error where the line's own tag is none.
const LinePreparer& StreamRun::preparer(const std::string& target_tag, std::size_t number) {
  const auto known = preparers_.find(target_tag);
  if (known != preparers_.end()) return known->second;
  try {
    const auto [source, target] = context_.tokenizers;
    return preparers_.try_emplace(target_tag, source, target, rules_(target_tag)).first->second;
  } catch (const UsageError& error) {
    fail("{} as \"target_tag\" in line {}", error.what(), number);
  }
}

void StreamRun::add(SourceLine line) {
  ++summary_.lines;
  const std::size_t number = line.number > 0 ? line.number : stream_.lines_before + summary_.lines;
  const LinePreparer& own = preparer(line.target_tag, number);
  if (!pool_) pool_ = std::make_unique<TranslationPool>(context_);
  pool_->add({number, std::move(line), &own});
}

void StreamRun::read_all() {
  // Lines that come one by one are not kept waiting for others.
  constexpr std::chrono::milliseconds kPatience(50);
  while (!pipeline_.has_failed()) {
    SourceLine line;
    const auto begin = std::chrono::steady_clock::now();
    const NextLine next = stream_.read(line);
    waited_ += std::chrono::steady_clock::now() - begin;
    if (next == NextLine::kEnd) return;
    if (next == NextLine::kLater) {
      submit();
      continue;
    }
    add(std::move(line));
    if (pool_->weight() >= pool_size() || (waited_ > kPatience && pipeline_.is_idle())) submit();
  }
}

void StreamRun::write(std::span<TranslatedLine> lines) {
  for (const TranslatedLine& line : lines) {
    target_words_ += count_words(line.text());
    const std::vector<std::string>& doubts = line.translations.front().doubts;
    if (std::ranges::count(doubts, "loop") > 0) note(looped_, line.number);
    if (!doubts.empty()) note(doubtful_, line.number);
    if (!line.unmet_constraints.empty()) note(unmet_, line.number);
  }
  stream_.write(lines);
}

StreamSummary StreamRun::run() {
  std::exception_ptr error;
  try {
    read_all();
  } catch (...) {
    error = std::current_exception();
  }
  submit();
  pipeline_.finish();
  if (error) std::rethrow_exception(error);
  summary_.target_words = target_words_;
  summary_.looped = std::move(looped_);
  summary_.doubtful = std::move(doubtful_);
  summary_.unmet = std::move(unmet_);
  return summary_;
}

}  // namespace

StreamSummary Translator::Implementation::run(const LineStream& stream, bool scores_targets) {
  const auto rules_of = [&](const std::string& target_tag) {
    LineRules lines = line_rules(target_tag);
    if (scores_targets && lines.invalid_utf8 == InvalidUtf8::kCopy) {
      lines.invalid_utf8 = InvalidUtf8::kReplace;
    }
    return lines;
  };
  const PoolContext context{options, rules,   tokenizers(),  models.candidates(),
                            workers, threads, scores_targets};
  return StreamRun(stream, rules_of, context).run();
}

AttentionChoice Translator::Implementation::choose_alignment() {
  if (options.alignment.form == AlignmentForm::kNone) {
    if (options.alignment_layer == 0 && options.alignment_heads.empty()) {
      return choice_for_copies(models.first());
    }
    fail_usage("--alignment-layer and --alignment-heads need --alignment, hard or soft");
  }
  const AttentionChoice choice =
      choose_attention(models.first(), options.alignment_layer, options.alignment_heads);
  options.alignment_layer = choice.layer;
  options.alignment_heads = choice.head == 0 ? "mean" : std::to_string(choice.head);
  return choice;
}

PairAttention Translator::Implementation::attention(const SourceLine& pair) {
  if (options.alignment.form == AlignmentForm::kNone) {
    fail_usage("expected --alignment for the attention of a pair, found none");
  }
  LineRules lines = line_rules();
  lines.invalid_utf8 = InvalidUtf8::kReplace;
  const LinePreparer preparer(tokenizers().source, tokenizers().target, lines);
  const PreparedLine line = preparer.prepare_pair(1, pair.text, pair.target);
  if (!line.is_translated()) return {};
  std::vector<AttentionChoice> choices;
  const std::vector<int> heads = attention_heads(models.first());
  for (int layer = 1; std::cmp_less_equal(layer, heads.size()); ++layer) {
    const int count = heads[layer - 1];
    for (int head = 0; count > 0 && head <= count; ++head) choices.push_back({layer, head});
  }
  const Batch batch = pair_batch(line, tokenizers());
  auto pieces = workers.take()->scorer.attention(batch, choices);
  for (AttentionMatrix& weights : pieces) leave_out_tag(weights, line.tag.size());
  return Assembler(tokenizers(), options).attention(line, choices, pieces);
}

SearchTree Translator::Implementation::explore(const std::string& line) {
  if (options.sampling || options.search.beam_groups > 1) {
    fail_usage("expected a search to explore, found --sampling or --beam-groups");
  }
  LineRules lines = line_rules();
  lines.invalid_utf8 = InvalidUtf8::kReplace;
  lines.long_lines = LongLines::kCrop;
  lines.splits_sentences = false;
  const LinePreparer preparer(tokenizers().source, tokenizers().target, lines);
  const PreparedLine prepared = preparer.prepare(1, line, "");
  if (!prepared.is_translated()) return {};
  const std::vector<int> source = prepared.sentence(0, tokenizers().source.eos_id());
  Candidates candidates;
  if (models.candidates() != nullptr) candidates.add((*models.candidates())(source, {}));
  return heed::explore(workers.take()->stepper, rules, {source, candidates}, tokenizers().target);
}

Translator::Translator(const std::string& model, const TranslateOptions& options)
    : implementation_(std::make_unique<Implementation>(std::span(&model, 1), options)) {}
Translator::Translator(const std::vector<std::string>& models, const TranslateOptions& options)
    : implementation_(std::make_unique<Implementation>(models, options)) {}
Translator::Translator(Translator&& other) noexcept = default;
Translator& Translator::operator=(Translator&& other) noexcept = default;
Translator::~Translator() = default;

const TranslateOptions& Translator::options() const { return implementation_->options; }

std::vector<TranslatedLine> Translator::translate(std::span<const std::string> lines) {
  std::vector<TranslatedLine> results;
  results.reserve(lines.size());
  std::size_t next = 0;
  const auto read = [&](SourceLine& line) {
    if (next == lines.size()) return NextLine::kEnd;
    line.text = lines[next++];
    return NextLine::kRead;
  };
  const auto write = [&](std::span<TranslatedLine> part) {
    std::ranges::move(part, std::back_inserter(results));
  };
  translate({read, write});
  return results;
}

StreamSummary Translator::translate(const LineStream& stream) {
  return implementation_->run(stream, false);
}

StreamSummary Translator::score(const LineStream& stream) {
  return implementation_->run(stream, true);
}

PairAttention Translator::attention(const SourceLine& pair) {
  return implementation_->attention(pair);
}

SearchTree Translator::explore(const std::string& line) { return implementation_->explore(line); }

}  // namespace heed
