#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "heed/heed.h"
#include "util/error.h"
#include "util/fields.h"

namespace heed {

/// A text that heed_free_text frees. Throws std::bad_alloc.
inline char* copy_text(std::string_view text) {
  char* const copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

/// Runs what a function of heed/heed.h does; no exception leaves it.
template <class Action>
heed_status call(char** error, const Action& action) noexcept {
  const auto fail_with = [&](heed_status status, const char* message) {
    if (error != nullptr) *error = strdup(message);
    return status;
  };
  if (error != nullptr) *error = nullptr;
  try {
    action();
    return HEED_OK;
  } catch (const UsageError& failure) {
    return fail_with(HEED_USAGE, failure.what());
  } catch (const std::bad_alloc&) {
    return fail_with(HEED_ERROR, "expected enough memory, found none left");
  } catch (const std::exception& failure) {
    return fail_with(HEED_ERROR, failure.what());
  } catch (...) {
    return fail_with(HEED_ERROR, "an unknown exception");
  }
}

/// Throws UsageError for NULL.
template <class T>
T* expect(T* pointer, const char* what) {
  if (pointer == nullptr) fail_usage("expected {}, found NULL", what);
  return pointer;
}

/// Where a result goes, NULL until there is one.
template <class T>
T** expect_place(T** place) {
  *expect(place, "a place for the result") = nullptr;
  return place;
}

/// Throws UsageError for NULL where there should be items.
template <class T>
std::span<const T> expect_items(const T* items, std::size_t count, const char* what) {
  return {count == 0 ? items : expect(items, what), count};
}

inline std::string text_of(heed_text text) {
  const auto bytes = expect_items(text.data, text.size, "a text");
  return {bytes.begin(), bytes.end()};
}

inline heed_text as_text(const std::string& text) { return {text.data(), text.size()}; }

/// Sets the fields of a struct; several values of a list one after the other.
template <Options T>
T read_options(const heed_option* options, std::size_t count) {
  std::vector<std::pair<std::string, std::vector<std::string>>> fields;
  for (const auto& [name, value] : expect_items(options, count, "options")) {
    const std::string field = expect(name, "an option's name");
    const auto known = std::ranges::find(fields, field, &decltype(fields)::value_type::first);
    auto& values = known == fields.end() ? fields.emplace_back(field, 0).second : known->second;
    values.emplace_back(expect(value, name));
  }
  T result;
  for (const auto& [field, values] : fields) set_field(result, field, values);
  return result;
}

}  // namespace heed
