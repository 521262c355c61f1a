#include "conversion/vocabulary_list.h"

#include <gtest/gtest.h>

#include "model/tiny_models.h"
#include "support/expect_error.h"
#include "support/temporary_directory.h"

namespace heed {
namespace {

class VocabularyListTest : public testing::Test {
 protected:
  VocabularyList read(const std::string& name, const std::string& text) {
    directory_.write(name, text);
    return read_vocabulary_list(directory_.path(name));
  }
  std::string save(const Tokenizer& tokenizer) {
    directory_.write("m.spm", tokenizer.serialized());
    return directory_.path("m.spm");
  }

  TemporaryDirectory directory_;
};

const VocabularyList kList = {"</s>", "<unk>", "\xe2\x96\x81the", "\"", ": 7", "it's"};

TEST_F(VocabularyListTest, AllFormsAreTheSameList) {
  EXPECT_EQ(read("v.json", R"(["</s>", "<unk>", "▁the", "\"", ": 7", "it's"])"), kList);
  EXPECT_EQ(read("w.json", R"({"\"": 3, "</s>": 0, "it's": 5, ": 7": 4, "<unk>": 1, "▁the": 2})"),
            kList);
  EXPECT_EQ(read("v.yml",
                 "</s>: 0\n<unk>: 1\n\xe2\x96\x81the: 2\n\"\\\"\": 3\n\": 7\": 4\n"
                 "'it''s': 5\n"),
            kList);
  EXPECT_EQ(read("v.txt", "</s>\n<unk>\n\xe2\x96\x81the\n\"\n: 7\nit's\n"), kList);
}

TEST_F(VocabularyListTest, NumbersMustBeAllAndOnce) {
  expect_error([&] { read("v.yml", "a: 0\nb: 0\n"); }, "one piece of number 0");
  expect_error([&] { read("v.yml", "a: 0\nb: 2\n"); }, "a piece of number 1");
  expect_error([&] { read("v.yml", "a: 0\nb\n"); }, "v.yml:2: expected 'piece: number'");
  expect_error([&] { read("v.yml", "a: 99999999999\n"); }, "numbers below 10000000");
  expect_error([&] { read("v.json", "{\"a\": -1}"); }, "a whole number for");
  expect_error([&] { read("v.json", "[1]"); }, "expected pieces");
}

/// The list turned round, without some pieces, with some of its own.
TEST_F(VocabularyListTest, TextIsSplitAsBefore) {
  const Tokenizer& plain = joint_tokenizers().source;
  VocabularyList list;
  for (int id = plain.size() - 1; id >= 5; --id) {
    if (id != plain.bos_id() && id != plain.eos_id() && id != plain.unk_id()) {
      list.push_back(plain.piece(id));
    }
  }
  list.insert(list.begin(), {"</s>", "<unk>", "other"});
  list.emplace_back("<pad>");
  const std::string path = save(plain);
  const ListedTokenizers listed = list_tokenizers(read_spm_files({path}), list, list, false);
  const Tokenizer& found = listed.tokenizers.source;
  EXPECT_EQ(listed.source_items, static_cast<int>(list.size()));
  EXPECT_GT(found.size(), static_cast<int>(list.size()));  // pieces that the list lacks
  for (std::size_t id = 0; id < list.size(); ++id) {
    EXPECT_EQ(found.piece(static_cast<int>(id)), list[id]);
  }
  EXPECT_EQ(found.eos_id(), 0);
  EXPECT_EQ(found.unk_id(), 1);
  EXPECT_EQ(found.bos_id(), -1);
  for (const char* text : {"dreiundvierzig", "forty-three thousand one", "other", ""}) {
    EXPECT_EQ(found.pieces(found.encode(text)), plain.pieces(plain.encode(text))) << text;
    EXPECT_EQ(found.decode(found.encode(text)), plain.decode(plain.encode(text)));
  }
}

TEST_F(VocabularyListTest, LanguageTagsAreOnePiece) {
  const Tokenizer& plain = joint_tokenizers().source;
  VocabularyList list = {">>deu<<", "</s>", "<unk>"};
  for (int id = 3; id < plain.size(); ++id) list.push_back(plain.piece(id));
  const ListedTokenizers listed = list_tokenizers(read_spm_files({save(plain)}), list, list, false);
  std::vector<int> expected = listed.tokenizers.source.encode("forty-three");
  expected.insert(expected.begin(), 0);
  EXPECT_EQ(listed.tokenizers.source.encode(">>deu<< forty-three"), expected);
}

TEST_F(VocabularyListTest, TheSpmItselfStaysWhereNumbersAreItsOwn) {
  const Tokenizer& plain = joint_tokenizers().source;
  VocabularyList list;
  for (int id = 0; id < plain.size(); ++id) list.push_back(plain.piece(id));
  const std::vector<SpmFile> spm = read_spm_files({save(plain)});
  EXPECT_EQ(list_tokenizers(spm, list, list, true).tokenizers.source.serialized(),
            plain.serialized());
  expect_error([&] { list_tokenizers(spm, {"a", "</s>"}, list, true); }, "expected <unk>");
  expect_error([&] { list_tokenizers(spm, {"a", "a"}, list, true); }, "found \"a\" again");
}

class WordListTest : public VocabularyListTest {
 protected:
  WordList words(const std::string& yaml) {
    directory_.write("w.yml", yaml);
    return WordList::read(directory_.path("w.yml"));
  }
};

TEST_F(WordListTest, TextIsSplitAtBlanksAlone) {
  const Tokenizer tokenizer =
      words("</s>: 0\n<unk>: 1\nein: 2\n\"H@@\": 3\nund: 4\n'.': 5\n>>de<<: 6\n").tokenizer(7);
  EXPECT_EQ(tokenizer.encode("ein H@@ und ."), (std::vector{2, 3, 4, 5}));
  EXPECT_EQ(tokenizer.encode("  ein   und  "), (std::vector{2, 4}));
  EXPECT_EQ(tokenizer.encode("Ein und. \xef\xbd\x85in"), (std::vector{1, 1, 1}));  // ｅ is no e
  EXPECT_EQ(tokenizer.encode("</s> <unk>"), (std::vector{1, 1}));
  EXPECT_EQ(tokenizer.decode(std::vector{2, 3, 4, 5}), "ein H@@ und .");
  EXPECT_EQ(tokenizer.encode_words("ein Haus und").words, (std::vector{0, 1, 2}));
  EXPECT_EQ(tokenizer.eos_id(), 0);
  EXPECT_EQ(tokenizer.unk_id(), 1);
  EXPECT_EQ(tokenizer.bos_id(), -1);
  EXPECT_EQ(tokenizer.size(), 7);
}

TEST_F(WordListTest, TheModelsSizeDecides) {
  const WordList list = words("</s>: 0\n<unk>: 1\nein: 2\nund: 3\n");
  EXPECT_EQ(list.tokenizer(3).encode("ein und"), (std::vector{2, 1}));
  EXPECT_EQ(list.tokenizer(6).size(), 6);
  EXPECT_EQ(list.tokenizer(6).encode("ein und oder"), (std::vector{2, 3, 1}));
  expect_error([&] { list.tokenizer(1); }, "expected <unk>");
}

TEST_F(WordListTest, NematusHasOtherMarks) {
  EXPECT_EQ(words("eos: 0\nUNK: 1\nein: 2\n").words, (VocabularyList{"</s>", "<unk>", "ein"}));
  EXPECT_EQ(words("<EOS>: 0\n<UNK>: 1\n").words, (VocabularyList{"</s>", "<unk>"}));
  EXPECT_EQ(words("</s>: 0\n<unk>: 1\neos: 2\n").words[2], "eos");
}

TEST_F(WordListTest, PiecesNeedTheirModel) {
  const WordList pieces = words("</s>: 0\n<unk>: 1\n\xe2\x96\x81the: 2\n");
  expect_error([&] { pieces.tokenizer(3); }, "expected the SentencePiece model beside the list");
  const WordList twice = {{"</s>", "<unk>", "a", "a"}, "v.yml"};
  expect_error([&] { twice.tokenizer(4); }, "found \"a\" again");
}

}  // namespace
}  // namespace heed
