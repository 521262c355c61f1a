#include "translation/placed_markup.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "text/markup_reader.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {
namespace {

/// Of a translation whose words stand for these of the source.
std::string placed(std::string_view source, std::string_view translated,
                   const std::vector<int>& source_of,
                   std::vector<std::pair<int, int>> starts = {}) {
  return with_markup(read_markup(source, Markup::kHtml), translated,
                     {source_of, std::move(starts)});
}

TEST(PlacedMarkup, ElementsEncloseWhatTheyEnclosed) {
  EXPECT_EQ(placed("Ein <b>rotes Haus</b> steht da.", "There stands a red house.", {4, 3, 0, 1, 2}),
            "There stands a <b>red house</b>.");
  EXPECT_EQ(placed("<p>Das <i>alte <b>Haus</b></i></p>", "the house that is old", {0, 2, 1, 1, 1}),
            "<p>the <i><b>house</b> that is old</i></p>");
  EXPECT_EQ(placed("<i>A</i> <b>b</b>", "B a", {1, 0}), "<b>B</b> <i>a</i>");
}

TEST(PlacedMarkup, WordsFarAwayAreLeftOut) {
  EXPECT_EQ(placed("<b>a b</b> c d e f", "1 2 3 4 5 6", {0, 1, 2, 3, 4, 0}), "<b>1 2</b> 3 4 5 6");
  EXPECT_EQ(placed("<b>a b</b> c", "1 2 3", {0, 2, 1}), "<b>1</b> 2 3");
  EXPECT_EQ(placed("<b>a b c d</b> e", "1 2 3 4 5", {0, 1, 4, 2, 3}), "<b>1 2 3 4 5</b>");
}

TEST(PlacedMarkup, MarksStayOutside) {
  EXPECT_EQ(placed("Ein (<b>rotes</b>) Haus", "a \u201cred\u201d house", {0, 1, 2}),
            "a \u201c<b>red</b>\u201d house");
  EXPECT_EQ(placed("<b>Halt!</b> Wer da", "Stop! Who goes", {0, 1, 2}), "<b>Stop!</b> Who goes");
  EXPECT_EQ(placed("<p>Ein Haus</p>", "A house.", {0, 1}), "<p>A house.</p>");
  EXPECT_EQ(placed("<b>E</b>2 da", "E2 there", {0, 1}), "<b>E</b>2 there") << "inside a word";
}

TEST(PlacedMarkup, EmptyElementsStandWithTheirNeighbours) {
  EXPECT_EQ(placed("a <br> b <img>c d<hr/>", "C D A B", {2, 3, 0, 1}), "<img>C D A <br> B<hr/>");
  EXPECT_EQ(placed("<img> a b", "B A", {1, 0}), "<img> B A");
  EXPECT_EQ(placed("a <i></i>b", "B A", {1, 0}), "<i></i>B A");
}

TEST(PlacedMarkup, TagsWithoutPartnersKeepTheirOrder) {
  EXPECT_EQ(placed("a <b>b c</i> d", "A B C D", {0, 1, 2, 3}), "A <b>B C</i> D");
  EXPECT_EQ(placed("a <b>b c</i> d", "D C B A", {3, 2, 1, 0}), "D C <b></i>B A");
  EXPECT_EQ(placed("<u>a</i></u> <i>b", "B A", {1, 0}), "<u>B A</i></u><i>");
}

/// What would be a tag if it were closed ends the text, and no element.
TEST(PlacedMarkup, ATagThatIsCutOffStaysAtTheEnd) {
  EXPECT_EQ(placed("a <b>b</b> <i>c</I", "C B A", {2, 1, 0}), "<i>C <b>B</b> A</I");
  EXPECT_EQ(placed("a b<code", "B A", {1, 0}), "B A<code");
}

TEST(PlacedMarkup, SentencesKeepTheirTags) {
  EXPECT_EQ(placed("Eins<br>Zwei drei", "one.\nthree two.", {0, 2, 1}, {{0, 0}, {1, 1}}),
            "one.<br>three two.");
  EXPECT_EQ(
      placed("<p>Eins.</p> <p>Zwei drei.</p>", "One.\n \nThree two.", {0, 0, 2}, {{0, 0}, {1, 1}}),
      "<p>One.</p> <p>Three two.</p>")
      << "whatever the links say";
}

TEST(PlacedMarkup, WithoutLinksItGoesByTheWay) {
  EXPECT_EQ(placed("a <b>b</b> c", "1 2 3", {}), "1 <b>2</b> 3");
  EXPECT_EQ(placed("a <b>b</b> c", "", {}), "<b></b>");
}

/// Text with random tags, many of them without a partner.
std::string random_markup(Random& random) {
  const char* const parts[] = {
      "<b>",  "</b>", "<i x='1'>", "</i>", "<br>",  "<!-- c -->", "<p>",
      "</p>", "word", " ",         ".",    " und ", "&amp;",      "<code>a <b></code>",
      "<u>",  "</u>", "\xc3\xa4"};
  std::string text;
  for (int i = static_cast<int>(random.uniform() * 30); i >= 0; --i) {
    text += parts[static_cast<std::size_t>(random.uniform() * std::size(parts))];
  }
  return text;
}

/// All tags with their partners, and what is opaque.
std::vector<std::string> inventory(const std::string& text) {
  const MarkedText marked = read_markup(text, Markup::kHtml);
  std::vector<std::string> all = marked.opaque;
  for (const MarkupTag& tag : marked.tags) {
    const bool is_pair = tag.partner >= 0;
    all.push_back(tag.bytes + (is_pair ? marked.tags[tag.partner].bytes : ""));
  }
  std::ranges::sort(all);
  return all;
}

TEST(PlacedMarkup, KeepsAllTagsAndTheirNesting) {
  Random random(1);
  for (int round = 0; round < 5'000; ++round) {
    const std::string source = random_markup(random);
    const MarkedText marked = read_markup(source, Markup::kHtml);
    std::vector<std::string_view> words = split_words(marked.text);
    WordLinks links;
    std::string translated;
    const int size = static_cast<int>(words.size());
    for (int i = 0; i < size; ++i) {
      links.source_of.push_back(static_cast<int>(random.uniform() * (size + 1)) - 1);
    }
    for (std::size_t i = words.size(); i > 1; --i) {
      std::swap(words[i - 1], words[static_cast<std::size_t>(random.uniform() * double(i))]);
    }
    for (const auto word : words) translated += std::string(word) + " ";
    const std::string result = with_markup(marked, translated, links);
    ASSERT_EQ(inventory(result), inventory(source)) << source << "\n" << result;
  }
}

/// Squares of these numbers would take minutes.
TEST(PlacedMarkup, TakesHostileMarkup) {
  constexpr int kTimes = 15'000;
  for (const char* part : {"<b>a ", "<b>a</b> ", "</b>a ", "<br>a ", "<b></b>", "<b>"}) {
    std::string source, translated;
    WordLinks links;
    for (int i = 0; i < kTimes; ++i) {
      source += part;
      translated += "a ";
      links.source_of.push_back(kTimes - 1 - i);
    }
    if (std::string_view(part).starts_with("<b>a ")) {
      for (int i = 0; i < kTimes; ++i) source += "</b>";
    }
    EXPECT_GT(with_markup(read_markup(source, Markup::kHtml), translated, links).size(),
              source.size() / 2);
  }
}

}  // namespace
}  // namespace heed
