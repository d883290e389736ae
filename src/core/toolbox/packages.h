// What package managers know to be installed, out of their databases. These come from inside toolboxes: what is damaged
// in them is left out, and so is what is longer or more than the limits.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hutch::toolbox {

inline constexpr std::size_t kPackageDatabaseLimit = 64u << 20;  // bytes of a database
inline constexpr std::size_t kPackageLimit = 100000;
inline constexpr std::size_t kPackageWordLimit = 256;  // bytes of a name, of a version

using Packages = std::map<std::string, std::string, std::less<>>;  // versions by name

// /var/lib/dpkg/status (deb-control(5)): what is there at least unpacked. Of what may be installed for several
// architectures the name has the architecture, as dpkg-query(1) shows it.
[[nodiscard]] Packages parse_dpkg_status(std::string_view text);
// /lib/apk/db/installed.
[[nodiscard]] Packages parse_apk_installed(std::string_view text);
// "NAME-VERSION-RELEASE", a directory of /var/lib/pacman/local.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> parse_pacman_directory(std::string_view name);

}  // namespace hutch::toolbox
