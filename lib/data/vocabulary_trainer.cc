#include "data/vocabulary_trainer.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "data/augmenter.h"
#include "data/protocol_buffer.h"
#include "data/sentencepiece.h"
#include "text/normalization.h"
#include "text/unicode.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/files.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

using sentencepiece::SentencePieceTrainer;

void erase_all(std::string& text, std::string_view part) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos;) {
    text.erase(at, part.size());
  }
}

}  // namespace

std::string message_of(const sentencepiece::util::Status& status) {
  std::string message = status.message();
  std::replace(message.begin(), message.end(), '\n', ' ');
  const std::size_t end = message.rfind("] ");
  if (end == std::string::npos) return message;
  if (end + 2 < message.size()) return message.substr(end + 2);
  const std::size_t begin = message.find('[') + 1;
  std::string condition = message.substr(begin, end - begin);
  for (const char* part : {"trainer_spec_.", "trainer_spec.", "()"}) erase_all(condition, part);
  return "it expects " + condition;
}

/// Its level can only be set through the trainer's options, so a training without a text is
/// started, which stops at once.
void silence_sentencepiece() {
  static const bool silent = [] {
    const std::unordered_map<std::string, std::string> options{
        {"minloglevel", "3"}, {"normalization_rule_name", "identity"}};
    std::string model;
    return !SentencePieceTrainer::Train(options, nullptr, &model).ok();
  }();
  static_cast<void>(silent);
}

namespace {

using LineFunction = std::function<std::string(std::size_t)>;

/// Gives SentencePiece the text, or `wanted` of its lines chosen at random, in order.
class SampledLines final : public sentencepiece::SentenceIterator {
 public:
  /// Of `kept`, if it is given, are all characters that are no white space; others become blanks.
  SampledLines(std::size_t lines, std::size_t wanted, const LineFunction& line,
               const std::set<char32_t>* kept = nullptr)
      : line_(line), kept_(kept), lines_(lines), wanted_(std::min(lines, wanted)) {
    Next();
  }

  bool done() const override { return done_; }
  const std::string& value() const override { return value_; }
  sentencepiece::util::Status status() const override { return {}; }

  /// Selection sampling: Knuth, The Art of Computer Programming, section 3.4.2, algorithm S.
  void Next() override {
    while (wanted_ > 0 && random_.below(lines_ - next_) >= wanted_) ++next_;
    done_ = wanted_ == 0;
    if (done_) return;
    --wanted_;
    value_ = clean(line_(next_++));
  }

 private:
  /// SentencePiece leaves out whole lines with the characters that it uses itself, U+2585 and tab,
  /// and stops at NUL.
  std::string clean(std::string line) const {
    repair_utf8(line);
    std::replace(line.begin(), line.end(), '\t', ' ');
    std::replace(line.begin(), line.end(), '\0', ' ');
    constexpr std::string_view kReserved = "\xe2\x96\x85";
    for (std::size_t at = 0; (at = line.find(kReserved, at)) != std::string::npos;) {
      line.replace(at, kReserved.size(), 1, ' ');
    }
    if (kept_ == nullptr) return line;
    std::string rest;
    for (const char32_t c : decode_utf8(line)) append_utf8(rest, kept_->contains(c) ? c : U' ');
    return rest;
  }

