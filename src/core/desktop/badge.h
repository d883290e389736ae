// The icon of a box: the app's own with a coloured letter in the corner.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"

namespace hutch::desktop {

inline constexpr std::size_t kIconLimit = 1u << 20;  // bytes of an app's icon

// "image/png" or "image/svg+xml" by the file's name; absent for other kinds.
[[nodiscard]] std::optional<std::string> media_type_of(std::string_view file_name);
// An SVG that holds the image whole. The colour is the box's, the same every time.
[[nodiscard]] std::string badged_icon(std::string_view image, std::string_view media_type, const BoxName& box);

}  // namespace hutch::desktop
