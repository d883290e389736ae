// passwd(5) and shadow(5) as text: looked up and edited.
#pragma once

#include "core/guest/table.h"

namespace hutch::guest {

struct User {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string full_name;
  std::string home;
  std::string shell;
  bool operator==(const User&) const = default;
};

[[nodiscard]] std::optional<User> find_user(std::string_view passwd, std::string_view name);
[[nodiscard]] std::optional<User> find_user(std::string_view passwd, std::uint32_t uid);

// With exactly one entry of this name and of this uid, where the first of the replaced ones stood, and with root and
// nobody, which every image needs. A password that the name had stays; a new one is locked, in shadow(5) where the
// image has it. Entries of uid 0 are never touched.
[[nodiscard]] std::string with_user(std::string_view passwd, const User& user, bool has_shadow);
// With a locked password for this name, unless it has an entry.
[[nodiscard]] std::string with_locked_password(std::string_view shadow, std::string_view name);

}  // namespace hutch::guest
