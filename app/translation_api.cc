#include "app/translation_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "heed/model_info.h"
#include "util/error.h"
#include "util/fields.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {

namespace {

using nlohmann::json;

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw ApiError(400, one_line(fmt::format(format, std::forward<Args>(args)...)));
}

/// A field that is a string; nothing where there is none.
std::optional<std::string> text_field(const json& request, const char* name) {
  const auto found = request.find(name);
  if (found == request.end() || found->is_null()) return std::nullopt;
  if (!found->is_string()) refuse("expected a string for {}, found {}", name, found->type_name());
  return found->get<std::string>();
}

const json& required(const json& request, const char* name) {
  if (!request.is_object()) refuse("expected an object, found {}", request.type_name());
  const auto found = request.find(name);
  if (found == request.end()) refuse("expected a field {}, found none", name);
  return *found;
}

/// "de" and "en" of …/de-en.safetensors.
std::pair<std::string, std::string> languages_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).stem().string();
  const auto parts = split_fields(name, '-');
  const auto is_language = [](std::string_view part) {
    return part.size() >= 2 && part.size() <= 8 && std::ranges::all_of(part, [](unsigned char c) {
             return std::isalpha(c) != 0 || c == '_';
           });
  };
  if (parts.size() != 2 || !std::ranges::all_of(parts, is_language)) {
    fail("expected a model named after its languages, such as de-en.safetensors, found {}", path);
  }
  return {std::string(parts[0]), std::string(parts[1])};
}

/// The lines of a text.
std::vector<SourceLine> lines_of(const std::string& text) {
  std::vector<SourceLine> lines;
  for (const std::string_view line : split_fields(text, '\n')) {
    lines.push_back({.text = std::string(line)});
  }
  return lines;
}

/// A text of the N-th best translations of lines, where they have as many.
std::string joined(std::span<const TranslatedLine> lines, std::size_t n) {
  std::string text;
  for (const TranslatedLine& line : lines) {
    if (&line != lines.data()) text += '\n';
    text += line.translations[std::min(n, line.translations.size() - 1)].text;
  }
  return text;
}

/// How many other translations there are of any line.
std::size_t alternatives(std::span<const TranslatedLine> lines) {
  std::size_t most = 1;
  for (const TranslatedLine& line : lines) most = std::max(most, line.translations.size());
  return most - 1;
}

std::size_t count_field(const json& request, const char* name) {
  const auto found = request.find(name);
  if (found == request.end()) return 0;
  std::int64_t count = -1;
  if (found->is_number_integer()) count = found->get<std::int64_t>();
  if (found->is_string()) from_text(name, found->get<std::string>(), count);  // of a form
  if (count < 0 || count > 1024)
    refuse("expected 0 to 1024 for {}, found {}", name, json_text(*found));
  return static_cast<std::size_t>(count);
}

}  // namespace

TranslationApi::TranslationApi(const std::vector<std::string>& models,
                               const TranslateOptions& options, const Limits& limits)
    : options_(options), limits_(limits) {
  for (const std::string& name : models) {
    const std::string path = heed::find_model(name);
    auto [source, target] = languages_of(path);
    models_.push_back({path, std::move(source), std::move(target)});
    queue(models_.back(), Kind::kText);
  }
}

TranslationQueue& TranslationApi::queue(Model& model, Kind kind) {
  const std::lock_guard lock(mutex_);
  auto& queue = model.queues[kind];
  if (queue == nullptr) {
    TranslateOptions options = options_;
    options.n_best = -1;
    options.html = kind == Kind::kHtml;
    if (kind == Kind::kLines) {
      options.json = options.word_scores = options.scores = true;
      options.alignment.form = AlignmentForm::kSoft;
    }
    queue = std::make_unique<TranslationQueue>(model.path, options, limits_.waiting);
  }
  return *queue;
}

