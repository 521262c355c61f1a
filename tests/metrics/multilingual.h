#pragma once

#include <string>
#include <vector>

namespace heed {

// A small corpus of the hard cases: scripts, digits, entities, combining marks, empty lines. The
// scores that the tests expect for it were computed with an independent Python implementation of
// the published algorithms, whose regular expressions are those of mteval and Tercom.
inline std::vector<std::string> multilingual_hypotheses() {
  return {"Der Hund läuft schnell über die Straße.",
          "Das kostet 3,50 Euro, nicht 1.200,75 Euro!",
          "Мама мыла раму, а папа читал газету.",
          "Koira juoksee nopeasti kadun yli.",
          "İstanbul'da hava bugün çok güzel.",
          "我今天去了北京,天气很好。",
          "彼は2024年に東京へ行った。",
          "ذهب الولد إلى المدرسة، ثم عاد.",
          "\"Nice\" 🙂 & <great> -- 10-20% off...",
          "cafe\u0301 re\u0301sume\u0301",
          "",
          "zu viel",
          "Wort",
          "gar nichts gleich hier"};
}

inline std::vector<std::vector<std::string>> multilingual_references() {
  return {{"Der Hund rennt schnell über die breite Straße.",
           "Das kostet 3,50 Euro und nicht 1.200,75 Euro!",
           "Мама мыла окно, а папа читал свежую газету.", "Koira juoksi nopeasti kadun poikki.",
           "Bugün İstanbul'da hava çok güzel.", "今天我去了北京，天气非常好。",
           "彼は2024年に東京に行きました。", "ذهب الولد إلى المدرسة ثم عاد إلى البيت.",
           "&quot;Nice&quot; 🙂 &amp; &lt;great&gt; -- 10-20% off…", "café résumé",
           "Ein leerer Vorschlag.", "", "Wort", "etwas ganz anderes da"}};
}

}  // namespace heed
