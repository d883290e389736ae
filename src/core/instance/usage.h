// What a running instance uses, as values and as texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"

namespace hutch::instance {

// What an instance uses at one moment. Absent is what neither the kernel nor the processes tell.
struct Usage {
  std::uint64_t processor = 0;  // microseconds since the start
  std::uint64_t memory = 0;     // bytes; without the memory controller the sum of what its processes hold in memory
  std::optional<std::uint64_t> memory_peak;
  std::optional<std::uint64_t> memory_limit;
  std::optional<std::uint64_t> swap;
  std::uint64_t tasks = 0;
  std::optional<std::uint64_t> tasks_limit;
  std::optional<std::uint64_t> read_bytes;      // from disks
  std::optional<std::uint64_t> written_bytes;   // to disks
  std::optional<std::uint64_t> received_bytes;  // network, where it is the instance's own
  std::optional<std::uint64_t> sent_bytes;
  std::optional<double> memory_pressure;  // percent of the last ten seconds that some process waited for memory, PSI
  std::optional<double> processor_pressure;
  std::uint64_t killed_for_memory = 0;  // processes
  bool is_paused = false;
  bool operator==(const Usage&) const = default;
};

[[nodiscard]] Json to_json(const Usage& usage);
// "1.5M", "0", "12G": at most four characters and a unit.
[[nodiscard]] std::string size_text(std::uint64_t bytes);
// "running", "paused" or "memory" (a process of it was ended because memory ran out).
[[nodiscard]] const char* state_of(const Usage& usage);

}  // namespace hutch::instance
