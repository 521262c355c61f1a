#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "app/translation_api.h"
#include "util/durations.h"

namespace heed {

/// How many requests had which answer, and how long they took.
class HttpMetrics {
 public:
  void add(int status, double seconds) {
    const std::lock_guard lock(mutex_);
    ++answers_[status];
    durations_.add(seconds);
    seconds_ += seconds;
  }

  /// As Prometheus reads it.
  std::string text(const TranslationApi& api) const {
    const std::lock_guard lock(mutex_);
    std::string text = "# TYPE heed_requests_total counter\n";
    std::uint64_t total = 0;
    for (const auto& [status, count] : answers_) {
      text += fmt::format("heed_requests_total{{status=\"{}\"}} {}\n", status, count);
      total += count;
    }
    text += "# TYPE heed_request_seconds summary\n";
    for (const double share : {0.5, 0.95, 0.99}) {
      text += fmt::format("heed_request_seconds{{quantile=\"{}\"}} {}\n", share,
                          durations_.quantile(share));
    }
    text += fmt::format("heed_request_seconds_sum {}\nheed_request_seconds_count {}\n", seconds_,
                        total);
    return text + fmt::format(
                      "# TYPE heed_lines_total counter\nheed_lines_total {}\n"
                      "# TYPE heed_lines_waiting gauge\nheed_lines_waiting {}\n",
                      api.lines_translated(), api.waiting());
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, std::uint64_t> answers_;
  Durations durations_;
  double seconds_ = 0;
};

}  // namespace heed
