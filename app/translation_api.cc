#include "app/translation_api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>

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

bool is_set(const json& request, const char* name) {
  const auto found = request.find(name);
  if (found == request.end()) return false;
  if (!found->is_boolean())
    refuse("expected true or false for {}, found {}", name, found->type_name());
  return found->get<bool>();
}

std::string required_text(const json& request, const char* name) {
  required(request, name);
  const auto text = text_field(request, name);
  if (!text) refuse("expected a string for {}, found null", name);
  return *text;
}

/// q: a string or several.
std::vector<std::string> texts_of(const json& q) {
  std::vector<std::string> texts;
  for (const json& text : q.is_array() ? q : json::array({q})) {
    if (!text.is_string()) refuse("expected a string or several for q, found {}", text.type_name());
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::vector<RequestText> request_texts(std::span<const std::string> given, bool is_html) {
  std::vector<RequestText> texts;
  for (const std::string& text : given) texts.emplace_back(text, is_html);
  return texts;
}

bool wants_html(const json& request) {
  const std::string format = text_field(request, "format").value_or("text");
  if (format != "text" && format != "html")
    refuse("expected text or html for format, found {}", format);
  return format == "html";
}

/// The beginning of texts: enough to tell their language by.
std::vector<SourceLine> sample_of(std::span<const std::string> texts) {
  constexpr std::size_t kWords = 40;
  std::vector<SourceLine> lines;
  std::size_t left = kWords;
  for (const std::string& text : texts) {
    for (const std::string_view line : split_fields(text, '\n')) {
      const auto words = split_words(line);
      const std::size_t count = std::min(left, words.size());
      if (count == 0) continue;
      lines.push_back(
          {.text = fmt::format(
               "{}",
               fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count), " "))});
      left -= count;
    }
  }
  return lines;
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

/// How many other translations there are of any line.
std::size_t alternatives(std::span<const TranslatedLine> lines) {
  std::size_t most = 1;
  for (const TranslatedLine& line : lines) most = std::max(most, line.translations.size());
  return most - 1;
}

json as_json(const DetectedLanguage& detected) {
  return {{"language", detected.language}, {"confidence", detected.confidence}};
}

}  // namespace

TranslationApi::TranslationApi(const std::vector<std::string>& models,
                               const TranslateOptions& options, const Limits& limits)
    : limits_(limits), models_(models, options, limits.waiting) {}

std::vector<TranslatedLine> TranslationApi::run(TranslationQueue& queue,
                                                const std::vector<SourceLine>& lines) {
  if (lines.size() > limits_.lines) {
    throw ApiError(413,
                   fmt::format("expected at most {} lines, found {}", limits_.lines, lines.size()));
  }
  if (models_.waiting() + lines.size() > limits_.waiting) throw QueueFull();
  lines_ += lines.size();
  return queue.translate(lines);
}

std::vector<DetectedLanguage> TranslationApi::detect_languages(std::span<const std::string> texts) {
  const std::vector<SourceLine> sample = sample_of(texts);
  std::vector<DetectedLanguage> languages;
  const std::vector<std::string> sources = models_.sources();
  for (const std::string& source : sources) {
    DetectedLanguage& language = languages.emplace_back(DetectedLanguage{.language = source});
    if (sources.size() == 1) break;
    TranslationQueue& queue = models_.find(source, "")->queue(ServedModel::Form::kText);
    language.evidence = evidence_of(queue.translate(sample));
  }
  compare_languages(languages);
  return languages;
}

TranslationApi::Choice TranslationApi::choose(const json& request,
                                              std::span<const std::string> texts) {
  if (const auto name = text_field(request, "model")) {
    ServedModel* const model = models_.find(*name);
    if (model == nullptr) refuse("expected a model that GET /v1/models lists, found {}", *name);
    return {model};
  }
  Choice choice;
  std::string source = text_field(request, "source").value_or("auto");
  const std::string target = text_field(request, "target").value_or("");
  if (source == "auto") {
    choice.detected = detect_languages(texts).front();
    source = choice.detected->language;
  }
  if (models_.is_ambiguous(source, target)) {
    refuse("expected source and target, found several models that fit; GET /languages lists them");
  }
  choice.model = models_.find(source, target);
  const bool is_there = choice.detected && choice.detected->confidence > 0 && source == target;
  if (choice.model == nullptr && !is_there) {
    refuse("expected languages that GET /languages lists, found {} to {}", source, target);
  }
  return choice;
}

