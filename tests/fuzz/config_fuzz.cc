#include "fuzz/fuzz.h"
#include "heed/options.h"
#include "util/config_file.h"

namespace heed {

namespace {

void run_config(std::string_view bytes) {
  const std::vector<ConfigEntry> entries = parse_config(bytes, "c.yml");
  for (const ConfigEntry& entry : entries) {
    std::string text = quote_config(entry.key) + ": [";
    for (const std::string& value : entry.values) text += quote_config(value) + ", ";
    const ConfigEntry again = parse_config(text + "]", "again").at(0);
    require(again.key == entry.key && again.values == entry.values, "quoted values come back");
  }
  TranslateOptions options;
  read_config(bytes, "c.yml", options);
  TranslateOptions again;
  read_config(write_config(options, ConfigDump::kFull), "again", again);
  require(write_config(again, ConfigDump::kFull) == write_config(options, ConfigDump::kFull),
          "options come back");
}

std::vector<std::string> config_seeds() {
  return {
      "beam-size: 6  # wide\nnormalize: 0.5\r\nlong-lines: crop\nalignment: yes\n",
      "---\nn-best: &n 4\nseed: *n\nword-scores: \"true\"\nbackend: 'it''s'\n...\n---\njson: no\n",
      "{scores: true, threads: [1], \"alignment-heads\": mean}",
      "files:\n  - a b\n  - |\n    two\n    lines\n  - >-\n    one\n    line\n",
      "? key\n: !!str \"\\x41\\u00e4\\n\"\nlist: [a, [b, {c: d}], ~]\n",
      "\xef\xbb\xbf%YAML 1.1\n---\n"};
}

}  // namespace

const FuzzTarget kConfigTarget{"config", run_config, config_seeds};

}  // namespace heed
