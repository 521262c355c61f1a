#include "conversion/numpy_model.h"

#include "conversion/npy.h"
#include "conversion/vocabulary_list.h"
#include "conversion/zip_archive.h"
#include "util/json.h"
#include "util/json_fields.h"

namespace heed {

namespace {

void add_side(ZipWriter& zip, const std::string& side, const Tokenizer& tokenizer) {
  zip.add("pieces." + side + ".json.npy", write_npy(list_text(tokenizer)));
  zip.add("tokenizer." + side + ".spm.npy", write_npy(tokenizer.serialized()));
}

ForeignTensor tensor_of(const Parameter& parameter, Backend& backend) {
  ForeignTensor tensor{
      parameter.name,
      {static_cast<std::uint64_t>(parameter.rows), static_cast<std::uint64_t>(parameter.cols)},
      std::vector<float>(parameter.size())};
  backend.read(parameter.value, tensor.values);
  return tensor;
}

}  // namespace

std::string write_numpy_model(const ModelContents& contents, const Parameters& parameters) {
  ZipWriter zip;
  zip.add("model.json.npy", write_npy(json_text(to_json(contents.options))));
  add_side(zip, "source", contents.tokenizers.source);
  add_side(zip, "target", contents.tokenizers.target);
  if (const Shortlist& shortlist = contents.shortlist; !shortlist.empty()) {
    const nlohmann::json json = {{"frequent", shortlist.frequent},
                                 {"ends", shortlist.ends},
                                 {"targets", shortlist.targets},
                                 {"probabilities", shortlist.probabilities}};
    zip.add("shortlist.json.npy", write_npy(json_text(json)));
  }
  for (const Parameter& parameter : parameters.all()) {
    zip.add(parameter.name + ".npy", write_npy(tensor_of(parameter, parameters.backend())));
  }
  return zip.finish();
}

}  // namespace heed
