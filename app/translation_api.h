#pragma once

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/detected_language.h"
#include "app/request_text.h"
#include "app/served_models.h"
#include "util/json.h"

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

  /// Throws as ServedModels does.
  TranslationApi(const std::vector<std::string>& models, const TranslateOptions& options,
                 const Limits& limits);

  /// LibreTranslate's POST /translate: q (a string or several), source, target, format,
  /// alternatives; and model. Each throws ApiError, QueueFull or Error.
  nlohmann::json translate(const nlohmann::json& request);
  /// LibreTranslate's POST /detect: the source languages of the models, surest first.
  nlohmann::json detect(const nlohmann::json& request);
  /// POST /v1/translate: lines (strings, or objects as heed translate --json reads them), source,
  /// target, model, diverse (true: the n-best lists are of diverse beam search); answers with the
  /// objects that heed translate --json writes, as JSON text.
  std::string translate_lines(const nlohmann::json& request);
  /// POST /v1/attention: text, translation, source, target, model; answers with source_units,
  /// target_units, and the weights of each layer's heads (0: their mean).
  nlohmann::json attention(const nlohmann::json& request);

  /// LibreTranslate's GET /languages, and GET /v1/models.
  nlohmann::json languages() const { return models_.languages(); }
  nlohmann::json list_models() const { return models_.list(); }

  std::size_t waiting() const { return models_.waiting(); }
  std::size_t lines_translated() const { return lines_; }

 private:
  /// The model that is to translate, and the language that was found where none was named. No model
  /// where the text is in the target language already.
  struct Choice {
    ServedModel* model = nullptr;
    std::optional<DetectedLanguage> detected{};
  };

  Choice choose(const nlohmann::json& request, std::span<const std::string> texts);
  std::vector<DetectedLanguage> detect_languages(std::span<const std::string> texts);
  std::vector<TranslatedLine> run(TranslationQueue& queue, const std::vector<SourceLine>& lines);
  std::vector<std::vector<TranslatedLine>> translate_texts(ServedModel& model,
                                                           std::span<const RequestText> texts);

  const Limits limits_;
  ServedModels models_;
  std::atomic<std::size_t> lines_ = 0;
};

}  // namespace heed
