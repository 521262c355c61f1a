#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/translation_queue.h"
#include "util/json.h"

namespace heed {

/// A model that is served, with a queue for each form of its answers.
class ServedModel {
 public:
  enum class Form {
    kText,
    kLines,    ///< With scores and attention.
    kDiverse,  ///< Those, of translations that differ at once.
  };

  /// Its file is named after its languages: de-en.safetensors, or de-en.small.safetensors. Throws
  /// Error for another name, and as Translator does.
  ServedModel(const std::string& model, const TranslateOptions& options, std::size_t most_waiting);

  const std::string& name() const { return name_; }  ///< Its file's, without its ending.
  const std::string& source() const { return source_; }
  const std::string& target() const { return target_; }
  /// Made when it is first asked for.
  TranslationQueue& queue(Form form);
  std::size_t waiting() const;

 private:
  const std::string path_, name_;
  std::string source_, target_;
  const TranslateOptions options_;
  const std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::map<Form, std::unique_ptr<TranslationQueue>> queues_{};
};

/// All models of a server. Threads may call it at the same time.
class ServedModels {
 public:
  /// Throws Error too for two of the same name.
  ServedModels(const std::vector<std::string>& models, const TranslateOptions& options,
               std::size_t most_waiting);

  /// The first model from one language to another, "" for any; nullptr if there is none.
  ServedModel* find(const std::string& source, const std::string& target) const;
  /// The one with that name; nullptr if there is none.
  ServedModel* find(const std::string& name) const;
  /// Whether several targets, or several sources, fit.
  bool is_ambiguous(const std::string& source, const std::string& target) const;
  /// Each once, in order.
  std::vector<std::string> sources() const;

  /// LibreTranslate's list: code, name, and the targets of each language.
  nlohmann::json languages() const;
  /// name, source and target of each.
  nlohmann::json list() const;
  std::size_t waiting() const;

 private:
  std::vector<std::unique_ptr<ServedModel>> models_;
};

}  // namespace heed
