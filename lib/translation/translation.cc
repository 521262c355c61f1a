#include "heed/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

#include "text/normalization.h"
#include "translation/format.h"
#include "translation/heatmap.h"
#include "util/error.h"
#include "util/json.h"
#include "util/strings.h"

namespace heed {

namespace {

using Json = nlohmann::ordered_json;

bool is_translated(const Translation& translation) { return !translation.word_scores.empty(); }

std::vector<std::string> extras_of(const Translation& translation,
                                   const TranslateOptions& options) {
  std::vector<std::string> extras;
  if (options.alignment.form == AlignmentForm::kHard) {
    extras.push_back(format_alignment(links_of(translation.alignment)));
  }
  if (options.alignment.form == AlignmentForm::kSoft) {
    extras.push_back(soft_alignment(translation.attention));
  }
  if (options.word_scores) extras.push_back(word_scores(translation.word_scores));
  if (options.flag_doubtful) {
    const char* blank = translation.doubts.empty() ? "" : " ";
    extras.push_back(fmt::format("Doubts={}{}", blank, fmt::join(translation.doubts, " ")));
  }
  return extras;
}

/// Six decimals are more than float arithmetic gives.
Json number(double value) { return std::round(value * 1e6) / 1e6; }

Json numbers(std::span<const float> values) {
  Json list = Json::array();
  for (const float value : values) list.push_back(number(value));
  return list;
}

void add_fields(Json& json, const TranslatedLine& line, const Translation& translation,
                const TranslateOptions& options) {
  json["text"] = translation.text;
  json["score"] = number(translation.score);
  json["log_probability"] = number(translation.log_probability);
  json["tokens"] = translation.pieces;
  json["word_scores"] = numbers(translation.word_scores);
  if (options.flag_doubtful) json["doubts"] = translation.doubts;
  if (options.alignment.form == AlignmentForm::kNone) return;
  json["source_units"] = line.source_units;
  json["target_units"] = translation.units;
  json["alignment"] = translation.alignment;
  if (options.alignment.form != AlignmentForm::kSoft) return;
  json["attention"] = Json::array();
  for (const auto& row : translation.attention) json["attention"].push_back(numbers(row));
}

std::string json_record(const TranslatedLine& line, const TranslateOptions& options) {
  Json json = line.tag.empty() ? Json::object() : Json::parse(line.tag);
  add_fields(json, line, line.translations.front(), options);
  if (!line.unmet_constraints.empty()) json["unmet_constraints"] = line.unmet_constraints;
  if (options.n_best != 0) {
    Json list = Json::array();
    for (const Translation& translation : line.translations) {
      add_fields(list.emplace_back(Json::object()), line, translation, options);
      list.back().erase("source_units");
    }
    json["n_best"] = std::move(list);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// What the formats take of a hypothesis.
Hypothesis totals(const Translation& translation) {
  Hypothesis hypothesis;
  hypothesis.log_probability = translation.log_probability;
  hypothesis.score = translation.score;
  return hypothesis;
}

std::string n_best_record(const TranslatedLine& line, const TranslateOptions& options) {
  std::string record;
  for (const Translation& translation : line.translations) {
    const Hypothesis hypothesis = totals(translation);
    const OutputLine output{translation.text, hypothesis, extras_of(translation, options)};
    record += n_best_line(line.number - 1, output) + '\n';
  }
  return record;
}

/// Takes a text out of an object; "" where there is none.
std::string take_text(nlohmann::json& json, const char* name, const std::string& where) {
  const auto field = json.find(name);
  if (field == json.end()) return "";
  if (!field->is_string())
    fail("expected a text as \"{}\" in {}, found {}", name, where, field->type_name());
  std::string text = *field;
  json.erase(field);
  return text;
}

/// Takes a list of texts out of an object; none where there is no list.
std::vector<std::string> take_texts(nlohmann::json& json, const char* name,
                                    const std::string& where) {
  const auto field = json.find(name);
  if (field == json.end()) return {};
  const bool is_list = field->is_array() && std::ranges::all_of(*field, [](const auto& item) {
                         return item.is_string();
                       });
  if (!is_list) {
    fail("expected a list of texts as \"{}\" in {}, found {}", name, where,
         field->is_array() ? "others in it" : field->type_name());
  }
  std::vector<std::string> texts = *field;
  json.erase(field);
  return texts;
}

SourceLine parse_object(std::string_view line, const std::string& where) {
  if (!line.starts_with('{')) fail("expected a JSON object in {}, found other text", where);
  nlohmann::json json = parse_json(line, where);
  if (!json.contains("text")) fail("expected a field \"text\" in {}, found none", where);
  std::string text = take_text(json, "text", where);
  std::string prefix = take_text(json, "prefix", where);
  std::string target_tag = take_text(json, "target_tag", where);
  std::vector<std::string> constraints = take_texts(json, "constraints", where);
  return {std::move(text),       std::move(prefix), json_text(json),       false,
          std::move(target_tag), Markup::kNone,     std::move(constraints)};
}

/// The source; with force_decode the beginning of its translation, which is all the rest without
/// `constraints`; with those one in each of the columns that are left and not empty.
SourceLine split_columns(std::string line, const TranslateOptions& options) {
  if (!options.force_decode && !options.constraints) return {.text = std::move(line)};
  SourceLine result;
  std::string_view rest = line;
  const auto next = [&](bool is_last) {
    const std::size_t tab = is_last ? std::string_view::npos : rest.find('\t');
    const std::string_view column = rest.substr(0, tab);
    rest = tab == std::string_view::npos ? std::string_view() : rest.substr(tab + 1);
    return std::string(column);
  };
  result.text = next(false);
  if (options.force_decode) result.target = next(!options.constraints);
  while (!rest.empty()) {
    std::string constraint = next(false);
    if (!is_blank(constraint)) result.constraints.push_back(std::move(constraint));
  }
  return result;
}

}  // namespace

SourceLine parse_record(std::string line, std::size_t number, const TranslateOptions& options) {
  bool is_invalid_json = false;
  if (options.json && !is_blank(line)) {
    const std::string_view content = trim(line);
    const bool is_meant = content.starts_with('{');
    try {
      if (is_meant || options.invalid_json == InvalidJson::kFail) {
        return parse_object(content, fmt::format("line {}", number));
      }
    } catch (const Error& error) {
      if (options.invalid_json == InvalidJson::kFail) {
        fail("{}; correct the line, or use --invalid-json text", error.what());
      }
    }
    is_invalid_json = options.invalid_json == InvalidJson::kCopy || is_meant;
  }
  SourceLine result = split_columns(std::move(line), options);
  result.is_invalid_json = is_invalid_json;
  return result;
}

std::string format_record(const TranslatedLine& line, const TranslateOptions& options) {
  if (options.json) return json_record(line, options);
  if (options.n_best != 0) return n_best_record(line, options);
  const Translation& best = line.translations.front();
  if (!is_translated(best)) return best.text + '\n';
  const Hypothesis hypothesis = totals(best);
  const OutputLine output{best.text, hypothesis, extras_of(best, options)};
  return best_line(output, options.scores) + '\n';
}

std::string format_score(const TranslatedLine& line, const TranslateOptions& options) {
  if (options.json) return json_record(line, options);
  const Translation& given = line.translations.front();
  const std::string score = fmt::format("{:.4f}", given.score);
  const Hypothesis hypothesis = totals(given);
  return best_line({score, hypothesis, extras_of(given, options)}, false) + '\n';
}

ListedTranslation parse_moses(std::string_view line, std::size_t number) {
  constexpr std::string_view kBar = " ||| ";
  const std::size_t first = line.find(kBar);
  const std::size_t begin = first + kBar.size();
  // An empty translation leaves two blanks between the bars, or one.
  const std::size_t end = first == line.npos ? first : line.find("|||", begin - 1);
  if (end == line.npos) {
    fail("expected id ||| translation ||| … in line {} of the n-best list, found {} fields", number,
         first == line.npos ? 1 : 2);
  }
  const std::string_view id = trim(line.substr(0, first));
  ListedTranslation listed;
  const auto result = std::from_chars(id.data(), id.data() + id.size(), listed.id);
  if (result.ec != std::errc{} || result.ptr != id.data() + id.size()) {
    fail("expected an id, a whole number, in line {} of the n-best list, found {}", number,
         printable(id));
  }
  if (end > begin) listed.text = trim(line.substr(begin, end - begin));
  return listed;
}

std::string format_moses(std::size_t id, const TranslatedLine& line,
                         const TranslateOptions& options) {
  const Translation& given = line.translations.front();
  const Hypothesis hypothesis = totals(given);
  return n_best_line(id, {given.text, hypothesis, extras_of(given, options)}) + '\n';
}

std::string draw_attention(const TranslatedLine& line, int columns) {
  const Translation& best = line.translations.front();
  return terminal_heatmap({best.attention, line.source_units, best.units}, columns);
}

std::string draw_attention_svg(const TranslatedLine& line) {
  const Translation& best = line.translations.front();
  return svg_heatmap({best.attention, line.source_units, best.units});
}

}  // namespace heed