std::vector<std::vector<TranslatedLine>> TranslationApi::translate_texts(
    ServedModel& model, std::span<const RequestText> texts) {
  std::vector<SourceLine> lines;
  for (const RequestText& text : texts) std::ranges::copy(text.lines(), std::back_inserter(lines));
  std::vector<TranslatedLine> done = run(model.queue(ServedModel::Form::kText), lines);
  std::vector<std::vector<TranslatedLine>> translated;
  auto next = std::make_move_iterator(done.begin());
  for (const RequestText& text : texts) {
    const auto end = next + static_cast<std::ptrdiff_t>(text.lines().size());
    translated.emplace_back(next, end);
    next = end;
  }
  return translated;
}

json TranslationApi::translate(const json& request) {
  const json& q = required(request, "q");
  const std::vector<std::string> given = texts_of(q);
  const bool is_html = wants_html(request);
  const std::size_t wanted = count_field(request, "alternatives");
  const Choice choice = choose(request, given);

  json translated = json::array(), others = json::array();
  if (choice.model == nullptr) {
    translated = given;
    others = std::vector<json>(given.size(), json::array());
  } else {
    const std::vector<RequestText> texts = request_texts(given, is_html);
    const auto lines = translate_texts(*choice.model, texts);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      translated.push_back(texts[i].with(lines[i], 0));
      json& other = others.emplace_back(json::array());
      for (std::size_t n = 1; n <= std::min(wanted, alternatives(lines[i])); ++n)
        other.push_back(texts[i].with(lines[i], n));
    }
  }
  const auto of_form = [&](const json& list) { return q.is_array() ? list : list[0]; };
  json answer = {{"translatedText", of_form(translated)}};
  if (wanted > 0) answer["alternatives"] = of_form(others);
  if (choice.detected) {
    answer["detectedLanguage"] =
        of_form(std::vector<json>(given.size(), as_json(*choice.detected)));
  }
  return answer;
}

json TranslationApi::detect(const json& request) {
  json list = json::array();
  for (const DetectedLanguage& language : detect_languages(texts_of(required(request, "q"))))
    list.push_back(as_json(language));
  return list;
}

json TranslationApi::attention(const json& request) {
  const SourceLine pair{.text = required_text(request, "text"),
                        .target = required_text(request, "translation")};
  const Choice choice = choose(request, std::array{pair.text});
  if (choice.model == nullptr) refuse("expected text in another language than the target");
  const PairAttention found = choice.model->queue(ServedModel::Form::kLines).attention(pair);
  json heads = json::array();
  for (const HeadAttention& head : found.heads) {
    json rows = json::array();
    for (const std::vector<float>& row : head.weights) {
      json& numbers = rows.emplace_back(json::array());
      for (const float x : row) numbers.push_back(std::round(static_cast<double>(x) * 1e4) / 1e4);
    }
    heads.push_back({{"layer", head.layer}, {"head", head.head}, {"weights", std::move(rows)}});
  }
  return {{"source_units", found.source_units},
          {"target_units", found.target_units},
          {"heads", std::move(heads)}};
}

std::string TranslationApi::translate_lines(const json& request) {
  const json& given = required(request, "lines");
  if (!given.is_array()) refuse("expected an array for lines, found {}", given.type_name());
  std::vector<json> objects;
  std::vector<std::string> texts;
  for (const json& line : given) {
    if (!line.is_string() && !line.is_object()) {
      refuse("expected strings or objects in lines, found {}", line.type_name());
    }
    objects.push_back(line.is_object() ? line : json{{"text", line}});
    const auto text = text_field(objects.back(), "text");
    if (!text) refuse("expected a field text in lines, found none");
    texts.push_back(*text);
  }
  const Choice choice = choose(request, texts);
  if (choice.model == nullptr) refuse("expected text in another language than the target");
  using Form = ServedModel::Form;
  TranslationQueue& queue =
      choice.model->queue(is_set(request, "diverse") ? Form::kDiverse : Form::kLines);
  std::vector<SourceLine> lines;
  for (const json& object : objects) {
    lines.push_back(parse_record(json_text(object), lines.size() + 1, queue.options()));
  }
  std::string answer;
  for (const TranslatedLine& line : run(queue, lines)) {
    std::string record = format_record(line, queue.options());
    record.pop_back();
    answer += (answer.empty() ? "" : ",") + record;
  }
  return fmt::format("{{\"model\":{},\"lines\":[{}]}}", json_text(choice.model->name()), answer);
}

}  // namespace heed
