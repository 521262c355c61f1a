#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "app/commands.h"
#include "app/flags.h"
#include "app/streams.h"
#include "heed/translator.h"
#include "util/error.h"
#include "util/process.h"
#include "util/strings.h"

namespace heed {

namespace {

using Clock = std::chrono::steady_clock;

/// Everything that can be said about `heed translate`.
struct TranslateCommand {
  std::vector<std::string> model{};
  std::vector<std::string> input{};
  std::string part{};
  std::string output{};
  TranslateOptions translate{};
  bool heatmap = false;
  std::string heatmap_svg{};
  bool resume = false;
  bool stats = false;
  std::string log{};
  bool quiet = false;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"model",
            "Model file, or the name of one that heed info lists; several over the same "
            "vocabularies translate as one (--weights)",
            'm'}
          .file(),
      self.model);
    v(Field{"input",
            "Texts to translate, a sentence a line; - or none is standard input; gz, zstd, xz and "
            "bzip2 are recognised, UTF-16 and UTF-32 by their byte order mark",
            'i'}
          .file(),
      self.input);
    v(Field{"part",
            "K/N: translate the K-th of N parts of the input, one plain file; the outputs of all "
            "parts, one after the other, are that of the whole"},
      self.part);
    v(Field{"output", "File to write; none is standard output", 'o'}.file(), self.output);
    TranslateOptions::visit_fields(self.translate, v);
    v(Field{"heatmap", "Draw attention below each translation: target words are rows"},
      self.heatmap);
    v(Field{"heatmap-svg", "Draw the first translation's attention into this file"},
      self.heatmap_svg);
    v(Field{"resume",
            "Go on where the same command was cut off: the lines whose translations stand in "
            "--output are read over"},
      self.resume);
    v(Field{"stats",
            "Write to standard error, at the end: speed, the time to start and to the first "
            "translation, half and 95 % of the lines' times from reading to writing, and memory"},
      self.stats);
    v(Field{"log", "Write messages and the closing summary to this file too, after what it holds"},
      self.log);
    v(Field{"quiet", "Write nothing to standard error but the error that ends the program"},
      self.quiet);
  }
};

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
  explicit TranslateRun(const TranslateCommand& command)
      : command_(command),
        input_(open_input(command)),
        translator_(command.model, model_options(command)),
        report_(report_options(command)),
        written_(written(command)),
        output_(command.output, files_read(command.input, command.model), written_.bytes) {
    start_up_seconds_ = seconds_since(start_);
    if (command.heatmap_svg.empty()) return;
    expect_not_read(command.heatmap_svg, files_read(command.input, command.model));
  }

  void run();

 private:
  Input open_input(const TranslateCommand& command);
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
  Translator translator_;
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

int translate(const Flags& flags) {
  TranslateCommand command;
  flags.apply(command);
  if (flags.dump(command)) return 0;
  if (command.model.empty()) fail_usage("expected a model: --model FILE");
  return until_reader_goes([&] { TranslateRun(command).run(); });
}

}  // namespace

Command add_translate(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app, Subcommand{"translate", "Translate text, a sentence a line, from input to output",
                      "Examples:\n"
                      "  heed translate -m de-en.safetensors < text.de > text.en\n"
                      "  heed translate -m de-en.safetensors -i text.de --n-best 5 --word-scores\n"
                      "  heed translate -m de-en.safetensors -i huge.de --part 2/10 -o huge.02.en\n"
                      "  heed translate -m one.safetensors two.safetensors --weights 1 0.5\n"
                      "  echo 'Guten Morgen!' | heed translate -m de-en.safetensors --heatmap\n"});
  flags->add<TranslateCommand>();
  flags->add_config_flags();
  return [flags] { return translate(*flags); };
}

}  // namespace heed
