#include "c_api/call.h"
#include "c_api/handles.h"

// What is in a result. NULL and numbers that are too high find nothing.

namespace heed {

namespace {

const TranslatedLine* line_of(const heed_result* result, std::size_t line) {
  return result != nullptr && line < result->lines.size() ? &result->lines[line] : nullptr;
}

const Translation* translation_of(const heed_translation* handle) {
  return reinterpret_cast<const Translation*>(handle);
}

const std::vector<std::string>* list_of(const heed_texts* handle) {
  return reinterpret_cast<const std::vector<std::string>*>(handle);
}

constexpr heed_text kNoText = {"", 0};
constexpr heed_floats kNoFloats = {nullptr, 0};

heed_floats as_floats(const std::vector<float>& floats) { return {floats.data(), floats.size()}; }

}  // namespace

}  // namespace heed

using namespace heed;

size_t heed_texts_size(const heed_texts* texts) {
  return texts == nullptr ? 0 : list_of(texts)->size();
}

heed_text heed_texts_at(const heed_texts* texts, size_t i) {
  return i < heed_texts_size(texts) ? as_text((*list_of(texts))[i]) : kNoText;
}

size_t heed_result_lines(const heed_result* result) {
  return result == nullptr ? 0 : result->lines.size();
}

const heed_texts* heed_result_warnings(const heed_result* result) {
  return result == nullptr ? nullptr : as_texts(result->warnings);
}

heed_text heed_source(const heed_result* result, size_t line) {
  const TranslatedLine* const found = line_of(result, line);
  return found == nullptr ? kNoText : as_text(found->source);
}

const heed_texts* heed_source_units(const heed_result* result, size_t line) {
  const TranslatedLine* const found = line_of(result, line);
  return found == nullptr ? nullptr : as_texts(found->source_units);
}

size_t heed_translations(const heed_result* result, size_t line) {
  const TranslatedLine* const found = line_of(result, line);
  return found == nullptr ? 0 : found->translations.size();
}

const heed_translation* heed_translation_at(const heed_result* result, size_t line, size_t n) {
  if (n >= heed_translations(result, line)) return nullptr;
  return reinterpret_cast<const heed_translation*>(&result->lines[line].translations[n]);
}

heed_text heed_translation_text(const heed_translation* translation) {
  return translation == nullptr ? kNoText : as_text(translation_of(translation)->text);
}

double heed_translation_score(const heed_translation* translation) {
  return translation == nullptr ? 0 : static_cast<double>(translation_of(translation)->score);
}

double heed_translation_log_probability(const heed_translation* translation) {
  return translation == nullptr ? 0 : translation_of(translation)->log_probability;
}

const heed_texts* heed_translation_pieces(const heed_translation* translation) {
  return translation == nullptr ? nullptr : as_texts(translation_of(translation)->pieces);
}

const heed_texts* heed_translation_doubts(const heed_translation* translation) {
  return translation == nullptr ? nullptr : as_texts(translation_of(translation)->doubts);
}

heed_floats heed_translation_word_scores(const heed_translation* translation) {
  return translation == nullptr ? kNoFloats : as_floats(translation_of(translation)->word_scores);
}

const heed_texts* heed_translation_units(const heed_translation* translation) {
  return translation == nullptr ? nullptr : as_texts(translation_of(translation)->units);
}

heed_floats heed_translation_attention(const heed_translation* translation, size_t unit) {
  if (translation == nullptr) return kNoFloats;
  const auto& rows = translation_of(translation)->attention;
  return unit < rows.size() ? as_floats(rows[unit]) : kNoFloats;
}

size_t heed_translation_links(const heed_translation* translation) {
  return translation == nullptr ? 0 : translation_of(translation)->alignment.size();
}

void heed_translation_link(const heed_translation* translation, size_t i, int* source,
                           int* target) {
  std::pair<int, int> link;
  if (i < heed_translation_links(translation)) link = translation_of(translation)->alignment[i];
  if (source != nullptr) *source = link.first;
  if (target != nullptr) *target = link.second;
}

void heed_attention_shape(const heed_attention* attention, size_t shape[4]) {
  if (shape == nullptr) return;
  for (std::size_t i = 0; i < 4; ++i) shape[i] = attention == nullptr ? 0 : attention->shape[i];
}

heed_floats heed_attention_weights(const heed_attention* attention) {
  return attention == nullptr ? kNoFloats : as_floats(attention->weights);
}

const heed_texts* heed_attention_source_units(const heed_attention* attention) {
  return attention == nullptr ? nullptr : as_texts(attention->attention.source_units);
}

const heed_texts* heed_attention_target_units(const heed_attention* attention) {
  return attention == nullptr ? nullptr : as_texts(attention->attention.target_units);
}
