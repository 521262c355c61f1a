#pragma once

#include <string>

#include "heed/field.h"

namespace heed {

/// How numbers are computed.
struct ComputeOptions {
  int threads = 0;
  std::string backend = "eigen";

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor&& v) {
    v(Field{"threads", "Worker threads, whose number changes no result; 0: all cores"}
          .within(0, 1024, "threads")
          .run(),
      self.threads);
    v(Field{"backend", "Kernels: eigen (fast) or reference (plain loops)"}, self.backend);
  }
};

}  // namespace heed
