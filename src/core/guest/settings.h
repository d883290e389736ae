// What the set-up of a toolbox is told: "key value" lines that hutch writes to kSettingsPath at each start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hutch::guest {

inline constexpr const char* kSettingsPath = "/run/hutch/setup";
inline constexpr std::size_t kSettingsLimit = 16u << 10;
inline constexpr std::uint32_t kIdLimit = 0xFFFFFFFEu;  // the id after it means "none" (setresuid(2))

struct Settings {
  std::string user;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string group;
  std::string home;
  // Empty: nothing is said about it.
  std::string full_name;
  std::string shell;  // the host's
  std::string hostname;
  std::string timezone;    // a name below /usr/share/zoneinfo
  std::string machine_id;  // 32 hexadecimal digits
  bool has_marker = true;  // the prompt names the toolbox
  bool is_single_uid = false;
  bool operator==(const Settings&) const = default;
};

// Unknown keys are passed over. Without user, uid, gid and home nothing can be done; another value that is not well
// formed counts as not said, so that an odd host name keeps nobody out.
[[nodiscard]] Result<Settings> parse_settings(std::string_view text);
[[nodiscard]] std::string format_settings(const Settings& settings);

// Fit for every column of passwd(5) and group(5), lists of members included.
[[nodiscard]] bool is_account_name(std::string_view name);

}  // namespace hutch::guest