  const LineFunction& line_;
  const std::set<char32_t>* kept_;
  std::size_t lines_;
  std::size_t wanted_;  // lines still to be chosen
  std::size_t next_ = 0;
  std::string value_;
  bool done_ = false;
  Random random_{0};
};

/// One row of comma-separated values, in which SentencePiece takes lists.
std::string quoted_list(const std::vector<std::string>& values) {
  std::string row;
  for (const std::string& value : values) {
    if (!row.empty()) row += ',';
    row += '"';
    for (const char byte : value) row += byte == '"' ? "\"\"" : std::string(1, byte);
    row += '"';
  }
  return row;
}

using Arguments = std::unordered_map<std::string, std::string>;

Arguments trainer_arguments(const DataOptions& options) {
  Arguments arguments{
      {"model_type", to_text(options.vocab_type)},
      {"vocab_size", std::to_string(options.vocab_size)},
      {"hard_vocab_limit", "false"},  // else a size that the text can't fill is an error
      {"byte_fallback", options.byte_fallback ? "true" : "false"},
      {"normalization_rule_name",
       options.normalizer == Normalizer::kNmtNfkc ? "nmt_nfkc" : "identity"},
      {"max_sentence_length", std::to_string(1 << 30)},  // its most
      {"num_threads", "8"},  // the result depends on it, so it isn't the machine's number
      {"unk_id", "0"},
      {"bos_id", "1"},
      {"eos_id", "2"},
      {"pad_id", "-1"},
      {"minloglevel", "3"}};
  if (!options.user_symbols.empty()) {
    arguments["user_defined_symbols"] = quoted_list(options.user_symbols);
  }
  for (std::string_view option : split_words(options.spm_options)) {
    if (option.starts_with("--")) option.remove_prefix(2);
    const std::size_t equals = option.find('=');
    if (equals == std::string_view::npos) {
      fail_usage("expected name=value in the SentencePiece options, found '{}'", option);
    }
    const std::string name(option.substr(0, equals));
    if (name == "unk_id" || name == "bos_id" || name == "eos_id") {
      fail_usage("expected --spm-options without {}: Heed's vocabularies have <unk> <s> </s> first",
                 name);
    }
    arguments[name] = option.substr(equals + 1);
  }
  return arguments;
}

/// Gives the rules that SentencePiece has no name for in a file, which the descriptor keeps, unless
/// --spm-options has others.
Descriptor add_rules(const DataOptions& options, Arguments& arguments) {
  const std::string rules = normalization_rules(options.normalizer);
  if (rules.empty() || options.spm_options.find("normalization_rule") != std::string::npos) {
    return {};
  }
  ScratchFile file;
  file.write(rules);
  Descriptor descriptor = file.release();
  arguments["normalization_rule_tsv"] = fmt::format("/proc/self/fd/{}", descriptor.get());
  return descriptor;
}

/// Where the rules were read from is of no use in the model, and another number in each program.
std::string without_rules_path(std::string_view model) {
  constexpr std::uint64_t kNormalizerSpec = 3, kRulesPath = 6;  // in sentencepiece_model.proto
  const auto kept = [](std::string_view message, const auto& keep) {
    const std::vector<ProtocolField> fields = fields_of(message).value();
    std::string result;
    for (const ProtocolField& field : fields) result += keep(field);
    return result;
  };
  const auto without_path = [&](const ProtocolField& field) {
    return std::string(field.number == kRulesPath ? "" : field.whole);
  };
  return kept(model, [&](const ProtocolField& field) {
    if (field.number != kNormalizerSpec) return std::string(field.whole);
    return field_bytes(kNormalizerSpec, kept(field.content, without_path));
  });
}

void check_vocabulary_options(const DataOptions& options) {
  if (options.vocab_size < 1) {
    fail_usage("expected at least 1 for --vocab-size, found {}", options.vocab_size);
  }
  std::set<std::string> symbols{"<unk>", "<s>", "</s>"};
  for (const std::string& symbol : options.user_symbols) {
    if (symbol.empty()) fail_usage("expected --user-symbols of a character or more, found ''");
    const bool is_byte = options.byte_fallback && symbol.size() == 6 && symbol.starts_with("<0x");
    if (is_byte || !symbols.insert(symbol).second) {
      fail_usage("expected --user-symbols that are new to the vocabulary, found '{}' again",
                 symbol);
    }
  }
}

/// What a training of a vocabulary goes by.
struct VocabularyText {
  std::size_t lines = 0;
  const LineFunction& line;
  std::size_t most_lines = 0;
};

using Status = sentencepiece::util::Status;

Status train_once(const VocabularyText& text, const Arguments& arguments, std::string& model,
                  const std::set<char32_t>* kept = nullptr) {
  SampledLines sentences(text.lines, text.most_lines, text.line, kept);
  return SentencePieceTrainer::Train(arguments, &sentences, &model);
}

/// The smallest possible vocabulary if `status` says that the one asked for is smaller, else 0:
/// "Vocabulary size is smaller than required_chars. 20 vs 275. Increase …".
int smallest_size(const Status& status) {
  const std::string message = status.message();
  const std::size_t at = message.find("smaller than required_chars");
  if (at == std::string::npos) return 0;
  int wanted = 0, needed = 0;
  std::sscanf(message.c_str() + at, "%*[^0-9]%d vs %d", &wanted, &needed);
  return needed;
}

/// All but white space, the most frequent first, of equals the first in Unicode.
std::vector<char32_t> characters_by_frequency(const VocabularyText& text) {
  std::map<char32_t, std::size_t> counts;
  for (SampledLines s(text.lines, text.most_lines, text.line); !s.done(); s.Next()) {
    for (const char32_t c : decode_utf8(s.value())) {
      if (c > 0x7F || !is_space(static_cast<char>(c))) ++counts[c];
    }
  }
  std::vector<char32_t> characters;
  for (const auto& [c, count] : counts) characters.push_back(c);
  std::ranges::stable_sort(characters,
                           [&](char32_t a, char32_t b) { return counts[a] > counts[b]; });
  return characters;
}

/// The letters of the text in their other case, so that text in capitals has no unknown ones.
std::string other_cases(const VocabularyText& text, int vocabulary_size) {
  const auto most = static_cast<std::size_t>(vocabulary_size / 40);  // the most frequent
  std::set<char32_t> letters;
  for (const char32_t c : characters_by_frequency(text)) {
    if (letters.size() >= most) break;
    std::string letter;
    append_utf8(letter, c);
    for (const std::string& other : {uppercase(letter), lowercase(letter)}) {
      const std::u32string character = decode_utf8(other);
      if (other != letter && character.size() == 1) letters.insert({c, character.front()});
    }
  }
  std::string result;
  for (const char32_t c : letters) append_utf8(result, c);
  return result;
}

/// SentencePiece's BPE trainer ends the program over characters that do not occur.
bool wants_other_cases(const DataOptions& options) {
  const AugmentationShares shares = parse_augmentation(options.augment);
  return options.vocab_type == VocabularyType::kUnigram &&
         shares[index_of(Augmentation::kUpper)] > 0;
}

/// A vocabulary that is too small for all characters has half its room for the most frequent ones
/// and half for what is made of them; the others become bytes.
Status train_with_bytes(const VocabularyText& text, Arguments arguments, std::string& model) {
  arguments["character_coverage"] = "1";
  arguments.erase("required_chars");
  const std::vector<char32_t> characters = characters_by_frequency(text);
  const int all = static_cast<int>(characters.size());
  Arguments smallest = arguments;
  smallest["vocab_size"] = "4";  // room for the marks that have numbers
  const LineFunction one = [](std::size_t) { return "a"; };
  const Status status = train_once({1, one, 1}, smallest, model);
  const int fixed = smallest_size(status) - 1;  // marks, bytes, symbols, the blank
  if (fixed <= 0) return status;
  const int size = std::stoi(arguments.at("vocab_size"));
  const int kept_count = std::min((size - fixed) / 2, all);
  if (kept_count < 1) {
    fail_usage(
        "expected --vocab-size of at least {} with its 256 bytes, found {}; --byte-fallback false "
        "needs {} for the characters of this text",
        fixed + 2, size, fixed + all - 256);
  }
  const std::set<char32_t> kept(characters.begin(), characters.begin() + kept_count);
  return train_once(text, arguments, model, &kept);
}

[[noreturn]] void fail_to_train(const Status& status, const DataOptions& options) {
  if (const int least = smallest_size(status); least > 0) {
    fail_usage(
        "expected --vocab-size of at least {} for the characters of this text, found {}; rare ones "
        "become bytes with --byte-fallback true, or <unk> with --spm-options "
        "character_coverage=0.98",
        least, options.vocab_size);
  }
  if (!options.spm_options.empty()) {
    fail_usage("SentencePiece does not take --spm-options '{}': {}", options.spm_options,
               message_of(status));
  }
  fail("could not train a vocabulary of {} pieces: {}", options.vocab_size, message_of(status));
}

}  // namespace

Tokenizer train_tokenizer(std::size_t lines, const LineFunction& line, const DataOptions& options,
                          std::size_t most_lines) {
  std::size_t first = 0;
  while (first < lines && is_blank(line(first))) ++first;
  if (first == lines) {
    fail("expected text to train a vocabulary on, found {} lines without words", lines);
  }
  check_vocabulary_options(options);
  Arguments arguments = trainer_arguments(options);
  const Descriptor rules = add_rules(options, arguments);
  silence_sentencepiece();
  const bool composes = options.normalizer != Normalizer::kIdentity;
  const LineFunction composed = [&](std::size_t i) { return compose(line(i)); };
  const VocabularyText text{lines, composes ? composed : line, most_lines};
  if (wants_other_cases(options) && !arguments.contains("required_chars")) {
    arguments["required_chars"] = other_cases(text, options.vocab_size);
  }
  std::string model;
  Status status = train_once(text, arguments, model);
  if (smallest_size(status) > 0 && arguments.at("byte_fallback") == "true") {
    status = train_with_bytes(text, arguments, model);
  }
  if (!status.ok()) fail_to_train(status, options);
  return Tokenizer(rules.is_open() ? without_rules_path(model) : model, "the trained vocabulary");
}

}  // namespace heed
