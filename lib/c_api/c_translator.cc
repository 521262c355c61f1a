#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>

#include "c_api/call.h"
#include "c_api/handles.h"

namespace heed {

namespace {

std::vector<std::string> names_of(const char* const* names, std::size_t count, const char* what) {
  std::vector<std::string> texts;
  for (const char* const name : expect_items(names, count, what))
    texts.emplace_back(expect(name, what));
  return texts;
}

/// Passes `count` lines through `work`, which translates or scores; make(i) is the line i.
template <class Make, class Work>
heed_result* pass(heed_translator* handle, std::size_t count, const Make& make, const Work& work) {
  Translator& translator = expect(handle, "a translator")->translator;
  auto result = std::make_unique<heed_result>();
  result->options = translator.options();
  result->lines.reserve(count);
  std::size_t next = 0;
  work(
      translator,
      LineStream{.read =
                     [&](SourceLine& line) {
                       if (next == count) return NextLine::kEnd;
                       line = make(next++, result->options);
                       return NextLine::kRead;
                     },
                 .write =
                     [&](std::span<TranslatedLine> lines) {
                       std::ranges::move(lines, std::back_inserter(result->lines));
                     },
                 .warn = [&](const std::string& message) { result->warnings.push_back(message); }});
  return result.release();
}

/// The means, which PairAttention has too, are left out.
void fill_weights(heed_attention& handle) {
  std::size_t layers = 0, heads = 0;
  for (const HeadAttention& head : handle.attention.heads) {
    layers = std::max(layers, static_cast<std::size_t>(head.layer));
    heads = std::max(heads, static_cast<std::size_t>(head.head));
  }
  handle.shape = {layers, heads, handle.attention.target_units.size(),
                  handle.attention.source_units.size()};
  for (const HeadAttention& head : handle.attention.heads) {
    if (head.head == 0) continue;
    for (const std::vector<float>& row : head.weights) {
      handle.weights.insert(handle.weights.end(), row.begin(), row.end());
    }
  }
}

}  // namespace

}  // namespace heed

using namespace heed;

heed_status heed_load(const char* const* models, size_t model_count, const heed_option* options,
                      size_t option_count, heed_translator** translator, char** error) {
  return call(error, [&] {
    expect_place(translator);
    *translator =
        new heed_translator{Translator(names_of(models, model_count, "a model"),
                                       read_options<TranslateOptions>(options, option_count))};
  });
}

heed_status heed_translate(heed_translator* translator, const heed_text* lines, size_t count,
                           heed_result** result, char** error) {
  return call(error, [&] {
    expect_place(result);
    const auto texts = expect_items(lines, count, "lines");
    *result = pass(
        translator, count,
        [&](std::size_t i, const TranslateOptions& options) {
          return parse_record(text_of(texts[i]), i + 1, options);
        },
        [](Translator& with, const LineStream& stream) { with.translate(stream); });
  });
}

heed_status heed_score(heed_translator* translator, const heed_pair* pairs, size_t count,
                       heed_result** result, char** error) {
  return call(error, [&] {
    expect_place(result);
    const auto given = expect_items(pairs, count, "pairs");
    *result = pass(
        translator, count,
        [&](std::size_t i, const TranslateOptions&) {
          return SourceLine{.text = text_of(given[i].source), .target = text_of(given[i].target)};
        },
        [](Translator& with, const LineStream& stream) { with.score(stream); });
    (*result)->is_score = true;
  });
}

heed_status heed_attend(heed_translator* translator, heed_pair pair, heed_attention** attention,
                        char** error) {
  return call(error, [&] {
    expect_place(attention);
    auto handle = std::make_unique<heed_attention>();
    handle->attention =
        expect(translator, "a translator")
            ->translator.attention({.text = text_of(pair.source), .target = text_of(pair.target)});
    fill_weights(*handle);
    *attention = handle.release();
  });
}

heed_status heed_record(const heed_result* result, size_t line, char** record, char** error) {
  return call(error, [&] {
    expect_place(record);
    const std::vector<TranslatedLine>& lines = expect(result, "a result")->lines;
    if (line >= lines.size()) {
      fail_usage("expected one of {} lines, from 0, found {}", lines.size(), line);
    }
    const auto format = result->is_score ? format_score : format_record;
    *record = copy_text(format(lines[line], result->options));
  });
}

void heed_free_translator(heed_translator* translator) { delete translator; }
void heed_free_result(heed_result* result) { delete result; }
void heed_free_attention(heed_attention* attention) { delete attention; }
