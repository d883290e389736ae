// Another user's ids and groups, for what is executed next.
#pragma once

#include "base/result.h"
#include "core/guest/passwd.h"

namespace hutch::guest {

enum class Groups : std::uint8_t { kOfUser, kNone, kKept };

// An account by name, or by number ("#1000" or "1000"): one without an entry has "/" for a home.
[[nodiscard]] Result<User> find_account(std::string_view passwd, std::string_view name);

// From uid 0. Leaves no way back: real, effective and saved ids, and with uid 0 the capabilities. In a single-uid
// toolbox there is nobody else to become.
[[nodiscard]] Status become(const User& user, Groups groups, bool is_single_uid);

}  // namespace hutch::guest
