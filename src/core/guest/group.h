// group(5) and gshadow(5) as text: looked up and edited.
#pragma once

#include "core/guest/settings.h"
#include "core/guest/table.h"

namespace hutch::guest {

inline constexpr std::size_t kGroupsLimit = 65536;  // NGROUPS_MAX, limits.h

[[nodiscard]] std::optional<std::uint32_t> find_group(std::string_view group, std::string_view name);
// `gid` first, then the groups that list the user, none twice; what is beyond kGroupsLimit is left out.
[[nodiscard]] std::vector<std::uint32_t> groups_of(std::string_view group, std::string_view user, std::uint32_t gid);

// What the user's own group is called inside. The image's name of a system's gid (below 1000) and its gid of a known
// name stay as they are, because its files and packages count on them.
[[nodiscard]] std::string choose_group_name(std::string_view group, const Settings& settings);

// With the user's group under this name, with root's and nobody's, and with the user in the groups that may administer.
[[nodiscard]] std::string with_groups(std::string_view group, const Settings& settings, std::string_view name);
// The same in gshadow(5).
[[nodiscard]] std::string with_shadow_groups(std::string_view gshadow, const Settings& settings, std::string_view name);

}  // namespace hutch::guest
