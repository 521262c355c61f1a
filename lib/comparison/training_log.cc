#include "comparison/training_log.h"

#include <algorithm>
#include <filesystem>

#include "util/files.h"
#include "util/json.h"

namespace heed {

namespace {

/// Takes back what came after the update from which a training went on.
void rewind(TrainingHistory& history, std::uint64_t update) {
  while (!history.curve.empty() && history.curve.back().updates >= update) {
    history.curve.pop_back();
  }
}

void add_validation(const nlohmann::json& json, TrainingHistory& history) {
  CurvePoint point;
  point.updates = json.at("update");
  point.seconds = json.at("seconds");
  if (json.contains("cross-entropy")) point.cross_entropy = json["cross-entropy"];
  if (json.contains("bleu")) point.bleu = json["bleu"].get<double>();
  rewind(history, point.updates);
  history.curve.push_back(point);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

TrainingHistory read_training_log(const std::string& path) {
  TrainingHistory history;
  if (!std::filesystem::exists(path)) return history;
  std::vector<double> speeds;
  LineReader reader(path);
  for (std::string line; reader.next(line);) {
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("type")) continue;  // half a line, by a kill
    if (json["type"] == "valid") add_validation(json, history);
    if (json["type"] != "train") continue;
    history.updates = json.at("update");
    history.epoch = json.at("epoch");
    history.share = json.at("share");
    history.seconds = json.at("seconds");
    history.cost = json.at("cost");
    speeds.push_back(json.at("words_per_second"));
    rewind(history, history.updates + 1);
  }
  history.words_per_second = median(std::move(speeds));
  return history;
}

}  // namespace heed
