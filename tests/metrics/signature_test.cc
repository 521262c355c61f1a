#include "metrics/signature.h"

#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/ter.h"

namespace heed {
namespace {

std::string signature(const Metric& metric, SignatureContext context, bool short_names = false) {
  context.version = "heed-9";
  return format_signature(signature_fields(metric, context), short_names);
}

TEST(Signature, HasTheFieldsOfSacrebleuInItsOrder) {
  EXPECT_EQ(signature(Bleu(), {}), "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:heed-9");
  EXPECT_EQ(signature(Chrf({.word_order = 2}), {}),
            "nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:heed-9");
  EXPECT_EQ(signature(Ter(), {}),
            "nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:heed-9");
}

TEST(Signature, ShortNames) {
  EXPECT_EQ(signature(Bleu(), {.references = 2}, true), "#:2|c:mixed|e:no|tok:13a|s:exp|v:heed-9");
  EXPECT_EQ(signature(Chrf(), {}, true), "#:1|c:mixed|e:yes|nc:6|nw:0|s:no|v:heed-9");
  EXPECT_EQ(signature(Ter(), {}, true), "#:1|c:lc|t:tercom|nr:no|pn:yes|as:no|v:heed-9");
}

TEST(Signature, TestsAndSeveralReferences) {
  EXPECT_EQ(signature(Bleu({.lowercase = true}),
                      {.references = 3, .bootstrap_samples = 1000, .seed = 12345}),
            "nrefs:3|bs:1000|seed:12345|case:lc|eff:no|tok:13a|smooth:exp|version:heed-9");
  EXPECT_EQ(signature(Ter(), {.randomization_trials = 10000, .seed = 1}, true),
            "#:1|ar:10000|rs:1|c:lc|t:tercom|nr:no|pn:yes|as:no|v:heed-9");
}

TEST(Signature, SmoothingValues) {
  EXPECT_NE(signature(Bleu({.smoothing = BleuSmoothing::kFloor}), {}).find("smooth:floor[0.10]"),
            std::string::npos);
  EXPECT_NE(signature(Bleu({.smoothing = BleuSmoothing::kAddK, .smoothing_value = 2}), {})
                .find("smooth:add-k[2.00]"),
            std::string::npos);
}

}  // namespace
}  // namespace heed
