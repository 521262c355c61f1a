#include "util/config_file.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace heed {
namespace {

constexpr std::size_t kMostValues = 100'000;  // that lists may take from anchors, over and over
constexpr std::size_t kMostNodes = 100'000;

std::size_t line_of(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.line) + 1; }

/// Bytes that YAML has no place for; yaml-cpp takes some of them for the end of the file.
void check_text(std::string_view text, const std::string& name) {
  if (text.size() > kMostConfigBytes) {
    fail_usage("{}: expected a configuration of at most {} bytes, found more", name,
               kMostConfigBytes);
  }
  const auto is_control = [](char c) { return c >= 0 && c < ' ' && c != '\t' && c != '\r'; };
  std::size_t line = 1;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
    } else if (is_control(c)) {
      fail_usage(
          "{}:{}: expected text, found a byte {:#04x}; save the file as UTF-8, or write "
          "\"\\x{:02x}\"",
          name, line, c, c);
    }
  }
}

/// Follows the parser before anything is built, and stops it where a text has too much, or where it
/// would begin a document at the same place for ever, as yaml-cpp 0.7 does at ",...".
class Bounds final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos <= last_document_) throw YAML::ParserException(mark, "no beginning of a value");
    last_document_ = mark.pos;
    count(mark);
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string&) override {
    count(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    count(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    count(mark);
  }
  void OnMapEnd() override {}

 private:
  void count(const YAML::Mark& mark) {
    if (++nodes_ > kMostNodes) throw YAML::ParserException(mark, "more than 100,000 values");
  }

  int last_document_ = -1;
  std::size_t nodes_ = 0;
};

/// Takes the entries out of YAML's nodes, in which an alias is its anchor's node again.
class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  void read(const YAML::Node& document) {
    if (document.IsNull()) return;
    if (!document.IsMap()) {
      refuse(
          line_of(document.Mark()), "expected 'option: value', found {}",
          document.IsScalar() ? fmt::format("'{}'", document.Scalar()) : "a list without a name");
    }
    for (const auto& item : document) {
      ConfigEntry entry{{}, {}, line_of(item.first.Mark())};
      if (!item.first.IsScalar()) refuse(entry.line, "expected an option's name, found none");
      entry.key = item.first.Scalar();
      const auto [earlier, is_new] = lines_.emplace(entry.key, entry.line);
      if (!is_new) {
        refuse(entry.line, "expected each option once, found {} on line {} too", entry.key,
               earlier->second);
      }
      read_values(item.second, entry);
      entries_.push_back(std::move(entry));
    }
  }

  std::vector<ConfigEntry> finish() { return std::move(entries_); }

 private:
  void read_values(const YAML::Node& node, ConfigEntry& entry) {
    if (!node.IsSequence()) return read_value(node, entry);
    for (const auto& item : node) read_value(item, entry);
  }

  void read_value(const YAML::Node& node, ConfigEntry& entry) {
    if (++values_ > kMostValues) refuse(entry.line, "expected at most {} values", kMostValues);
    if (node.IsNull()) {
      refuse(entry.line,
             "expected a value for {}, found none (an empty list is [], an empty text "
             "\"\")",
             entry.key);
    }
    if (!node.IsScalar()) {
      refuse(entry.line,
             "expected a value or a list of values for {}, found a {} inside; "
             "put text that begins with [ or {{ in quotes",
             entry.key, node.IsMap() ? "map" : "list");
    }
    entry.values.push_back(node.Scalar());
  }

  template <class... Args>
  [[noreturn]] void refuse(std::size_t line, fmt::format_string<Args...> format, Args&&... args) {
    fail_usage("{}:{}: {}", name_, line, fmt::format(format, std::forward<Args>(args)...));
  }

  const std::string& name_;
  std::vector<ConfigEntry> entries_;
  std::map<std::string, std::size_t> lines_;  // of the options so far
  std::size_t values_ = 0;
};

}  // namespace

std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& name) {
  check_text(text, name);
  Reader reader(name);
  try {
    std::istringstream stream{std::string(text)};
    Bounds bounds;
    for (YAML::Parser parser(stream); parser.HandleNextDocument(bounds);) {
    }
    for (const YAML::Node& document : YAML::LoadAll(std::string(text))) reader.read(document);
  } catch (const YAML::Exception& error) {
    fail_usage(
        "{}:{}: expected YAML ('option: value'), found a fault: {}; put text with signs in "
        "quotes",
        name, line_of(error.mark), error.msg);
  }
  return reader.finish();
}

std::string quote_config(std::string_view value) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./+-").find(c) != std::string_view::npos;
  };
  const bool means_text = value != "-" && !YAML::IsNullString(std::string(value));
  if (means_text && std::all_of(value.begin(), value.end(), is_plain)) return std::string(value);
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c >= 0 && c < ' ') {
      quoted += fmt::format("\\x{:02x}", c);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::optional<bool> yaml_truth(std::string_view text) {
  constexpr std::array kTrue{"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"};
  constexpr std::array kFalse{"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  return std::nullopt;
}

}  // namespace heed
