#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/translation_queue.h"

namespace heed {

/// A request that is answered with an error: a status of HTTP and a sentence.
class ApiError : public std::runtime_error {
 public:
  ApiError(int status, const std::string& message) : std::runtime_error(message), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

/// What `heed serve` answers, without HTTP. Threads may call it at the same time.
class TranslationApi {
 public:
  struct Limits {
    std::size_t waiting = 10'000;  ///< Lines of all requests.
    std::size_t lines = 1000;      ///< Of a request.
  };

  /// A model's languages are its file's name: de-en.safetensors. Throws Error for another name, and
  /// as Translator does.
  TranslationApi(const std::vector<std::string>& models, const TranslateOptions& options,
                 const Limits& limits);

  /// LibreTranslate's POST /translate: q (a string or several), source, target, format,
  /// alternatives. Each throws ApiError, QueueFull or Error.
  nlohmann::json translate(const nlohmann::json& request);
  /// POST /v1/translate: lines (strings, or objects as heed translate --json reads them), source,
  /// target; answers with the objects that heed translate --json writes, as JSON text.
  std::string translate_lines(const nlohmann::json& request);
  /// LibreTranslate's GET /languages.
  nlohmann::json languages() const;

  std::size_t waiting() const;
  std::size_t lines_translated() const { return lines_; }

 private:
  enum class Kind { kText, kHtml, kLines };
  struct Model {
    std::string path, source, target;
    std::map<Kind, std::unique_ptr<TranslationQueue>> queues{};  ///< Made when first asked for.
  };

  Model& find_model(const nlohmann::json& request);
  TranslationQueue& queue(Model& model, Kind kind);
  std::vector<TranslatedLine> run(TranslationQueue& queue, const std::vector<SourceLine>& lines);

  const TranslateOptions options_;
  const Limits limits_;
  std::vector<Model> models_;
  mutable std::mutex mutex_;  ///< Of the models' queues.
  std::atomic<std::size_t> lines_ = 0;
};

}  // namespace heed
