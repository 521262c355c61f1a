#include <gtest/gtest.h>

#include <map>

#include "data/vocabulary_trainer.h"
#include "model/model_file.h"
#include "support/expect_error.h"
#include "training/small_training.h"
#include "util/json.h"

namespace heed {
namespace {

/// A model "old", and options to train it further on other text.
class Pretrained : public testing::TestWithParam<ModelType> {
 protected:
  Pretrained() {
    TrainOptions first = small_.options(GetParam(), "old");
    first.training.after = "30u";
    train(first);
    small_.directory.write("other.de", "eins\nzwei\ndrei\n");
    small_.directory.write("other.en", "one\ntwo\nthree\n");
  }

  TrainOptions further() const {
    TrainOptions options = TrainOptions::for_pretrained(small_.directory.path("old"), 3);
    options.model = small_.directory.path("new");
    options.data.train_sets = {small_.directory.path("other.de"),
                               small_.directory.path("other.en")};
    options.training.threads = 1;
    options.training.lr_warmup = 1;
    options.training.after = "5u";
    return options;
  }

  std::map<std::string, std::vector<float>> values(const std::string& name) const {
    const auto backend = make_backend("reference");
    const LoadedModel model(small_.directory.path(name), *backend);
    std::map<std::string, std::vector<float>> all;
    for (const Parameter& parameter : model.parameters().all()) {
      backend->read(parameter.value, all[parameter.name] = std::vector<float>(parameter.size()));
    }
    return all;
  }

