#include "app/rates.h"

#include <ctime>

namespace hutch::app {

double Rates::of(const host::Running& instance, std::uint64_t processor) {
  constexpr double kPercentPerMicrosecond = 1e-4;
  const auto now = std::chrono::steady_clock::now();
  const auto found = last_.find(instance.record.id.str());
  double seconds = static_cast<double>(std::time(nullptr) - instance.record.started);
  std::uint64_t before = 0;
  if (found != last_.end()) {
    seconds = std::chrono::duration<double>(now - found->second.when).count();
    before = found->second.processor;
  }
  last_[instance.record.id.str()] = {.when = now, .processor = processor};
  constexpr double kShortest = 0.001;
  if (seconds < kShortest || processor < before) return 0;
  return static_cast<double>(processor - before) * kPercentPerMicrosecond / seconds;
}

}  // namespace hutch::app
