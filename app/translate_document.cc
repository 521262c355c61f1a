#include <algorithm>

#include "app/line_report.h"
#include "app/streams.h"
#include "app/translation_command.h"
#include "util/error.h"

namespace heed {

namespace {

/// A document has room for one text in the place of each.
void check_document_options(const TranslateCommand& command) {
  const TranslateOptions& options = command.translate;
  const std::pair<bool, const char*> others[] = {
      {options.json, "--json"},
      {options.n_best != 0, "--n-best"},
      {options.scores, "--scores"},
      {options.word_scores, "--word-scores"},
      {options.alignment.form != AlignmentForm::kNone, "--alignment"},
      {options.flag_doubtful, "--flag-doubtful"},
      {options.force_decode, "--force-decode"},
      {command.heatmap || !command.heatmap_svg.empty(), "--heatmap"},
      {command.resume, "--resume"},
      {command.stats, "--stats"},
      {!command.part.empty(), "--part"}};
  for (const auto& [is_given, name] : others) {
    if (is_given) fail_usage("expected {} or a --format of documents, found both", name);
  }
  if (command.input.size() > 1) {
    fail_usage("expected one document, found {}; name the outputs by --output-suffix",
               command.input.size());
  }
}

std::string read_all(const std::string& path, const Warn& warn) {
  const std::unique_ptr<ByteSource> source = open_bytes(path, warn);
  std::string bytes, buffer(1 << 16, '\0');
  while (const std::size_t count = source->read(buffer)) bytes.append(buffer, 0, count);
  return bytes;
}

void write_document(const std::string& path, std::string_view bytes) {
  if (!path.empty() && path != "-") return write_file(path, bytes);
  Output output("");
  output.write(bytes);
  output.close();
}

std::vector<std::string> translations_of(const Document& document, Translator& translator,
                                         LineReport& report) {
  std::vector<std::string> translations;
  translations.reserve(document.texts().size());
  auto next = document.texts().begin();
  const auto read = [&](SourceLine& line) {
    if (next == document.texts().end()) return NextLine::kEnd;
    line = *next++;
    return NextLine::kRead;
  };
  const auto write = [&](std::span<TranslatedLine> lines) {
    for (TranslatedLine& line : lines) {
      translations.push_back(std::move(line.translations.front().text));
    }
  };
  const StreamSummary summary =
      translator.translate({read, write, [&](const std::string& message) { report.say(message); }});
  for (const std::string& line : summary_lines(summary)) report.say(line);
  return translations;
}

}  // namespace

void translate_document(const TranslateCommand& command, const SharedTranslator& translator) {
  check_document_options(command);
  const std::string input = command.input.empty() ? "-" : command.input.front();
  LineReport report({command.quiet, command.log, input == "-", true, false});
  const Document document = Document::read(
      command.format, read_all(input, [&](const std::string& message) { report.say(message); }),
      display_name(input));
  expect_not_read(command.output, files_read(command.input, command.model));
  write_document(command.output,
                 document.with(translations_of(document, translator(command.translate), report)));
}

}  // namespace heed
