#define _POSIX_C_SOURCE 200809L
#include <heed/heed.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The C API as a program in C11 meets it: c_api_test MODEL. The model translates from German. */

static atomic_int failures = 0;
static _Thread_local char* error = NULL;

#define EXPECT(condition)                                             \
  do {                                                                \
    if (!(condition)) {                                               \
      printf("%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                     \
    }                                                                 \
  } while (0)

static heed_text text(const char* string) {
  const heed_text result = {string, strlen(string)};
  return result;
}

static int is_text(heed_text found, const char* expected) {
  return found.size == strlen(expected) && strcmp(found.data, expected) == 0;
}

static heed_translator* load(const char* model, const heed_option* options, size_t count) {
  heed_translator* translator = NULL;
  EXPECT(heed_load(&model, 1, options, count, &translator, &error) == HEED_OK);
  if (error != NULL) printf("%s\n", error);
  heed_free_text(error);
  if (translator == NULL) exit(1);
  return translator;
}

/* Whether a call that wrote to &error was refused so, with that in its message. */
static int is_refusal(heed_status status, heed_status expected, const char* message) {
  const int is_so = status == expected && error != NULL && strstr(error, message) != NULL;
  if (!is_so) printf("status %d: %s\n", (int)status, error == NULL ? "no error" : error);
  heed_free_text(error);
  return is_so;
}

static void test_translations(const char* model) {
  const heed_option options[] = {{"beam-size", "3"},
                                 {"n-best", "2"},
                                 {"alignment", "soft"},
                                 {"protect", "X\\d"},
                                 {"protect", "Y\\d"}};
  heed_translator* const translator = load(model, options, 5);
  const heed_text lines[] = {
      text("Ein Hund schläft."), text(""), {"a\0b", 3}, {NULL, 0}, text("Ein Mann mit X1 und Y2.")};
  heed_result* result = NULL;
  EXPECT(heed_translate(translator, lines, 5, &result, NULL) == HEED_OK);
  EXPECT(heed_result_lines(result) == 5);
  EXPECT(heed_translations(result, 0) == 2 && heed_translations(result, 1) == 1);
  EXPECT(is_text(heed_source(result, 0), "Ein Hund schläft."));
  const heed_translation* const best = heed_translation_at(result, 0, 0);
  EXPECT(is_text(heed_translation_text(best), "A dog is sleeping."));
  EXPECT(is_text(heed_translation_text(heed_translation_at(result, 1, 0)), ""));
  const char* const copied = heed_translation_text(heed_translation_at(result, 4, 0)).data;
  EXPECT(strstr(copied, "X1") != NULL && strstr(copied, "Y2") != NULL);

  const size_t units = heed_texts_size(heed_translation_units(best));
  EXPECT(units == 5 && heed_texts_size(heed_source_units(result, 0)) == 4);
  EXPECT(is_text(heed_texts_at(heed_translation_units(best), 1), "dog"));
  EXPECT(heed_translation_attention(best, 1).size == 4);
  EXPECT(heed_translation_attention(best, units).data == NULL);
  const heed_floats words = heed_translation_word_scores(best);
  EXPECT(words.size == heed_texts_size(heed_translation_pieces(best)) + 1);
  double sum = 0;
  for (size_t i = 0; i < words.size; ++i) sum += (double)words.data[i];
  EXPECT(fabs(sum - heed_translation_log_probability(best)) < 1e-3);
  heed_free_result(result);
  heed_free_translator(translator);
}

static void test_scores(const char* model) {
  const heed_option options[] = {{"alignment", "hard"}, {"json", "true"}};
  heed_translator* const translator = load(model, options, 2);
  const heed_pair pair = {text("Ein Hund schläft."), text("A dog is sleeping.")};
  heed_result* result = NULL;
  EXPECT(heed_score(translator, &pair, 1, &result, NULL) == HEED_OK);
  const heed_translation* const scored = heed_translation_at(result, 0, 0);
  EXPECT(heed_translation_score(scored) < 0);
  int source = -1, target = -1;
  EXPECT(heed_translation_links(scored) > 2);
  heed_translation_link(scored, 1, &source, &target);
  EXPECT(source == 1 && target == 1);
  char* record = NULL;
  EXPECT(heed_record(result, 0, &record, NULL) == HEED_OK);
  EXPECT(record != NULL && record[0] == '{' && strstr(record, "\"alignment\"") != NULL);
  heed_free_text(record);
  EXPECT(is_refusal(heed_record(result, 1, &record, &error), HEED_USAGE, "of 1 lines"));
  EXPECT(record == NULL);
  heed_free_result(result);
  heed_free_translator(translator);
}

static void test_attention(const char* model) {
  const heed_option soft = {"alignment", "soft"};
  heed_translator* const translator = load(model, &soft, 1);
  const heed_pair pair = {text("Ein Hund schläft."), text("A dog is sleeping.")};
  heed_attention* attention = NULL;
  EXPECT(heed_attend(translator, pair, &attention, NULL) == HEED_OK);
  size_t shape[4];
  heed_attention_shape(attention, shape);
  EXPECT(shape[0] > 1 && shape[1] > 1 && shape[2] == 5 && shape[3] == 4);
  EXPECT(heed_texts_size(heed_attention_target_units(attention)) == 5);
  EXPECT(is_text(heed_texts_at(heed_attention_source_units(attention), 1), "Hund"));
  const heed_floats weights = heed_attention_weights(attention);
  EXPECT(weights.size == shape[0] * shape[1] * shape[2] * shape[3]);
  for (size_t row = 0; row < weights.size / shape[3]; ++row) {
    double sum = 0;
    for (size_t s = 0; s < shape[3]; ++s) sum += (double)weights.data[row * shape[3] + s];
    EXPECT(fabs(sum - 1) < 1e-3);
  }
  heed_free_attention(attention);
  heed_free_translator(translator);
}

static void test_errors(const char* model) {
  heed_translator* translator = (heed_translator*)"left over";
  const char* const none = "no-such-model";
  EXPECT(is_refusal(heed_load(&none, 1, NULL, 0, &translator, &error), HEED_ERROR, none));
  EXPECT(translator == NULL);
  const heed_option unknown = {"beam-sise", "4"}, wrong = {"beam-size", "0"},
                    no_value = {"seed", NULL};
  EXPECT(
      is_refusal(heed_load(&model, 1, &unknown, 1, &translator, &error), HEED_USAGE, "beam-size"));
  EXPECT(is_refusal(heed_load(&model, 1, &wrong, 1, &translator, &error), HEED_USAGE, "1 to"));
  EXPECT(is_refusal(heed_load(&model, 1, &no_value, 1, &translator, &error), HEED_USAGE, "NULL"));
  EXPECT(is_refusal(heed_load(NULL, 1, NULL, 0, &translator, &error), HEED_USAGE, "NULL"));
  EXPECT(is_refusal(heed_load(&model, 1, NULL, 3, &translator, &error), HEED_USAGE, "NULL"));
  EXPECT(heed_load(&model, 0, NULL, 0, &translator, NULL) != HEED_OK);
  EXPECT(heed_load(&model, 1, NULL, 0, NULL, NULL) == HEED_USAGE);

  const heed_option json[] = {{"json", "true"}, {"invalid-json", "fail"}};
  translator = load(model, json, 2);
  const heed_text bad[] = {text("{\"text\": \"Hund\"}"), text("{")}, no_text = {NULL, 3};
  heed_result* result = NULL;
  EXPECT(is_refusal(heed_translate(translator, bad, 2, &result, &error), HEED_ERROR, "line 2"));
  EXPECT(result == NULL);
  EXPECT(is_refusal(heed_translate(translator, &no_text, 1, &result, &error), HEED_USAGE, "NULL"));
  EXPECT(is_refusal(heed_translate(translator, NULL, 1, &result, &error), HEED_USAGE, "NULL"));
  EXPECT(is_refusal(heed_translate(NULL, bad, 1, &result, &error), HEED_USAGE, "NULL"));
  EXPECT(heed_translate(translator, NULL, 0, &result, NULL) == HEED_OK);
  EXPECT(heed_result_lines(result) == 0);
  heed_free_result(result);
  heed_attention* attention = NULL;
  const heed_pair pair = {text("Hund"), text("dog")};
  EXPECT(is_refusal(heed_attend(translator, pair, &attention, &error), HEED_USAGE, "lignment"));
  heed_free_translator(translator);
}

static void test_nothing(void) {
  size_t shape[4] = {1, 1, 1, 1};
  EXPECT(heed_result_lines(NULL) == 0 && heed_translations(NULL, 0) == 0);
  EXPECT(heed_translation_at(NULL, 0, 0) == NULL && heed_source(NULL, 0).size == 0);
  EXPECT(is_text(heed_translation_text(NULL), "") && heed_translation_word_scores(NULL).size == 0);
  EXPECT(heed_translation_attention(NULL, 0).size == 0 && heed_translation_links(NULL) == 0);
  EXPECT(heed_texts_size(NULL) == 0 && heed_texts_at(NULL, 7).size == 0);
  EXPECT(heed_translation_score(NULL) == 0.0 && heed_translation_doubts(NULL) == NULL);
  heed_translation_link(NULL, 0, NULL, NULL);
  heed_attention_shape(NULL, shape);
  EXPECT(shape[0] == 0 && heed_attention_weights(NULL).data == NULL);
  heed_free_result(NULL);
  heed_free_translator(NULL);
  heed_free_attention(NULL);
  heed_free_text(NULL);
}

static void test_files(const char* model, const char* own) {
  char* report = NULL;
  EXPECT(heed_describe_model(model, &report, NULL) == HEED_OK);
  EXPECT(report != NULL && report[0] == '{');
  heed_free_text(report);
  EXPECT(is_refusal(heed_describe_model(own, &report, &error), HEED_ERROR, own));
  const heed_option input = {"input", own};
  EXPECT(heed_evaluate(&own, 1, &input, 1, &report, NULL) == HEED_OK);
  EXPECT(report != NULL && strstr(report, "100.0") != NULL);
  heed_free_text(report);
  EXPECT(is_refusal(heed_evaluate(NULL, 1, &input, 1, &report, &error), HEED_USAGE, "NULL"));
}

static void* translate_often(void* translator) {
  const heed_text line = text("Ein Hund schläft.");
  for (int i = 0; i < 10; ++i) {
    heed_result* result = NULL;
    EXPECT(heed_translate(translator, &line, 1, &result, &error) == HEED_OK);
    EXPECT(is_text(heed_translation_text(heed_translation_at(result, 0, 0)), "A dog is sleeping."));
    heed_free_result(result);
    EXPECT(is_refusal(heed_translate(translator, NULL, 1, &result, &error), HEED_USAGE, "NULL"));
  }
  return NULL;
}

static void test_threads(const char* model) {
  const heed_option options[] = {{"threads", "1"}, {"beam-size", "2"}};
  heed_translator* const translator = load(model, options, 2);
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) {
    EXPECT(pthread_create(&threads[i], NULL, translate_often, translator) == 0);
  }
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  heed_free_translator(translator);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  EXPECT(heed_api_version() == HEED_API_VERSION && strchr(heed_version(), '.') != NULL);
  test_translations(argv[1]);
  test_scores(argv[1]);
  test_attention(argv[1]);
  test_errors(argv[1]);
  test_nothing();
  test_files(argv[1], __FILE__);
  test_threads(argv[1]);
  return failures == 0 ? 0 : 1;
}
