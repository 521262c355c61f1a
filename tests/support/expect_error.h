#pragma once

#include <gtest/gtest.h>

#include <string>

#include "heed/error.h"

namespace heed {

/// Expects an exception of exactly this type, with a message of one line that contains `part`.
template <class Expected = Error, class Function>
void expect_error(Function&& function, const std::string& part) {
  try {
    function();
    ADD_FAILURE() << "expected an error with: " << part;
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(typeid(error), typeid(Expected)) << message;
    EXPECT_NE(message.find(part), std::string::npos) << "message: " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << "message: " << message;
  }
}

}  // namespace heed
