// What `ps` reads: INSTANCE/record.json, written once before the app starts, never by the app.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/json.h"
#include "base/path.h"

namespace hutch::instance {

inline constexpr int kRecordVersion = 1;

struct Record {
  InstanceId id;
  ProfileName profile;
  BoxName box;
  AppId app;
  std::string command;                 // for people: the argv joined
  std::int64_t started = 0;            // seconds since the epoch
  std::int32_t supervisor = 0;         // pid on the host
  std::uint64_t supervisor_start = 0;  // starttime of /proc/PID/stat: guards against pid reuse
  std::int32_t init = 0;               // the sandbox's PID 1 as the host sees it; 0 before it exists
  std::string scope;                   // unit name, empty without one
  std::string network;                 // mode
  std::vector<std::string> weakenings;
  std::vector<std::string> warnings;
  bool operator==(const Record&) const = default;
};

[[nodiscard]] Json to_json(const Record& record);
[[nodiscard]] Result<Record> parse_record(std::string_view text);

}  // namespace hutch::instance
