#include "metrics/ter_tokenizer.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(TerTokenizer, LowercasesOnly) {
  EXPECT_EQ(tokenize_tercom("A B  C D.", {}), "a b c d.");
  EXPECT_EQ(tokenize_tercom("", {}), "");
  EXPECT_EQ(tokenize_tercom("A B", {.case_sensitive = true}), "A B");
}

TEST(TerTokenizer, DeletesPunctuation) {
  EXPECT_EQ(tokenize_tercom("a b c d.", {.no_punctuation = true}), "a b c d");
  EXPECT_EQ(tokenize_tercom("A ; B ) C : D.", {.no_punctuation = true}), "a b c d");
  EXPECT_EQ(tokenize_tercom("a。b", {.no_punctuation = true}), "a。b");
  EXPECT_EQ(tokenize_tercom("a。b！", {.no_punctuation = true, .asian_support = true}), "ab");
}

TEST(TerTokenizer, Normalizes) {
  const TercomOptions options{.normalized = true};
  EXPECT_EQ(tokenize_tercom("a b (c) d.", options), "a b ( c ) d .");
  EXPECT_EQ(tokenize_tercom("Jim's car.", options), "jim 's car .");
  EXPECT_EQ(tokenize_tercom("it is Jim's", options), "it is jim 's");
  EXPECT_EQ(tokenize_tercom("4.2", options), "4.2");
  EXPECT_EQ(tokenize_tercom("a &lt; b\n-c", options), "a < bc");
}

TEST(TerTokenizer, IdeographsAreWords) {
  const TercomOptions options{.normalized = true, .asian_support = true};
  EXPECT_EQ(tokenize_tercom("美众院公布对特", options), "美 众 院 公 布 对 特");
  EXPECT_EQ(tokenize_tercom("りの拳銃を持", options), "りの 拳 銃 を 持");
  EXPECT_EQ(tokenize_tercom("東京、大阪", options), "東 京 、 大 阪");
  // Without normalisation nothing is split.
  EXPECT_EQ(tokenize_tercom("東京", {.asian_support = true}), "東京");
}

}  // namespace
}  // namespace heed