  SmallTraining small_;
};

TEST_P(Pretrained, BeginsWithWeightsShapeAndVocabulariesOfTheModel) {
  TrainOptions still = further();
  EXPECT_EQ(still.architecture.dim_emb, 16);
  EXPECT_EQ(still.architecture.type, GetParam());
  still.training.learn_rate = 1e-30F;
  still.training.exponential_smoothing = 0.5F;  // the average begins there too
  EXPECT_EQ(train(still), TrainingEnd::kBudget);
  EXPECT_EQ(values("new"), values("old"));
  const auto backend = make_backend("reference");
  EXPECT_EQ(
      LoadedModel(still.model, *backend).contents().tokenizers.source.serialized(),
      LoadedModel(still.pretrained_model, *backend).contents().tokenizers.source.serialized());
  TrainOptions moving = further();
  moving.model = small_.directory.path("moved");
  train(moving);
  EXPECT_NE(values("moved"), values("old"));
}

TEST_P(Pretrained, GoesOnWithItsOwnWeightsAfterAStop) {
  train(further());
  TrainOptions longer = further();
  longer.training.after = "9u";
  train(longer);
  longer.model = small_.directory.path("whole");
  train(longer);
  EXPECT_EQ(values("new"), values("whole"));
}

TEST_P(Pretrained, FreezesByName) {
  TrainOptions options = further();
  options.training.freeze = {"encoder", "output.bias"};
  options.training.weight_decay = 0.1F;
  train(options);
  const auto before = values("old"), after = values("new");
  for (const auto& [name, numbers] : before) {
    const bool is_frozen = name.starts_with("encoder.") || name == "output.bias";
    EXPECT_EQ(after.at(name) == numbers, is_frozen) << name;
  }
}

TEST_P(Pretrained, MakesBetterTranslationsOfItsOwnLikelier) {
  TrainOptions options = small_.options(GetParam(), "able");
  options.training.after = "40e";
  options.training.learn_rate = 0.01F;
  train(options);
  options.pretrained_model = options.model;
  options.model = small_.directory.path("new");
  options.training.minimum_risk = 4;
  options.training.learn_rate = 1e-3F;
  options.training.after = "6e";
  options.training.disp_freq = "1e";
  std::vector<double> risks;
  LogOptions log{true};
  log.report = [&](const std::string& line) {
    const nlohmann::json json = nlohmann::json::parse(line);
    if (json["type"] == "train") risks.push_back(json["cost"]);
  };
  Trainer(options, log).run();
  ASSERT_EQ(risks.size(), 6U);
  EXPECT_LT(risks.back(), 0.9 * risks.front());
  EXPECT_LT(risks.front(), 0.9);
  EXPECT_GT(risks.back(), 0);

  options.model = small_.directory.path("threads");
  options.training.threads = 3;
  options.training.after = "8u";
  train(options);
  options.training.after = "6e";
  train(options);
  EXPECT_EQ(values("new"), values("threads"));
}

TEST_P(Pretrained, NamesWhatDoesNotFit) {
  const auto refused = [&](auto change, const std::string& part) {
    TrainOptions options = further();
    change(options);
    expect_error<UsageError>([&] { Trainer{options}; }, part);
  };
  refused([](auto& o) { o.architecture.dim_emb = 32; }, "expected --dim-emb 16 as ");
  refused([](auto& o) { o.training.freeze = {"encode"}; }, "for --freeze, such as encoder, found");
  refused([](auto& o) { o.training.freeze = {"encoder", ""}; }, "found ''");
  refused(
      [](auto& o) {
        o.training.freeze = {"encoder", "decoder", "embedding", "output", "attention"};
        if (o.architecture.type == ModelType::kTransformer) o.training.freeze.pop_back();
      },
      "leave something to train");
  refused([](auto& o) { o.architecture.dropout = 0, o.training.r_drop = 5; }, "some --dropout");
  refused([](auto& o) { o.training.minimum_risk = 4, o.training.r_drop = 5; }, "without --r-drop");
  refused([](auto& o) { o.training.minimum_risk = 4, o.training.workspace = 50; }, "--workspace");
  refused([](auto& o) { o.training.minimum_risk = 1; }, "expected at least 2 translations");
  refused([](auto& o) { o.training.minimum_risk = 4, o.pretrained_model = ""; },
          "expected --pretrained-model with --minimum-risk");
  refused([](auto& o) { o.architecture.enc_depth = 2; }, "found 2; leave the option out");
  TrainOptions options = further();
  options.architecture.dropout = 0.4F;  // is no shape
  EXPECT_NO_THROW(Trainer{options});
  options.pretrained_model = small_.directory.path("other.de");
  expect_error([&] { Trainer{options}; }, "other.de");
  const Tokenizer other = train_tokenizer(
      3, [](std::size_t) { return "one two three"; }, small_.options(GetParam(), "").data);
  options = further();
  options.data.vocab = {small_.directory.write("other.spm", other.serialized())};
  expect_error([&] { Trainer{options}; }, "expected the --vocab that this training began with");
}

TEST_P(Pretrained, VocabulariesOfAModelAreTakenAlone) {
  TrainOptions fresh = further();
  fresh.pretrained_model = "";
  fresh.data.vocab = {small_.directory.path("old")};
  EXPECT_EQ(train(fresh), TrainingEnd::kBudget);
  EXPECT_NE(values("new"), values("old"));
  const auto backend = make_backend("reference");
  const auto tokenizers = [&](const char* name) {
    return LoadedModel(small_.directory.path(name), *backend).contents().tokenizers;
  };
  EXPECT_EQ(tokenizers("new").source.serialized(), tokenizers("old").source.serialized());
  fresh.data.train_sets = {small_.directory.path("other.en"), small_.directory.path("other.de")};
  fresh.data.valid_sets = fresh.data.train_sets;
  fresh.data.separate_vocabs = true;
  fresh.data.vocab = {};
  fresh.data.vocab_size = 300;
  fresh.model = small_.directory.path("apart");
  EXPECT_EQ(train(fresh), TrainingEnd::kBudget);
  fresh.data.vocab = {fresh.model};
  fresh.model = small_.directory.path("again");
  EXPECT_EQ(train(fresh), TrainingEnd::kBudget);
  EXPECT_EQ(tokenizers("again").target.serialized(), tokenizers("apart").target.serialized());
  fresh.data.separate_vocabs = false;
  fresh.model = small_.directory.path("joint");
  expect_error<UsageError>([&] { Trainer{fresh}; }, "expected --separate-vocabs with --vocab ");
}

INSTANTIATE_TEST_SUITE_P(Types, Pretrained,
                         testing::Values(ModelType::kRnn, ModelType::kTransformer),
                         [](const auto& type) {
                           return type.param == ModelType::kRnn ? "Rnn" : "Transformer";
                         });

}  // namespace
}  // namespace heed
