// The grammar of bus grants: names, and call rules as xdg-dbus-proxy reads them.
#pragma once

#include <string_view>

#include "core/profile/model.h"

namespace hutch::portal {

// "org.example.Name", or "org.example.Name.*" for it and everything below; no unique names, no bare "*".
[[nodiscard]] bool is_bus_name_pattern(std::string_view text);
// [METHOD][@PATH]: METHOD is "*", "INTERFACE.*" or "INTERFACE.MEMBER" with an interface of two parts at least, PATH an
// object path that may end in "/*"; not both absent. The proxy takes anything else silently and never matches it.
[[nodiscard]] bool is_call_rule(std::string_view text);
// The first session or system bus grant outside the grammar, as an error that names where it was said.
[[nodiscard]] Status check_bus_grants(const profile::Profile& profile);

}  // namespace hutch::portal
