#include "report/head_choice.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace heed {

namespace {

/// The most layers and heads of any model; 1 and 0 where there is nothing to choose.
AttentionPicture largest(const Comparison& comparison) {
  AttentionPicture most{};
  for (const Sample& sample : comparison.samples) {
    for (const SampleView& view : sample.views) {
      for (const AttentionPicture& picture : view.pictures) {
        most.layer = std::max(most.layer, picture.layer);
        most.head = std::max(most.head, picture.head);
      }
    }
  }
  return most;
}

std::string packed(const std::vector<std::vector<float>>& weights) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string text;
  for (const std::vector<float>& row : weights) {
    for (const float weight : row) {
      const long hundredths = weight > 0 ? std::lround(100 * std::min(weight, 1.0F)) : 0;
      if (hundredths > 0) text += kDigits[static_cast<std::size_t>(hundredths / 36)];
      text += hundredths > 0 ? kDigits[static_cast<std::size_t>(hundredths % 36)] : '.';
    }
  }
  return text;
}

}  // namespace

std::string packed_pictures(const SampleView& view) {
  std::string text;
  for (const AttentionPicture& picture : view.pictures) {
    text += fmt::format("{}{}.{}:{}", text.empty() ? "" : " ", picture.layer, picture.head,
                        packed(picture.weights));
  }
  return text;
}

std::string html_head_choice(const Comparison& comparison) {
  const AttentionPicture most = largest(comparison);
  if (most.layer <= 1 && most.head <= 1) return "";
  const auto options = [](int count) {
    std::string text;
    for (int i = 1; i <= count; ++i) text += fmt::format("<option>{}</option>", i);
    return text;
  };
  return fmt::format(
      "<form class=\"choice\" autocomplete=\"off\" hidden=\"\">\n"
      "<label>Layer <select name=\"layer\"><option value=\"0\">last</option>{}</select></label>\n"
      "<label>Head <select name=\"head\"><option value=\"0\">mean</option>{}</select></label>\n"
      "<small>of all sentences below; models without it show their last layer, or the "
      "mean</small>\n"
      "</form>\n",
      options(most.layer), options(most.head));
}

std::string_view head_choice_script() {
  return R"(for (const form of document.querySelectorAll('.choice')) {
  form.hidden = false;
  const unpack = text => (text.match(/\.|../g) || []).map(w => w === '.' ? 0 : parseInt(w, 36) / 100);
  // What is chosen, or the nearest that the model has.
  const pictureOf = (sample, view) => {
    const figure = sample.querySelector(`figure[data-view="${view}"][data-weights]`);
    const all = figure.dataset.weights.split(' ').map(picture => {
      const [, layer, head, text] = picture.match(/(.*)\.(.*?):(.*)/);
      return {layer: +layer, head: +head, text, isOnly: !figure.dataset.weights.includes(' ')};
    });
    const [layer, head] = [+form.elements.layer.value, +form.elements.head.value];
    const last = Math.max(...all.map(picture => picture.layer));
    const wanted = all.some(picture => picture.layer === layer) ? layer : last;
    const heads = all.filter(picture => picture.layer === wanted);
    return heads.find(picture => picture.head === head) || heads[0];
  };
  const nameOf = picture => picture.isOnly ? '' :
      `layer ${picture.layer}, ${picture.head ? `head ${picture.head}` : 'mean of heads'}`;
  const draw = (sample, figure) => {
    const shown = pictureOf(sample, figure.dataset.view);
    const base = figure.dataset.base && pictureOf(sample, figure.dataset.base);
    const [svg, less] = [figure.querySelector('svg'), base ? unpack(base.text) : []];
    const labels = [...svg.querySelectorAll('text')].map(text => text.textContent);
    const columns = svg.querySelectorAll('text[transform]').length;
    const grid = svg.querySelector('.grid');
    const [left, top, , next] = grid.getAttribute('d').match(/\d+/g).map(Number);
    const size = next - left;
    for (const cell of svg.querySelectorAll('.cell,.less')) cell.remove();
    unpack(shown.text).forEach((weight, i) => {
      const value = weight - (less[i] || 0), [row, column] = [Math.floor(i / columns), i % columns];
      if (Math.abs(value) < .005) return;
      const cell = document.createElementNS(svg.namespaceURI, 'rect');
      const place = {class: value < 0 ? 'less' : 'cell', x: left + size * column,
          y: top + size * row, width: size, height: size, 'fill-opacity': Math.abs(value)};
      for (const name in place) cell.setAttribute(name, place[name]);
      const title = document.createElementNS(svg.namespaceURI, 'title');
      title.textContent = `${labels[column]} → ${labels[columns + row]}: ${value.toFixed(2)}`;
      cell.append(title);
      grid.before(cell);
    });
    figure.querySelector('figcaption small').textContent =
        base ? `${nameOf(shown)} minus the baseline ${nameOf(base)}`.trim() : nameOf(shown);
  };
  form.addEventListener('change', () => {
    for (const sample of document.querySelectorAll('.sample'))
      for (const figure of sample.querySelectorAll('figure[data-view]')) draw(sample, figure);
  });
}
)";
}

}  // namespace heed
