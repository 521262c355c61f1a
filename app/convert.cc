#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "heed/converter.h"
#include "util/error.h"

namespace heed {

Command add_convert(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app,
      Subcommand{"convert", "Make a model file of another tool's model",
                 "Examples:\n"
                 "  heed convert model.npz --vocab source.spm target.spm -o de-en.safetensors\n"
                 "  heed convert opus-mt-de-en -o de-en.safetensors\n"
                 "  heed convert translate-de_en.argosmodel -o de-en.safetensors\n"
                 "  heed convert --to marian de-en.safetensors -o folder\n"
                 "  heed convert --int8 de-en.safetensors -o small.safetensors\n"});
  auto files = std::make_shared<std::vector<std::string>>();
  flags->add<ConvertOptions>();
  flags->add_arguments(
      "model", "FILE ...",
      "Marian's model.npz or model.bin, a folder of CTranslate2 or OPUS-MT, a package of Argos, or "
      "a model file of heed",
      *files);
  return [flags, files] {
    ConvertOptions options;
    flags->apply(options);
    if (files->size() != 1) fail_usage("expected one model, found {}", files->size());
    convert_model(files->front(), options);
    return 0;
  };
}

}  // namespace heed
