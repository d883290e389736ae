// What decides between grants besides rank: which name holds which, and which of two grants gives less.
#pragma once

#include <string_view>

#include "core/profile/model.h"

namespace hutch::profile {

// True when granting `outer` gives all that granting `inner` gives: the same name, "*", a directory above, "all" above
// a device or portal, "org.example.*" above "org.example.Name", x11 above fallback-x11, devel above ptrace,
// nested-sandbox above nested-userns.
[[nodiscard]] bool holds(Kind kind, std::string_view outer, std::string_view inner);

// True when the two grants cannot both be in a profile: same kind and name, and for bus call rules the same rule.
[[nodiscard]] bool is_same_subject(const Grant& left, const Grant& right);

// How much a grant gives, to be compared within one subject only.
[[nodiscard]] unsigned long long width(const Grant& grant);

// Between grants of one subject and no difference in rank: the narrower first. A total order, so that the outcome never
// depends on the order of files.
[[nodiscard]] bool precedes(const Grant& left, const Grant& right);

// The order of Profile::grants: kind, name, access.
[[nodiscard]] bool comes_before(const Grant& left, const Grant& right);

// A bus call rule: its access is "call:METHOD[@PATH]".
[[nodiscard]] bool is_call(const Grant& grant);

// What a revoke below a wider file grant comes to: its path is hidden.
[[nodiscard]] Grant hidden_by(const Revoke& revoke);

}  // namespace hutch::profile
