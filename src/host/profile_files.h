// Where profile files lie and what one of them says.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::host {

struct ProfileDirectory {
  HostPath path;
  profile::Rank rank = profile::Rank::kShipped;
};

// Lowest rank first. The shipped ones are $HUTCH_PROFILE_PATH/{base,apps}, else those that came with this program; the
// administrator's is below $HUTCH_CONFIG, else /etc/hutch.
[[nodiscard]] std::vector<ProfileDirectory> profile_directories(const facts::Facts& facts);
[[nodiscard]] HostPath override_file(const facts::Facts& facts, const ProfileName& profile, const BoxName& box);

// "gedit.toml" -> gedit; absent for names that are no profile file's.
[[nodiscard]] std::optional<ProfileName> profile_of_file(std::string_view file_name);
[[nodiscard]] HostPath profile_file(const HostPath& directory, const ProfileName& profile);

}  // namespace hutch::host
