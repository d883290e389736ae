// A toolbox as it is declared: TOOLBOX/toolbox.toml. What is below its root is in stack.h, what it may do in
// TOOLBOX/permissions.toml, an override file of the profile it names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace hutch::toolbox {

inline constexpr std::size_t kFileLimit = 1u << 20;           // bytes of toolbox.toml
inline constexpr std::size_t kVariableLimit = 1024;           // variables of its environment
inline constexpr const char* kGuestDirectory = "/run/hutch";  // inside: what hutch brings

struct Toolbox {
  InstanceId id;                         // for ever, whatever it is called; its instance goes by it too
  std::string image;                     // as it was named
  std::string manifest;                  // digest of the image it was made from; empty: from no image of the store
  ProfileName profile;                   // whose permissions it starts from
  std::string hostname;                  // empty: its name
  std::string shell;                     // absolute inside; empty: the user's, or one that is there
  std::vector<std::string> environment;  // NAME=value
  std::int64_t created = 0;              // seconds since 1970
  bool has_init = false;                 // the image's init runs as long as it does
  bool has_own_id_only = false;          // all its files are the user's, who is root inside; for ever, too
  bool operator==(const Toolbox&) const = default;
};

[[nodiscard]] std::string format(const Toolbox& toolbox);
// Errors name `file` with line and column.
[[nodiscard]] Result<Toolbox> parse_toolbox(std::string_view text, const std::string& file);

// A name as a host name: letters, digits and dashes, at most 63 of them.
[[nodiscard]] std::string host_name_of(std::string_view name);

}  // namespace hutch::toolbox
