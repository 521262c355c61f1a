#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "app/commands.h"
#include "app/flags.h"
#include "app/streams.h"
#include "app/translation_command.h"
#include "heed/translator.h"
#include "util/error.h"
#include "util/process.h"
#include "util/strings.h"

namespace heed {

namespace {

using Clock = std::chrono::steady_clock;

int terminal_columns() {
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20;
  return is_known ? size.ws_col : 80;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One run of the command.
class TranslateRun {
 public:
  TranslateRun(const TranslateCommand& command, const SharedTranslator& translator)
      : command_(command),
        input_(open_input(command)),
        translator_(translator(model_options(command))),
        report_(report_options(command)),
        written_(written(command)),
        output_(open_output(command)) {
    start_up_seconds_ = seconds_since(start_);
    if (command.heatmap_svg.empty()) return;
    expect_not_read(command.heatmap_svg, files_read(command.input, command.model));
  }

  void run();

 private:
  Input open_input(const TranslateCommand& command);
  Output open_output(const TranslateCommand& command) const;
  static TranslateOptions model_options(const TranslateCommand& command);
  static LineReport::Options report_options(const TranslateCommand& command);
  /// With --resume, of --output.
  WrittenRecords written(const TranslateCommand& command) const;
  bool pass_over_written();
  NextLine read(SourceLine& line);
  void write(std::span<TranslatedLine> lines);
  void draw(const TranslatedLine& line, std::string& text);
  std::string stats_of(const StreamSummary& summary) const;

  const TranslateCommand& command_;
  const Clock::time_point start_ = Clock::now();
  Input input_;
  Translator& translator_;
  LineReport report_;
  const WrittenRecords written_;
  Output output_;  ///< Last: a file is not emptied when something else is wrong.
  std::size_t lines_ = 0;
  bool is_drawn_ = false;
  double start_up_seconds_ = 0, first_seconds_ = 0;
  std::string text_;
};

Input TranslateRun::open_input(const TranslateCommand& command) {
  if (!command.part.empty()) return {command.input, parse_part("part", command.part)};
  return {command.input, [this](const std::string& message) { report_.say(message); }};
}

/// What stands beside its input is there when it is complete, or grows to be resumed.
Output TranslateRun::open_output(const TranslateCommand& command) const {
  const std::vector<std::string> read = files_read(command.input, command.model);
  const bool is_whole = !command.output_suffix.empty() && !command.resume;
  return is_whole ? Output::whole(command.output, read)
                  : Output(command.output, read, written_.bytes);
}

/// Pictures need attention, also where none is written.
TranslateOptions TranslateRun::model_options(const TranslateCommand& command) {
  TranslateOptions options = command.translate;
  if (command.heatmap || !command.heatmap_svg.empty())
    options.alignment.form = AlignmentForm::kSoft;
  return options;
}

LineReport::Options TranslateRun::report_options(const TranslateCommand& command) {
  return {command.quiet, command.log,
          command.input.empty() || std::ranges::count(command.input, "-") > 0,
          command.output.empty() || command.output == "-", command.stats};
}

WrittenRecords TranslateRun::written(const TranslateCommand& command) const {
  if (!command.resume) return {};
  if (command.output.empty() || command.output == "-") fail_usage("--resume needs --output FILE");
  if (command.heatmap) fail_usage("expected --resume or --heatmap, found both");
  const bool is_n_best = command.translate.n_best != 0 && !command.translate.json;
  return written_records(command.output,
                         is_n_best ? std::optional(input_.lines_before()) : std::nullopt);
}

/// Reads what is translated already. False while lines are still to come.
bool TranslateRun::pass_over_written() {
  std::string line;
  while (lines_ < written_.lines) {
    switch (input_.read(line)) {
      case NextLine::kRead:
        ++lines_;
        break;
      case NextLine::kLater:
        return false;
      case NextLine::kEnd:
        fail("expected the {} lines that {} has translations of, found {}; it is of another text",
             written_.lines, command_.output, lines_);
    }
  }
  return true;
}

NextLine TranslateRun::read(SourceLine& line) {
  if (!pass_over_written()) return NextLine::kLater;
  const NextLine next = input_.read(line.text);
  if (next == NextLine::kRead) {
    line = parse_record(std::move(line.text), input_.lines_before() + ++lines_, command_.translate);
    if (report_.watches_lines()) report_.note_read(input_.place());
  }
  return next;
}

void TranslateRun::draw(const TranslatedLine& line, std::string& text) {
  if (line.source_units.empty()) return;
  if (command_.heatmap) text += draw_attention(line, terminal_columns());
  if (command_.heatmap_svg.empty() || is_drawn_) return;
  AtomicFile file(command_.heatmap_svg);
  file.write(draw_attention_svg(line));
  file.commit();
  is_drawn_ = true;
}

void TranslateRun::write(std::span<TranslatedLine> lines) {
  text_.clear();
  for (const TranslatedLine& line : lines) {
    text_ += format_record(line, command_.translate);
    draw(line, text_);
  }
  output_.write(text_);
  if (first_seconds_ == 0) first_seconds_ = seconds_since(start_);
  report_.note_written(lines);
}

std::string TranslateRun::stats_of(const StreamSummary& summary) const {
  const double seconds = seconds_since(start_);
  const auto thousands = [](auto number) {
    return with_thousands(static_cast<std::int64_t>(number));
  };
  const auto rate = [&](std::size_t count) {
    return thousands(static_cast<double>(count) / seconds);
  };
  const auto milliseconds = [](double time) { return fmt::format("{:.0f} ms", 1000 * time); };
  const Durations& times = report_.line_times();
  return fmt::format(
      "{} lines, {} source words, {} target words in {}: {} lines/s, {} source words/s, {} target "
      "words/s; start-up {}, first translation after {}; a line took {} (p50), {} (p95); {} MiB",
      thousands(summary.lines), thousands(summary.source_words), thousands(summary.target_words),
      human_duration(seconds), rate(summary.lines), rate(summary.source_words),
      rate(summary.target_words), milliseconds(start_up_seconds_), milliseconds(first_seconds_),
      milliseconds(times.quantile(0.5)), milliseconds(times.quantile(0.95)),
      thousands(peak_memory() >> 20));
}

void TranslateRun::run() {
  const StreamSummary summary =
      translator_.translate({[this](SourceLine& line) { return read(line); },
                             [this](std::span<TranslatedLine> lines) { write(lines); },
                             [this](const std::string& message) { report_.say(message); },
                             input_.lines_before() + written_.lines});
  output_.close();
  for (const std::string& line : summary_lines(summary)) report_.say(line);
  if (command_.stats) report_.say(stats_of(summary), true);
}

/// The file beside an input.
std::string output_beside(const std::string& input, const TranslateCommand& command) {
  const std::size_t name = input.rfind('/') + 1, dot = input.rfind('.');
  const bool is_named = dot != std::string::npos && dot > name;
  const std::size_t at = command.format == TextFormat::kText || !is_named ? input.size() : dot;
  return input.substr(0, at) + command.output_suffix + input.substr(at);
}

void run_one(const TranslateCommand& command, const SharedTranslator& translator) {
  if (command.format == TextFormat::kText) {
    TranslateRun(command, translator).run();
  } else {
    translate_document(command, translator);
  }
}

void run_each(const TranslateCommand& command) {
  std::unique_ptr<Translator> made;
  const SharedTranslator translator = [&](const TranslateOptions& options) -> Translator& {
    if (!made) made = std::make_unique<Translator>(command.model, options);
    return *made;
  };
  if (command.output_suffix.empty()) return run_one(command, translator);
  if (!command.output.empty()) fail_usage("expected --output or --output-suffix, found both");
  if (command.input.empty() || std::ranges::count(command.input, "-") > 0) {
    fail_usage("expected files for --output-suffix, found standard input; name them with -i");
  }
  for (const std::string& input : command.input) {
    TranslateCommand one = command;
    one.input = {input};
    one.output = output_beside(input, command);
    run_one(one, translator);
  }
}

int translate(const Flags& flags) {
  TranslateCommand command;
  flags.apply(command);
  if (flags.dump(command)) return 0;
  if (command.model.empty()) fail_usage("expected a model: --model FILE");
  return until_reader_goes([&] { run_each(command); });
}

}  // namespace

Command add_translate(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app,
      Subcommand{"translate", "Translate text, a sentence a line, from input to output",
                 "Examples:\n"
                 "  heed translate -m de-en.safetensors < text.de > text.en\n"
                 "  heed translate -m de-en.safetensors -i text.de --n-best 5 --word-scores\n"
                 "  heed translate -m de-en.safetensors -i huge.de --part 2/10 -o huge.02.en\n"
                 "  heed translate -m one.safetensors two.safetensors --weights 1 0.5\n"
                 "  heed translate -m de-en.safetensors --format srt -i film.srt -o film.en.srt\n"
                 "  echo 'Guten Morgen!' | heed translate -m de-en.safetensors --heatmap\n"});
  flags->add<TranslateCommand>();
  flags->add_config_flags();
  return [flags] { return translate(*flags); };
}

}  // namespace heed
