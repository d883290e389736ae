// Updates of shipped profiles that would widen what the user has been running: additions are withheld until they are
// accepted, everything that narrows counts at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/profile/model.h"

namespace hutch::profile {

// What shipped files alone granted when the user first ran the app, or accepted since. Bases and app together.
struct Accepted {
  std::string open = "ro";
  std::vector<Grant> grants;
  bool operator==(const Accepted&) const = default;
};

// True for what lets an app reach something; settings, limits and its own directories do not.
[[nodiscard]] bool is_right(const Grant& grant);
[[nodiscard]] Accepted accepted_of(const Profile& shipped);
// Lines of text, the same for equal sets.
[[nodiscard]] std::string format_accepted(const Accepted& accepted);
[[nodiscard]] Result<Accepted> parse_accepted(std::string_view text);

// What both allow: the narrower of the two for every name that either knows.
[[nodiscard]] Accepted narrower_of(const Accepted& accepted, const Accepted& now);

// Takes out of a profile what its shipped layers grant beyond `allowed`. Grants of the user and the administrator stay.
// What was taken out or narrowed is returned as it was.
[[nodiscard]] std::vector<Grant> withhold(Profile& profile, const Accepted& allowed);

}  // namespace hutch::profile
