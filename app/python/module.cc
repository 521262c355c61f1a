#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <tuple>

#include "heed/evaluator.h"
#include "heed/model_info.h"
#include "heed/trainer.h"
#include "heed/translator.h"
#include "util/fields.h"

// The library for Python: what heed/__init__.py builds on. Options go by the fields' names, so that
// there is no second list of them.
namespace py = pybind11;

namespace heed {

namespace {

// ---- Options --------------------------------------------------------------------------------

std::string text_of(const py::handle& value) {
  if (py::isinstance<py::bool_>(value)) return value.cast<bool>() ? "true" : "false";
  return py::str(value);
}

std::vector<std::string> texts_of(const py::handle& value) {
  if (!py::isinstance<py::list>(value) && !py::isinstance<py::tuple>(value))
    return {text_of(value)};
  std::vector<std::string> texts;
  for (const py::handle& item : value) texts.push_back(text_of(item));
  return texts;
}

/// Options as they are given by name, as values' texts: beam_size=4 is {"beam-size", {"4"}}.
using Given = std::vector<std::pair<std::string, std::vector<std::string>>>;

Given given_by(const py::dict& options) {
  Given given;
  for (const auto& [name, value] : options) {
    std::string field = name.cast<std::string>();
    std::ranges::replace(field, '_', '-');
    given.emplace_back(std::move(field), texts_of(value));
  }
  return given;
}

template <Options T>
void set_fields(const Given& given, T& options) {
  for (const auto& [name, texts] : given) set_field(options, name, texts);
}

/// (name, default, help) of each field, for docstrings.
template <Options T>
std::vector<std::tuple<std::string, std::string, std::string>> describe_fields(const T& defaults) {
  std::vector<std::tuple<std::string, std::string, std::string>> fields;
  for_each_field(defaults, [&](const Field& field, const auto& value) {
    std::string name = field.name, help = field.help;
    std::ranges::replace(name, '-', '_');
    if (const std::string range = range_text(field); !range.empty()) help += " (" + range + ")";
    fields.emplace_back(name, fmt::format("{}", fmt::join(to_texts(value), " ")), help);
  });
  return fields;
}

// ---- Lines ----------------------------------------------------------------------------------

/// Lines of Python on their way through a Translator. Ctrl-C is seen while they are waited for.
class Passage {
 public:
  explicit Passage(std::vector<SourceLine> lines) : lines_(std::move(lines)) {}

  LineStream stream() {
    return {.read = [this](SourceLine& line) { return read(line); },
            .write = [this](std::span<TranslatedLine> lines) { write(lines); },
            .warn = [this](const std::string& message) { warnings_.push_back(message); }};
  }

  /// What came out; what was warned of is a warning in Python.
  std::vector<TranslatedLine> take() {
    for (const std::string& warning : warnings_)
      PyErr_WarnEx(PyExc_UserWarning, warning.c_str(), 2);
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    return std::move(done_);
  }

 private:
  NextLine read(SourceLine& line) {
    if (next_ < lines_.size()) {
      line = std::move(lines_[next_++]);
      return NextLine::kRead;
    }
    if (waits_) check_signals();
    std::unique_lock lock(mutex_);
    const auto is_done = [&] { return done_.size() == lines_.size(); };
    if (waits_) changed_.wait_for(lock, std::chrono::milliseconds(20), is_done);
    waits_ = true;
    return is_done() ? NextLine::kEnd : NextLine::kLater;
  }

  void write(std::span<TranslatedLine> lines) {
    const std::lock_guard lock(mutex_);
    std::ranges::move(lines, std::back_inserter(done_));
    changed_.notify_one();
  }

  static void check_signals() {
    const py::gil_scoped_acquire python;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }

  std::vector<SourceLine> lines_;
  std::size_t next_ = 0;
  bool waits_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<TranslatedLine> done_;
  std::vector<std::string> warnings_;
};

/// Text, or a pair of a text and its translation or how that begins.
std::vector<SourceLine> source_lines(const py::list& lines) {
  std::vector<SourceLine> result;
  for (const py::handle& line : lines) {
    if (py::isinstance<py::str>(line)) {
      result.push_back({.text = line.cast<std::string>()});
    } else {
      auto [text, target] = line.cast<std::pair<std::string, std::string>>();
      result.push_back({.text = std::move(text), .target = std::move(target)});
    }
  }
  return result;
}

class PythonTranslator {
 public:
  PythonTranslator(const std::vector<std::string>& models, const py::dict& options)
      : translator_(models, translate_options(options)) {}

  std::vector<TranslatedLine> translate(const py::list& lines) {
    return pass(lines, [&](const LineStream& stream) { translator_.translate(stream); });
  }
  std::vector<TranslatedLine> score(const py::list& pairs) {
    return pass(pairs, [&](const LineStream& stream) { translator_.score(stream); });
  }
  PairAttention attention(const std::string& source, const std::string& target) {
    const py::gil_scoped_release others_run;
    return translator_.attention({.text = source, .target = target});
  }

 private:
  static TranslateOptions translate_options(const py::dict& given) {
    TranslateOptions options;
    set_fields(given_by(given), options);
    return options;
  }

  template <class Run>
  std::vector<TranslatedLine> pass(const py::list& lines, const Run& run) {
    Passage passage(source_lines(lines));
    {
      const py::gil_scoped_release others_run;
      run(passage.stream());
    }
    return passage.take();
  }

