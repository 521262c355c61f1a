#include "app/served_models.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <tuple>

#include "heed/languages.h"
#include "heed/model_info.h"
#include "util/error.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr int kChoices = 6;
constexpr float kDiversity = 3;  // a word 20 times as likely as the next is taken twice

/// "de" and "en" of de-en and of de-en.small.
std::pair<std::string, std::string> languages_of(const std::string& name) {
  const auto parts = split_fields(std::string_view(name).substr(0, name.find('.')), '-');
  const auto is_language = [](std::string_view part) {
    return part.size() >= 2 && part.size() <= 8 && std::ranges::all_of(part, [](unsigned char c) {
             return std::isalpha(c) != 0 || c == '_';
           });
  };
  if (parts.size() != 2 || !std::ranges::all_of(parts, is_language)) {
    fail("expected a model named after its languages, such as de-en.safetensors, found {}", name);
  }
  return {std::string(parts[0]), std::string(parts[1])};
}

}  // namespace

ServedModel::ServedModel(const std::string& model, const TranslateOptions& options,
                         std::size_t most_waiting)
    : path_(find_model(model)),
      name_(std::filesystem::path(path_).stem().string()),
      options_(options),
      most_waiting_(most_waiting) {
  std::tie(source_, target_) = languages_of(name_);
  queue(Form::kText);
}

TranslationQueue& ServedModel::queue(Form form) {
  const std::lock_guard lock(mutex_);
  auto& queue = queues_[form];
  if (queue == nullptr) {
    TranslateOptions options = options_;
    options.n_best = -1;
    if (form == Form::kDiverse) {
      options.search.beam_size = options.search.beam_groups = kChoices;
      options.search.diversity = kDiversity;
    }
    if (form != Form::kText) {
      options.json = options.word_scores = options.scores = true;
      options.alignment.form = AlignmentForm::kSoft;
    }
    queue = std::make_unique<TranslationQueue>(path_, options, most_waiting_);
  }
  return *queue;
}

std::size_t ServedModel::waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t waiting = 0;
  for (const auto& [form, queue] : queues_) waiting += queue == nullptr ? 0 : queue->waiting();
  return waiting;
}

ServedModels::ServedModels(const std::vector<std::string>& models, const TranslateOptions& options,
                           std::size_t most_waiting) {
  for (const std::string& model : models) {
    auto served = std::make_unique<ServedModel>(model, options, most_waiting);
    if (find(served->name()) != nullptr) {
      fail("expected models of different names, found two {}; name one so: {}.other.safetensors",
           served->name(), served->name());
    }
    models_.push_back(std::move(served));
  }
}

ServedModel* ServedModels::find(const std::string& source, const std::string& target) const {
  for (const auto& model : models_) {
    const bool fits = (source.empty() || model->source() == source) &&
                      (target.empty() || model->target() == target);
    if (fits) return model.get();
  }
  return nullptr;
}

ServedModel* ServedModels::find(const std::string& name) const {
  const auto found = std::ranges::find(models_, name, &ServedModel::name);
  return found == models_.end() ? nullptr : found->get();
}

bool ServedModels::is_ambiguous(const std::string& source, const std::string& target) const {
  const ServedModel* const first = find(source, target);
  return std::ranges::any_of(models_, [&](const auto& model) {
    return find(model->source(), model->target()) == model.get() && model.get() != first &&
           (source.empty() || model->source() == source) &&
           (target.empty() || model->target() == target);
  });
}

std::vector<std::string> ServedModels::sources() const {
  std::vector<std::string> sources;
  for (const auto& model : models_) {
    if (std::ranges::count(sources, model->source()) == 0) sources.push_back(model->source());
  }
  return sources;
}

nlohmann::json ServedModels::languages() const {
  std::vector<std::string> codes = sources();
  for (const auto& model : models_) {
    if (std::ranges::count(codes, model->target()) == 0) codes.push_back(model->target());
  }
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& code : codes) {
    nlohmann::json targets = nlohmann::json::array();
    for (const auto& model : models_) {
      const bool is_new = std::ranges::count(targets, nlohmann::json(model->target())) == 0;
      if (model->source() == code && is_new) targets.push_back(model->target());
    }
    list.push_back({{"code", code}, {"name", language_name(code)}, {"targets", targets}});
  }
  return list;
}

nlohmann::json ServedModels::list() const {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& model : models_) {
    list.push_back(
        {{"name", model->name()}, {"source", model->source()}, {"target", model->target()}});
  }
  return list;
}

std::size_t ServedModels::waiting() const {
  std::size_t waiting = 0;
  for (const auto& model : models_) waiting += model->waiting();
  return waiting;
}

}  // namespace heed
