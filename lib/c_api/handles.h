#pragma once

#include <array>
#include <string>
#include <vector>

#include "heed/heed.h"
#include "heed/translator.h"

// What the handles of heed/heed.h hold. heed_texts and heed_translation are other names of what
// they point into.

struct heed_translator {
  heed::Translator translator;
};

struct heed_result {
  std::vector<heed::TranslatedLine> lines{};
  std::vector<std::string> warnings{};
  heed::TranslateOptions options{};
  bool is_score = false;
};

struct heed_attention {
  heed::PairAttention attention;
  std::array<std::size_t, 4> shape{};
  std::vector<float> weights{};
};

namespace heed {

inline const heed_texts* as_texts(const std::vector<std::string>& texts) {
  return reinterpret_cast<const heed_texts*>(&texts);
}

}  // namespace heed
