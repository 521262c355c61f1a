#include <heed/heed.h>
#include <stdio.h>

/* Translates a line with the model argv[1]. */
int main(int argc, char** argv) {
  const char* const model = argv[argc - 1];
  const heed_option options[] = {{"beam-size", "4"}};
  const heed_text line = {"eins zwei", 9};
  heed_translator* translator = NULL;
  heed_result* result = NULL;
  char* error = NULL;
  if (heed_load(&model, 1, options, 1, &translator, &error) != HEED_OK ||
      heed_translate(translator, &line, 1, &result, &error) != HEED_OK) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  puts(heed_translation_text(heed_translation_at(result, 0, 0)).data);
  heed_free_result(result);
  heed_free_translator(translator);
  return 0;
}
