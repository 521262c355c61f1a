#include <utility>

#include "conversion/vocabulary_list.h"
#include "fuzz/fuzz.h"
#include "util/error.h"

namespace heed {

namespace {

/// The bytes as each kind of list. Few are lists of words too.
void run_vocabulary(std::string_view bytes) {
  for (const char* path : {"x.txt", "x.yml"}) {
    try {
      const WordList list{parse_vocabulary_list(bytes, path), path};
      require(list.words.size() <= bytes.size(), "items have a byte each");
      const Tokenizer tokenizer = list.tokenizer(list.words.size());
      require(std::cmp_equal(tokenizer.size(), list.words.size()), "words have the list's numbers");
      tokenizer.encode("two words");
    } catch (const Error&) {
      continue;
    }
  }
}

std::vector<std::string> vocabulary_seeds() {
  return {"</s>\n<unk>\ntwo\nw@@\r\n", "</s>: 0\n<unk>: 1\n\"two\": 3\n'it''s': 2\n",
          R"({"</s>": 1, "<unk>": 0, "two": 2})", R"(["</s>", "<unk>", "words"])"};
}

}  // namespace

const FuzzTarget kVocabularyTarget{"vocabulary", run_vocabulary, vocabulary_seeds};

}  // namespace heed
