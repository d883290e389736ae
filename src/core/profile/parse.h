// A profile file (TOML) as a Layer.
#pragma once

#include <string>
#include <string_view>

#include "core/profile/model.h"

namespace hutch::profile {

inline constexpr std::size_t kFileLimit = 256u << 10;  // bytes of one profile file
inline constexpr std::size_t kGrantLimit = 2048;       // grants and revokes of one file

// `file` is only named in origins and messages. Every error says file:line:column. Unknown keys are errors with a
// "did you mean", except unknown grants in a file whose schema minor is newer than ours, which become warnings.
[[nodiscard]] Result<Layer> parse(std::string_view text, std::string file, Rank rank);

// The TOML text of an override layer: what `grant` and `revoke` write. parse(format(x)) gives back x's grants.
[[nodiscard]] std::string format_override(const Layer& layer);
// The same for a whole profile.
[[nodiscard]] std::string format_profile(const Layer& layer);

}  // namespace hutch::profile