  Translator translator_;
};

/// [layer, head, target unit, source unit]: heads from 1; the means are left out.
py::array_t<float> head_weights(const PairAttention& attention) {
  py::ssize_t layers = 0, heads = 0;
  for (const HeadAttention& head : attention.heads) {
    layers = std::max<py::ssize_t>(layers, head.layer);
    heads = std::max<py::ssize_t>(heads, head.head);
  }
  const std::vector<py::ssize_t> shape = {layers, heads, std::ssize(attention.target_units),
                                          std::ssize(attention.source_units)};
  py::array_t<float> weights(shape);
  auto view = weights.mutable_unchecked<4>();
  for (const HeadAttention& head : attention.heads) {
    if (head.head == 0) continue;
    for (py::ssize_t t = 0; t < shape[2]; ++t) {
      std::ranges::copy(head.weights[t], view.mutable_data(head.layer - 1, head.head - 1, t, 0));
    }
  }
  return weights;
}

/// The alignment's own attention, [target unit, source unit]; None without --alignment.
py::object attention_of(const Translation& translation) {
  const std::vector<std::vector<float>>& rows = translation.attention;
  if (rows.empty()) return py::none();
  py::array_t<float> weights(std::vector<py::ssize_t>{std::ssize(rows), std::ssize(rows[0])});
  for (std::size_t t = 0; t < rows.size(); ++t) {
    std::ranges::copy(rows[t], weights.mutable_data(static_cast<py::ssize_t>(t), 0));
  }
  return weights;
}

// ---- Training and evaluation ----------------------------------------------------------------

struct TrainFields : TrainOptions, LogOptions {
  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    TrainOptions::visit_fields(self, v);
    LogOptions::visit_fields(self, v);
  }
};

/// `progress` takes the reports of --log-json. What it raises, and KeyboardInterrupt, end the
/// training with its state saved.
void train(const py::dict& options, const std::function<void(const std::string&)>& progress) {
  TrainFields fields;
  const Given given = given_by(options);
  set_fields(given, fields);
  std::exception_ptr raised;
  LogOptions log = fields;
  log.report = [&](const std::string& report) {
    const py::gil_scoped_acquire python;
    try {
      if (progress) progress(report);
    } catch (const py::error_already_set&) {
      raised = std::current_exception();
    }
  };
  const auto choose = [&](std::size_t pairs) {
    TrainFields chosen;
    static_cast<TrainOptions&>(chosen) = Trainer::defaults_for(fields, pairs);
    set_fields(given, chosen);
    return TrainOptions(chosen);
  };
  TrainingEnd end{};
  {
    const py::gil_scoped_release others_run;
    Trainer trainer(fields, choose, log);
    end = trainer.run([&] {
      const py::gil_scoped_acquire python;
      return raised || PyErr_CheckSignals() != 0;
    });
  }
  if (raised) std::rethrow_exception(raised);
  if (end == TrainingEnd::kInterrupted) throw py::error_already_set();
}

std::string evaluate_files(const py::dict& given, const std::vector<std::string>& references) {
  EvaluateOptions options;
  set_fields(given_by(given), options);
  options.references = references;
  std::vector<std::string> warnings;
  std::string result;
  {
    const py::gil_scoped_release others_run;
    result = evaluate(options, "heed-" HEED_VERSION,
                      [&](const std::string& warning) { warnings.push_back(warning); });
  }
  for (const std::string& warning : warnings) PyErr_WarnEx(PyExc_UserWarning, warning.c_str(), 2);
  return result;
}

void add_lines(py::module_& m) {
  py::class_<Translation>(m, "Translation", "One translation of a line, found or given.")
      .def_readonly("text", &Translation::text)
      .def_readonly("log_probability", &Translation::log_probability,
                    "Natural, of all tokens and </s>.")
      .def_readonly("score", &Translation::score, "log p / length^normalize.")
      .def_readonly("pieces", &Translation::pieces, "As the model wrote it, without </s>.")
      .def_readonly("word_scores", &Translation::word_scores, "log p of each piece and </s>.")
      .def_readonly("units", &Translation::units, "Words (or pieces) and </s>: rows of attention.")
      .def_readonly("alignment", &Translation::alignment, "Pairs (source, target), from 0.")
      .def_readonly("doubts", &Translation::doubts, "Why it looks unlike a translation.")
      .def_property_readonly("attention", attention_of, "[target, source], or None.");
  py::class_<TranslatedLine>(m, "TranslatedLine", "A line and its translations, best first.")
      .def_readonly("source", &TranslatedLine::source)
      .def_readonly("source_units", &TranslatedLine::source_units)
      .def_readonly("translations", &TranslatedLine::translations)
      .def_property_readonly("text", &TranslatedLine::text, "The best translation.")
      .def("_repr_svg_", draw_attention_svg);
  py::class_<PairAttention>(m, "PairAttention")
      .def_readonly("source_units", &PairAttention::source_units)
      .def_readonly("target_units", &PairAttention::target_units)
      .def_property_readonly("weights", head_weights);
}

}  // namespace

}  // namespace heed

PYBIND11_MODULE(_heed, m) {
  using namespace heed;
  m.attr("__version__") = HEED_VERSION;
  const auto error = py::register_exception<Error>(m, "Error", PyExc_RuntimeError);
  py::register_exception<UsageError>(m, "UsageError", error);
  add_lines(m);
  py::class_<PythonTranslator>(m, "Translator")
      .def(py::init<const std::vector<std::string>&, const py::dict&>())
      .def("translate", &PythonTranslator::translate)
      .def("score", &PythonTranslator::score)
      .def("attention", &PythonTranslator::attention);
  m.def("train", train, py::arg("options"), py::arg("progress") = nullptr);
  m.def("evaluate", evaluate_files);
  m.def("describe_model", describe_model_json);
  m.def("translate_fields", [] { return describe_fields(TranslateOptions{}); });
  m.def("train_fields", [] { return describe_fields(TrainFields{}); });
  m.def("evaluate_fields", [] { return describe_fields(EvaluateOptions{}); });
}
