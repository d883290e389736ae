// Whether this image has a locale.
#pragma once

#include <string_view>

namespace hutch::guest {

// Other C libraries than glibc take every name for UTF-8: where nothing says which there are, all are.
[[nodiscard]] bool has_locale(std::string_view name);

}  // namespace hutch::guest
