#include "conversion/correspondence.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>

#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

using Shape = std::vector<std::uint64_t>;

std::string shape_text(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

const Parameter& find_parameter(const Parameters& parameters, const std::string& name) {
  const auto found = std::ranges::find(parameters.all(), name, &Parameter::name);
  if (found == parameters.all().end()) fail("expected a parameter '{}', found none", name);
  return *found;
}

int count_of(const TensorColumns& columns, const Correspondence& entry,
             const Parameter& parameter) {
  if (columns.count > 0) return columns.count;
  return parameter.cols / static_cast<int>(entry.columns.size());
}

/// The shape of each tensor of the table.
std::map<std::string, Shape> shapes_of(std::span<const Correspondence> table,
                                       const Parameters& parameters) {
  std::map<std::string, Shape> shapes;
  for (const Correspondence& entry : table) {
    const Parameter& parameter = find_parameter(parameters, entry.parameter);
    for (const TensorColumns& columns : entry.columns) {
      Shape& shape = shapes.try_emplace(columns.tensor, Shape{0, 0}).first->second;
      const int end = columns.first + count_of(columns, entry, parameter);
      std::uint64_t& width = shape[entry.transposed ? 0 : 1];
      width = std::max<std::uint64_t>(width, end);
      shape[entry.transposed ? 1 : 0] = parameter.rows;
    }
  }
  return shapes;
}

/// Numbers that lie one after the other in a parameter and in a tensor.
struct Copy {
  std::size_t parameter = 0, tensor = 0;  ///< Indices of the first.
  std::size_t count = 0;
};

/// For each row of the parameter its columns from `at` on, of a tensor those from `first` on.
std::vector<Copy> copies(const Parameter& parameter, int at, const TensorColumns& columns,
                         int count, std::uint64_t tensor_width) {
  std::vector<Copy> result;
  for (int row = 0; row < parameter.rows; ++row) {
    result.push_back({static_cast<std::size_t>(row) * parameter.cols + at,
                      row * tensor_width + columns.first, static_cast<std::size_t>(count)});
  }
  return result;
}

/// The same where the columns are the tensor's rows.
std::vector<Copy> transposed_copies(const Parameter& parameter, int at,
                                    const TensorColumns& columns, int count) {
  std::vector<Copy> result;
  for (int row = 0; row < parameter.rows; ++row) {
    for (int col = 0; col < count; ++col) {
      result.push_back({static_cast<std::size_t>(row) * parameter.cols + at + col,
                        static_cast<std::size_t>(columns.first + col) * parameter.rows + row, 1});
    }
  }
  return result;
}

/// Calls function(tensor's name, copies) for all tensors of an entry.
template <class Function>
void for_each_tensor(const Correspondence& entry, const Parameter& parameter,
                     const std::map<std::string, Shape>& shapes, Function&& function) {
  int at = 0;
  for (const TensorColumns& columns : entry.columns) {
    const int count = count_of(columns, entry, parameter);
    const std::uint64_t width = shapes.at(columns.tensor)[1];
    function(columns.tensor, entry.transposed ? transposed_copies(parameter, at, columns, count)
                                              : copies(parameter, at, columns, count, width));
    at += count;
  }
  if (at != parameter.cols) {
    fail("expected {} columns of tensors for '{}', found {}", parameter.cols, entry.parameter, at);
  }
}

/// The tensors by name, each with the shape that it must have.
std::map<std::string, const ForeignTensor*> checked(std::span<const ForeignTensor> tensors,
                                                    const std::map<std::string, Shape>& shapes,
                                                    const std::string& path) {
  std::map<std::string, const ForeignTensor*> by_name;
  for (const ForeignTensor& tensor : tensors) by_name[tensor.name] = &tensor;
  for (const auto& [name, shape] : shapes) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      fail("expected a tensor {} {} in {}, found none", name, shape_text(shape), path);
    }
    Shape given = found->second->shape;
    if (given.size() == 1) given.insert(given.begin(), 1);
    if (given != shape || found->second->values.size() != shape[0] * shape[1]) {
      fail("expected the shape {} of tensor {} in {}, found {}", shape_text(shape), name, path,
           shape_text(given));
    }
  }
  for (const auto& [name, tensor] : by_name) {
    if (shapes.contains(name)) continue;
    fail("expected the tensors of a model of its options in {}, found also {} {}", path,
         printable(name), shape_text(tensor->shape));
  }
  return by_name;
}

}  // namespace

void check_tensors(std::span<const ForeignTensor> tensors, std::span<const Correspondence> table,
                   const Parameters& parameters, const std::string& path) {
  checked(tensors, shapes_of(table, parameters), path);
}

void import_tensors(std::span<const ForeignTensor> tensors, std::span<const Correspondence> table,
                    const Parameters& parameters, const std::string& path) {
  const auto shapes = shapes_of(table, parameters);
  const auto by_name = checked(tensors, shapes, path);
  std::size_t filled = 0;
  for (const Correspondence& entry : table) {
    const Parameter& parameter = find_parameter(parameters, entry.parameter);
    std::vector<float> values(parameter.size());
    for_each_tensor(entry, parameter, shapes,
                    [&](const std::string& name, const std::vector<Copy>& runs) {
                      const float* const from = by_name.at(name)->values.data();
                      for (const Copy& run : runs) {
                        std::copy_n(from + run.tensor, run.count, values.data() + run.parameter);
                      }
                    });
    parameters.backend().write(values, parameter.value);
    ++filled;
  }
  if (filled != parameters.all().size()) {
    fail("expected tensors for {} parameters in {}, found those of {}", parameters.all().size(),
         path, filled);
  }
}

std::vector<ForeignTensor> export_tensors(std::span<const Correspondence> table,
                                          const Parameters& parameters) {
  const auto shapes = shapes_of(table, parameters);
  std::vector<ForeignTensor> result;
  std::map<std::string, std::size_t> places;
  for (const Correspondence& entry : table) {
    const Parameter& parameter = find_parameter(parameters, entry.parameter);
    std::vector<float> values(parameter.size());
    parameters.backend().read(parameter.value, values);
    for_each_tensor(entry, parameter, shapes,
                    [&](const std::string& name, const std::vector<Copy>& runs) {
                      const auto [place, is_new] = places.emplace(name, result.size());
                      if (is_new) {
                        const Shape& shape = shapes.at(name);
                        result.push_back({name, shape, std::vector<float>(shape[0] * shape[1])});
                      }
                      float* const to = result[place->second].values.data();
                      for (const Copy& run : runs) {
                        std::copy_n(values.data() + run.parameter, run.count, to + run.tensor);
                      }
                    });
  }
  return result;
}

}  // namespace heed
