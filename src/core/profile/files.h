// File grants by name: how a path is spelled, what lies below what, and what two spellings of one path come to.
//
// A name is one of
//   /absolute/path
//   home, ~/path             the user's home
//   host                     everything but the system's own directories; host-os: /usr, host-etc: /etc
//   xdg-DIRECTORY[/path]     xdg-desktop -documents -download -music -pictures -public-share -templates -videos
//                            (xdg-user-dirs), -config -data -cache -state (XDG base directories)
//   xdg-run/path             below $XDG_RUNTIME_DIR
// and never holds "..", an empty component or a control character.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/profile/model.h"

namespace hutch::profile {

// The name in its one canonical spelling ("~" is "home", no trailing slash).
[[nodiscard]] Result<std::string> read_path(std::string_view text);

// Where a canonical name points: an anchor and the path below it, without a leading slash.
struct FilePlace {
  std::string_view
      anchor;  // "" for absolute paths, "home", "host", "host-os", "host-etc", "xdg-download", "xdg-run" ...
  std::string_view rest;
};
[[nodiscard]] FilePlace place_of(std::string_view name);

// True when `inner` is `outer` or lies below it, as far as the spelling tells: "host" holds every path but host-os,
// host-etc and xdg-run; "home" holds "~/..." and the xdg directories.
[[nodiscard]] bool is_at_or_below(std::string_view inner, std::string_view outer);

// Access words: "ro", "rw", "create", "overlay", "hidden", each but the last also with ":noexec".
[[nodiscard]] Result<std::string> read_access(std::string_view text);
[[nodiscard]] std::string_view access_word(const Grant& grant);  // without ":noexec"
[[nodiscard]] bool is_noexec(const Grant& grant);

// The path of a name on this host; absent when the host has none.
using Locate = std::function<std::optional<HostPath>(const FilePlace&)>;

// Applies locks and revokes again, now by the paths that names come to: "--nofilesystem=~/Documents" takes back
// "xdg-documents" here. Grants that lose move to `superseded`; a revoke below a grant that stays becomes `hidden`.
void settle_files(Profile& profile, const Locate& locate);

}  // namespace hutch::profile
