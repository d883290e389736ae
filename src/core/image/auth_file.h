// Who the user is to registries: auth.json of podman and skopeo, config.json of docker (containers-auth.json(5)).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::image {

inline constexpr std::size_t kAuthFileLimit = 1u << 20;  // bytes

struct Credentials {
  std::string user;
  std::string password;
  std::string identity_token;  // instead of a password
  bool operator==(const Credentials&) const = default;
};

struct AuthFile {
  std::map<std::string, Credentials> entries;  // "quay.io", "quay.io/someone/tool"
  std::map<std::string, std::string> helpers;  // host -> name of docker-credential-NAME
  std::string store;                           // the helper for everything else; "" for none
};

[[nodiscard]] Result<AuthFile> parse_auth_file(std::string_view bytes);
// The entry that is closest to "host/a/b": itself, its parents, the host.
[[nodiscard]] std::optional<Credentials> find_credentials(const AuthFile& file, std::string_view repository);
// The helper to ask about a host; "" for none. A name that is no plain word is none.
[[nodiscard]] std::string helper_for(const AuthFile& file, std::string_view host);
// What `docker-credential-NAME get` printed.
[[nodiscard]] Result<Credentials> parse_helper_answer(std::string_view bytes);

}  // namespace hutch::image
