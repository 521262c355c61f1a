#include "comparison/result_file.h"

#include <fmt/format.h>

#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

using Json = nlohmann::json;

/// Calls v(name, member) for all plain members of a finished run.
template <class Result, class Visitor>
void visit_members(Result& result, Visitor&& v) {
  v("name", result.name);
  v("group", result.group);
  v("error", result.error);
  v("parameters", result.parameters);
  v("updates", result.updates);
  v("seconds", result.seconds);
  v("train_words_per_second", result.train_words_per_second);
  v("decode_words_per_second", result.decode_words_per_second);
  v("peak_memory", result.peak_memory);
  v("cross_entropy", result.cross_entropy);
  v("perplexity", result.perplexity);
  v("bleu", result.bleu);
  v("chrf", result.chrf);
  v("ter", result.ter);
}

template <class Measures, class Visitor>
void visit_attention(Measures& measures, Visitor&& v) {
  v("entropy", measures.entropy);
  v("normalized_entropy", measures.normalized_entropy);
  v("sharpness", measures.sharpness);
  v("coverage", measures.coverage);
  v("monotonicity", measures.monotonicity);
  v("end_mass", measures.end_mass);
}

Json curve_to_json(const std::vector<CurvePoint>& curve) {
  Json list = Json::array();
  for (const CurvePoint& point : curve) {
    list.push_back({{"updates", point.updates},
                    {"seconds", point.seconds},
                    {"cross_entropy", point.cross_entropy}});
    if (point.bleu) list.back()["bleu"] = *point.bleu;
  }
  return list;
}

Json lengths_to_json(const std::vector<LengthScore>& scores) {
  Json list = Json::array();
  for (const LengthScore& score : scores) {
    list.push_back({{"at_most", score.at_most},
                    {"sentences", score.sentences},
                    {"bleu", score.bleu},
                    {"low", score.low},
                    {"high", score.high}});
  }
  return list;
}

RunResult read_result(const Json& object) {
  RunResult result;
  visit_members(result, [&](const char* name, auto& value) { object.at(name).get_to(value); });
  for (const Json& setting : object.at("settings")) {
    result.settings.push_back({setting.at("flag"), setting.at("value")});
  }
  for (const Json& point : object.at("curve")) {
    result.curve.push_back(
        {point.at("updates"), point.at("seconds"), point.at("cross_entropy"), std::nullopt});
    if (point.contains("bleu")) result.curve.back().bleu = point["bleu"].get<double>();
  }
  for (const Json& score : object.at("by_length")) {
    result.by_length.push_back({score.at("at_most"), score.at("sentences"), score.at("bleu"),
                                score.at("low"), score.at("high")});
  }
  if (object.contains("attention")) {
    visit_attention(result.attention.emplace(), [&](const char* name, auto& value) {
      object["attention"].at(name).get_to(value);
    });
  }
  if (object.contains("alignment_error")) {
    result.alignment_error = object["alignment_error"].get<double>();
  }
  return result;
}

/// A cell of the table; nothing where the run has no such number.
std::string cell(bool has_value, double value, int decimals) {
  return has_value ? fmt::format("{:.{}f}", value, decimals) : "";
}

void add_row(const RunResult& run, std::vector<std::string>& cells) {
  const bool done = run.error.empty();
  cells.push_back(done ? "done" : "failed");
  cells.push_back(done ? fmt::to_string(run.parameters) : "");
  cells.push_back(done ? fmt::to_string(run.updates) : "");
  cells.push_back(cell(done, run.cross_entropy, 4));
  cells.push_back(cell(done, run.perplexity, 4));
  for (const double score : {run.bleu, run.chrf, run.ter}) cells.push_back(cell(done, score, 2));
  for (const LengthScore& score : run.by_length) {
    cells.push_back(cell(done && score.sentences > 0, score.bleu, 2));
  }
  const AttentionMeasures attention = run.attention.value_or(AttentionMeasures{});
  visit_attention(attention, [&](const char*, double value) {
    cells.push_back(cell(done && run.attention.has_value(), value, 4));
  });
  cells.push_back(
      cell(done && run.alignment_error.has_value(), run.alignment_error.value_or(0), 2));
}

std::string join(const std::vector<std::string>& cells) {
  return fmt::format("{}\n", fmt::join(cells, "\t"));
}

/// Failed runs have no lengths; another one says what the columns are.
std::vector<LengthScore> lengths_of(const Comparison& comparison) {
  for (const RunResult& run : comparison.runs) {
    if (!run.by_length.empty()) return run.by_length;
  }
  return {};
}

std::vector<std::string> heading(const Comparison& comparison) {
  std::vector<std::string> cells{"run", "group"};
  if (!comparison.runs.empty()) {
    for (const RunSetting& setting : comparison.runs.front().settings)
      cells.push_back(setting.flag);
  }
  for (const char* name :
       {"status", "parameters", "updates", "cross-entropy", "perplexity", "BLEU", "chrF", "TER"}) {
    cells.emplace_back(name);
  }
  int longest = 0;
  for (const LengthScore& score : lengths_of(comparison)) {
    cells.push_back(score.at_most > 0 ? fmt::format("BLEU<={}", score.at_most)
                                      : fmt::format("BLEU>{}", longest));
    longest = score.at_most;
  }
  const AttentionMeasures names;
  visit_attention(names, [&](const char* name, double) { cells.emplace_back(name); });
  cells.emplace_back("AER");
  return cells;
}

}  // namespace

Json result_to_json(const RunResult& result) {
  Json object;
  visit_members(result, [&](const char* name, const auto& value) { object[name] = value; });
  object["settings"] = Json::array();
  for (const RunSetting& setting : result.settings) {
    object["settings"].push_back({{"flag", setting.flag}, {"value", setting.value}});
  }
  object["curve"] = curve_to_json(result.curve);
  object["by_length"] = lengths_to_json(result.by_length);
  if (result.attention) {
    visit_attention(*result.attention,
                    [&](const char* name, double value) { object["attention"][name] = value; });
  }
  if (result.alignment_error) object["alignment_error"] = *result.alignment_error;
  return object;
}

RunResult result_from_json(const Json& object, const std::string& where) {
  try {
    return read_result(object);
  } catch (const Json::exception& error) {
    fail(
        "expected the result of a run in {}, found other JSON ({}); remove the file to measure "
        "that run again",
        where, error.what());
  }
}

std::string results_tsv(const Comparison& comparison) {
  std::string text = join(heading(comparison));
  const std::size_t lengths = lengths_of(comparison).size();
  for (RunResult run : comparison.runs) {
    run.by_length.resize(lengths);
    std::vector<std::string> cells{run.name, run.group};
    for (const RunSetting& setting : run.settings) cells.push_back(setting.value);
    add_row(run, cells);
    text += join(cells);
  }
  return text;
}

std::string results_json(const Comparison& comparison) {
  Json object = {{"title", comparison.title},
                 {"command", comparison.command},
                 {"configuration", comparison.configuration},
                 {"baseline", comparison.baseline},
                 {"groups", comparison.groups},
                 {"signatures", comparison.signatures},
                 {"runs", Json::array()},
                 {"tests", Json::array()}};
  for (const RunResult& run : comparison.runs) object["runs"].push_back(result_to_json(run));
  for (const PairedTest& test : comparison.tests) {
    object["tests"].push_back({{"group", test.group},
                               {"metric", test.metric},
                               {"difference", test.difference},
                               {"p_value", test.p_value}});
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace heed
