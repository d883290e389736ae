// How busy instances are, from two looks at the processor time they used.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "host/instances.h"

namespace hutch::app {

class Rates {
 public:
  // Percent of one core: since the last look, at the first one since the start.
  double of(const host::Running& instance, std::uint64_t processor);

 private:
  struct Sample {
    std::chrono::steady_clock::time_point when;
    std::uint64_t processor = 0;
  };
  std::map<std::string, Sample> last_;
};

}  // namespace hutch::app
