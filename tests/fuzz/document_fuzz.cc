#include "fuzz/fuzz.h"
#include "heed/document.h"
#include "heed/error.h"

namespace heed {

namespace {

/// The document with its own texts in the place of translations.
void check_document(TextFormat format, std::string_view bytes) {
  const Document document = Document::read(format, std::string(bytes), "d");
  std::vector<std::string> same;
  std::size_t size = 0;
  for (const SourceLine& line : document.texts()) {
    require(!line.text.empty(), "a text is there");
    size += line.text.size();
    same.push_back(line.text);
  }
  require(size <= 2 * bytes.size(), "texts are parts of the document");
  const std::string result = document.with(same);
  if (same.empty()) require(result == bytes, "without text it is the same bytes");
  if (format == TextFormat::kHtml) require(result == bytes, "texts stand where they stood");
}

void run_document(std::string_view bytes) {
  for (const TextFormat format :
       {TextFormat::kSrt, TextFormat::kVtt, TextFormat::kPo, TextFormat::kHtml, TextFormat::kMd,
        TextFormat::kCsv, TextFormat::kXliff, TextFormat::kTmx}) {
    try {
      check_document(format, bytes);
    } catch (const Error& error) {
      require(std::string_view(error.what()).find('\n') == std::string_view::npos,
              "an error is one line");
    }
  }
}

std::vector<std::string> document_seeds() {
  return {
      "1\n00:00:01,000 --> 00:00:02,000\n- <i>a</i>\n- b\nc\n\nWEBVTT\n\nNOTE x\n",
      "#, c-format\nmsgid \"a\\n\"\n\"b\"\nmsgid_plural \"c\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n",
      "<p>a <b>b</b><pre>c</pre><!-- d --><li translate=no>e</li> f",
      "---\na\n---\n# b #\n\n- [ ] c *d*\n> e\n```\nf\n```\n| g | h |\n[i]: j\n[^1]: k  \nl",
      "a;\"b \"\"c\"\"\"\n1;d\r\n",
      "<xliff><trans-unit><source>a <g>b</g></source><target/></trans-unit><segment><source>c"
      "</source></segment></xliff>",
      "<tmx><tu><tuv><seg>a</seg></tuv><tuv><seg/></tuv></tu></tmx>"};
}

}  // namespace

const FuzzTarget kDocumentTarget{"document", run_document, document_seeds};

}  // namespace heed
