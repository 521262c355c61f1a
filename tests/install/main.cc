#include <heed/trainer.h>
#include <heed/translator.h>

#include <cstdio>
#include <string>
#include <vector>

// Trains a model for two updates on the parallel text argv[1], argv[2] and translates a line.
int main(int, char** argv) {
  heed::TrainOptions options = heed::TrainOptions::for_corpus(heed::ModelType::kTransformer, 1000);
  options.model = "model.safetensors";
  options.data.train_sets = {argv[1], argv[2]};
  options.training.after = "2u";
  heed::Trainer(options, {.quiet = true}).run();

  heed::Translator translator(options.model);
  const std::vector<std::string> lines = {"eins zwei"};
  std::puts(translator.translate(lines).front().text().c_str());
}