TranslationApi::Model& TranslationApi::find_model(const json& request) {
  const std::string source = text_field(request, "source").value_or("auto");
  const std::string target = text_field(request, "target").value_or("");
  const auto fits = [&](const Model& model) {
    return (source == "auto" || source == model.source) &&
           (target.empty() || target == model.target);
  };
  const auto found = std::ranges::find_if(models_, fits);
  if (found == models_.end())
    refuse("expected languages that GET /languages lists, found {} to {}", source, target);
  if (std::count_if(found, models_.end(), fits) > 1) {
    refuse("expected source and target, found several models that fit; GET /languages lists them");
  }
  return *found;
}

std::vector<TranslatedLine> TranslationApi::run(TranslationQueue& queue,
                                                const std::vector<SourceLine>& lines) {
  if (lines.size() > limits_.lines) {
    throw ApiError(413,
                   fmt::format("expected at most {} lines, found {}", limits_.lines, lines.size()));
  }
  lines_ += lines.size();
  return queue.translate(lines);
}

json TranslationApi::translate(const json& request) {
  const json& q = required(request, "q");
  std::vector<std::string> texts;
  for (const json& text : q.is_array() ? q : json::array({q})) {
    if (!text.is_string()) refuse("expected a string or several for q, found {}", text.type_name());
    texts.push_back(text.get<std::string>());
  }
  const std::string format = text_field(request, "format").value_or("text");
  if (format != "text" && format != "html")
    refuse("expected text or html for format, found {}", format);
  const std::size_t wanted = count_field(request, "alternatives");
  Model& model = find_model(request);

  std::vector<SourceLine> lines;
  std::vector<std::size_t> ends;
  for (const std::string& text : texts) {
    std::ranges::move(lines_of(text), std::back_inserter(lines));
    ends.push_back(lines.size());
  }
  const std::vector<TranslatedLine> done =
      run(queue(model, format == "html" ? Kind::kHtml : Kind::kText), lines);
  json translated = json::array(), others = json::array();
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    const auto text = std::span(done).subspan(begin, end - begin);
    translated.push_back(joined(text, 0));
    json other = json::array();
    for (std::size_t n = 1; n <= std::min(wanted, alternatives(text)); ++n)
      other.push_back(joined(text, n));
    others.push_back(std::move(other));
    begin = end;
  }
  json answer;
  answer["translatedText"] = q.is_array() ? translated : translated[0];
  if (wanted > 0) answer["alternatives"] = q.is_array() ? others : others[0];
  if (text_field(request, "source").value_or("auto") == "auto") {
    answer["detectedLanguage"] = {{"language", model.source}, {"confidence", 0}};
  }
  return answer;
}

std::string TranslationApi::translate_lines(const json& request) {
  const json& given = required(request, "lines");
  if (!given.is_array()) refuse("expected an array for lines, found {}", given.type_name());
  TranslationQueue& lines_queue = queue(find_model(request), Kind::kLines);
  std::vector<SourceLine> lines;
  for (const json& line : given) {
    if (!line.is_string() && !line.is_object()) {
      refuse("expected strings or objects in lines, found {}", line.type_name());
    }
    const json object = line.is_object() ? line : json{{"text", line}};
    if (!text_field(object, "text")) refuse("expected a field text in lines, found none");
    lines.push_back(parse_record(json_text(object), lines.size() + 1, lines_queue.options()));
  }
  std::string answer;
  for (const TranslatedLine& line : run(lines_queue, lines)) {
    std::string record = format_record(line, lines_queue.options());
    record.pop_back();
    answer += (answer.empty() ? "" : ",") + record;
  }
  return "{\"lines\":[" + answer + "]}";
}

json TranslationApi::languages() const {
  json list = json::array();
  for (const Model& model : models_) {
    const auto known = std::ranges::find(
        list, model.source, [](const json& entry) { return entry["code"].get<std::string>(); });
    if (known == list.end()) {
      list.push_back({{"code", model.source}, {"name", model.source}, {"targets", {model.target}}});
    } else {
      (*known)["targets"].push_back(model.target);
    }
  }
  return list;
}

std::size_t TranslationApi::waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t waiting = 0;
  for (const Model& model : models_) {
    for (const auto& [kind, queue] : model.queues) waiting += queue->waiting();
  }
  return waiting;
}

}  // namespace heed
