#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heed/document.h"
#include "heed/translator.h"

namespace heed {

/// Everything that can be said about `heed translate`.
struct TranslateCommand {
  std::vector<std::string> model{};
  std::vector<std::string> input{};
  std::string part{};
  std::string output{};
  std::string output_suffix{};
  TextFormat format = TextFormat::kText;
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
    v(Field{"output-suffix",
            "Write a file beside each of the input's instead, with this in its name: .en makes "
            "text.de.en of text.de, and film.en.srt of film.srt, a document; it is there when it "
            "is complete, or, of a text with --resume, grows"},
      self.output_suffix);
    v(Field{"format",
            "What the input is: text, a sentence a line; or a document, of which all that is no "
            "text stays byte for byte: subtitles, whose lines stay as many and are balanced; PO "
            "files, whose empty msgstr are filled and marked fuzzy; HTML and Markdown, block by "
            "block, with markup as --html carries it; CSV, whose fields with letters are text; "
            "XLIFF 1.2 and 2, whose missing targets are filled, and TMX, whose empty segments are"},
      self.format);
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

/// Gives the one translator of all inputs, made when it is first needed.
using SharedTranslator = std::function<Translator&(const TranslateOptions&)>;

/// Translates one document, and writes it when all of it is translated. Throws UsageError for
/// options that make more of a translation than its text.
void translate_document(const TranslateCommand& command, const SharedTranslator& translator);

}  // namespace heed
