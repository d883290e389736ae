// Numbers of resource limits, asm-generic/resource.h: the core must not include the system's header.
#pragma once

#include <cstdint>

namespace hutch::plan {

inline constexpr std::uint32_t kLimitFileSize = 1;
inline constexpr std::uint32_t kLimitCore = 4;
inline constexpr std::uint32_t kLimitProcesses = 6;
inline constexpr std::uint32_t kLimitOpenFiles = 7;
inline constexpr std::uint32_t kLimitLockedMemory = 8;
inline constexpr std::uint32_t kLimitPendingSignals = 11;
inline constexpr std::uint32_t kLimitMessageQueues = 12;
inline constexpr std::uint32_t kLimitNice = 13;
inline constexpr std::uint32_t kLimitRealtimePriority = 14;

[[nodiscard]] constexpr const char* name_of_limit(std::uint32_t resource) {
  constexpr const char* kNames[] = {
      "cpu",          "file-size",       "data",           "stack",         "core",
      "rss",          "processes",       "open-files",     "locked-memory", "address-space",
      "locks",        "pending-signals", "message-queues", "nice",          "realtime-priority",
      "realtime-time"};
  return resource < 16 ? kNames[resource] : "unknown";
}

}  // namespace hutch::plan
