#pragma once

#include <memory>
#include <string>

#include "util/byte_source.h"

namespace heed {

/// A source's text in UTF-8, as open_text() says; `name` is the source's in messages.
std::unique_ptr<ByteSource> as_utf8(std::unique_ptr<ByteSource> source, const std::string& name,
                                    const Warn& warn);

}  // namespace heed
