#include "report/head_choice.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/sample_comparison.h"

namespace heed {
namespace {

TEST(HeadChoice, PacksWeightsInHundredths) {
  SampleView view;
  view.pictures = {{1, 0, {{0, 0.36F}, {1, 0.35F}}}, {2, 3, {{0.004F, 0.006F}, {NAN, 1.2F}}}};
  EXPECT_EQ(packed_pictures(view), "1.0:.102s0z 2.3:.01.2s");
}

TEST(HeadChoice, OffersTheLayersAndHeadsOfTheLargestModel) {
  Comparison comparison = sample_comparison({.groups = 3, .layers = 1, .heads = 2});
  comparison.samples.back().views.back().pictures.push_back({3, 1, {}});
  const std::string html = html_head_choice(comparison);
  EXPECT_NE(html.find("last</option><option>1</option><option>2</option><option>3</option></sel"),
            std::string::npos)
      << html;
  EXPECT_NE(html.find("mean</option><option>1</option><option>2</option></sel"), std::string::npos)
      << html;
}

TEST(HeadChoice, OffersNothingWhereThereIsOnePicture) {
  EXPECT_EQ(html_head_choice(sample_comparison({.layers = 1, .heads = 1})), "");
}

}  // namespace
}  // namespace heed
