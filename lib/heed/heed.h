#pragma once

#include <stddef.h>

/// Heed for C, and for every language that can call C: the shared library libheed-c (pkg-config
/// heed). It is `heed/translator.h` and `heed/evaluator.h` behind handles.
///
/// - What can fail returns a heed_status, never an exception. Unless it is HEED_OK, `*error`, where
///   `error` is not NULL, is a message of one line, to be freed by heed_free_text; else it is NULL.
/// - A NULL where something is expected is HEED_USAGE. To free NULL is nothing. What reads a result
///   takes NULL, and numbers that are too high, and answers with NULL, 0 or an empty text.
/// - Text is UTF-8 with its size in bytes. What Heed returns has a '\0' behind it too.
/// - Threads may share a heed_translator and call it at the same time; results are never changed
/// and
///   may be read by all. Nothing may be freed while another thread uses it.
/// - What exists is not changed: later versions add functions, and HEED_API_VERSION counts them.
#ifdef __cplusplus
extern "C" {
#endif

#define HEED_API_VERSION 1

/// The HEED_API_VERSION of the library that is loaded.
int heed_api_version(void);
/// Its version, such as "0.1.0".
const char* heed_version(void);

typedef enum heed_status {
  HEED_OK = 0,
  HEED_ERROR = 1,  ///< About data: a file, a text, memory.
  HEED_USAGE = 2   ///< About how it was called: options, NULL.
} heed_status;

typedef struct heed_text {
  const char* data;
  size_t size;  ///< In bytes.
} heed_text;

typedef struct heed_floats {
  const float* data;
  size_t size;
} heed_floats;

/// An option of `heed translate` or `heed evaluate` without its dashes and its value, both ending
/// in '\0': {"beam-size", "4"}; a switch is "true" or "false". What takes a list is given once an
/// item.
typedef struct heed_option {
  const char* name;
  const char* value;
} heed_option;

/// A line and its translation.
typedef struct heed_pair {
  heed_text source, target;
} heed_pair;

typedef struct heed_translator heed_translator;
typedef struct heed_result heed_result;            ///< Lines and their translations.
typedef struct heed_translation heed_translation;  ///< Of a heed_result, as long as it lives.
typedef struct heed_attention heed_attention;
typedef struct heed_texts heed_texts;  ///< A list, as long as what it is part of lives.

void heed_free_translator(heed_translator* translator);
void heed_free_result(heed_result* result);
void heed_free_attention(heed_attention* attention);
void heed_free_text(char* text);

/// Loads a model, or several over the same vocabularies that translate as one: files, or names that
/// `heed info` lists.
heed_status heed_load(const char* const* models, size_t model_count, const heed_option* options,
                      size_t option_count, heed_translator** translator, char** error);

/// Translates lines, each as the options say: {"force-decode", "true"} reads how its translation
/// begins behind a tab, {"json", "true"} an object as `heed translate --json` does.
heed_status heed_translate(heed_translator* translator, const heed_text* lines, size_t count,
                           heed_result** result, char** error);

/// Scores given translations, as `heed score` does; with {"alignment", "hard"} also their links,
/// as `heed align` does.
heed_status heed_score(heed_translator* translator, const heed_pair* pairs, size_t count,
                       heed_result** result, char** error);

/// What all layers and heads attend to while pair.target is written; the translator has the option
/// {"alignment", "soft"}.
heed_status heed_attend(heed_translator* translator, heed_pair pair, heed_attention** attention,
                        char** error);

/// Scores files as `heed evaluate` does, {"input", FILE} against references. `*report` is to be
/// freed by heed_free_text.
heed_status heed_evaluate(const char* const* references, size_t reference_count,
                          const heed_option* options, size_t option_count, char** report,
                          char** error);

/// What is in a model file: `heed info --json`. `*json` is to be freed by heed_free_text.
heed_status heed_describe_model(const char* model, char** json, char** error);

size_t heed_texts_size(const heed_texts* texts);
heed_text heed_texts_at(const heed_texts* texts, size_t i);

/// A result has as many lines as were given, in their order, and what was warned of.
size_t heed_result_lines(const heed_result* result);
const heed_texts* heed_result_warnings(const heed_result* result);
/// A line as it was read, its words and </s> (with alignments only), and its translations, best
/// first: one, or as many as n-best found.
heed_text heed_source(const heed_result* result, size_t line);
const heed_texts* heed_source_units(const heed_result* result, size_t line);
size_t heed_translations(const heed_result* result, size_t line);
const heed_translation* heed_translation_at(const heed_result* result, size_t line, size_t n);
/// What `heed translate` (or `heed score`) would write of the line, to be freed by heed_free_text.
heed_status heed_record(const heed_result* result, size_t line, char** record, char** error);

heed_text heed_translation_text(const heed_translation* translation);
double heed_translation_score(const heed_translation* translation);  ///< log p / length^normalize
double heed_translation_log_probability(const heed_translation* translation);  ///< Natural.
const heed_texts* heed_translation_pieces(const heed_translation* translation);
const heed_texts* heed_translation_doubts(const heed_translation* translation);
/// log p of each piece and of </s>.
heed_floats heed_translation_word_scores(const heed_translation* translation);
/// With alignments only: its words and </s>; for unit i the weights of source units; links of
/// source and target units, from 0.
const heed_texts* heed_translation_units(const heed_translation* translation);
heed_floats heed_translation_attention(const heed_translation* translation, size_t unit);
size_t heed_translation_links(const heed_translation* translation);
void heed_translation_link(const heed_translation* translation, size_t i, int* source, int* target);

/// Layers, heads, target units and source units, and the weights in that order.
void heed_attention_shape(const heed_attention* attention, size_t shape[4]);
heed_floats heed_attention_weights(const heed_attention* attention);
const heed_texts* heed_attention_source_units(const heed_attention* attention);
const heed_texts* heed_attention_target_units(const heed_attention* attention);

#ifdef __cplusplus
}
#endif
