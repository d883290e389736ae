// Profiles as values: what files and command lines say, and what they add up to.
//
// Every permission is a Grant: a kind, a name, an access word, where it was said and by whom. That one shape carries
// sockets, files, bus names and limits alike, so merging, revoking and explaining are written once.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/path.h"

namespace hutch::profile {

// Where a value was said. line and column are 1-based, 0 when the source has none (command line, built in).
struct Origin {
  std::string file;  // path as opened, or "command line", or "built in"
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool operator==(const Origin&) const = default;
};
[[nodiscard]] std::string describe(const Origin& origin);  // "file:line:column"

// Who said it. Higher ranks win; a lower rank's `locked` grant wins over everything above it.
enum class Rank : std::uint8_t { kBase, kShipped, kAdministrator, kUser, kOverride, kCommandLine };

enum class Kind : std::uint8_t {
  kSocket,   // name: wayland x11 fallback-x11 pulseaudio pipewire cups pcsc gpg-agent ssh-auth session-bus system-bus
  kShare,    // name: ipc  (network is kNetwork)
  kNetwork,  // name: "network"; access: none private internet lan host
  kPublish,  // name: "HOST:INSIDE" port forward
  kDevice,   // name: dri input camera u2f usb shm kvm all, or usb:VENDOR:PRODUCT
  kFile,     // name: the path as written; access: ro rw create overlay hidden, plus ":noexec"
  kSessionBus,  // name: bus name; access: see talk own, or call rule "call:METHOD[@PATH]"
  kSystemBus,   // likewise
  kPortal,   // name: file-chooser open-uri notification camera screencast print settings secret inhibit background all
  kFeature,  // name: devel multiarch ptrace microphone nested-userns nested-sandbox notifications tray mpris ...
  kEnvironment,  // name: variable; access: "=value", or "inherit", or "unset"
  kPersist,      // name: path relative to the home
  kLimit,        // name: memory cpu tasks nofile time ..., as in vocabulary.cc; access: the value as written
};

struct Grant {
  Kind kind = Kind::kSocket;
  std::string name;
  std::string access;
  Origin origin;
  Rank rank = Rank::kShipped;
  std::string reason;
  bool locked = false;
  bool operator==(const Grant&) const = default;
};

// Takes back grants of lower rank: `name` itself and everything below it; "*" takes back the whole kind. A locked one
// takes back grants of higher rank too.
struct Revoke {
  Kind kind = Kind::kSocket;
  std::string name;
  Origin origin;
  Rank rank = Rank::kShipped;
  std::string reason;
  bool locked = false;
  bool operator==(const Revoke&) const = default;
};

// Which programs a profile is for.
struct Match {
  std::vector<std::string> desktop;  // desktop-file ids without ".desktop"
  std::vector<HostPath> command;     // absolute programs
  bool operator==(const Match&) const = default;
};

// One parsed file or the command line. A layer knows nothing of other layers.
struct Layer {
  Origin origin;  // the file
  Rank rank = Rank::kShipped;
  std::string schema = "1.0";
  ProfileName id;     // empty for overrides and the command line
  BoxName box;        // of an override for one box; empty: for all
  std::string title;  // `name`, what people call it; may be empty
  std::string description;
  std::optional<AppId> app;
  std::vector<ProfileName> extends;
  Match match;
  std::vector<std::string> data;     // below a home: where the app keeps what it knows outside of any sandbox
  std::optional<std::string> open;   // access of files handed over: ro, rw
  std::optional<bool> not_run_here;  // shipped, linted and composed but never started by the project's tests
  std::vector<Grant> grants;
  std::vector<Revoke> revokes;
  std::vector<std::string> warnings;  // unknown grants of a newer schema minor, dropped
  bool operator==(const Layer&) const = default;
};

// A grant that lost, and to what.
struct Superseded {
  Grant grant;
  Origin by;
  bool was_revoked = false;
  bool operator==(const Superseded&) const = default;
};

// All layers added up. `grants` is sorted by kind, then name, and holds no two with the same kind and name (bus call
// rules: kind, name and access).
struct Profile {
  ProfileName id;
  std::string title;
  std::string description;
  AppId app;          // always set: the profile's, the desktop id, or hutch.app.ID; of another box that and ".BOX"
  AppId default_app;  // the same without the box
  BoxName box;
  Match match;
  std::vector<std::string> data;  // sorted
  std::string open = "ro";
  bool not_run_here = false;
  std::vector<ProfileName> lineage;  // the extends chain, bases first, itself last
  std::vector<Grant> grants;
  std::vector<Superseded> superseded;
  std::vector<Revoke> revokes;  // of all layers, sorted: for lint, and for settle_files() once paths are known
  std::vector<std::string> warnings;
  bool operator==(const Profile&) const = default;

  [[nodiscard]] const Grant* find(Kind kind, std::string_view name) const;
  [[nodiscard]] bool has(Kind kind, std::string_view name) const { return find(kind, name) != nullptr; }
  [[nodiscard]] std::vector<const Grant*> all(Kind kind) const;
};

enum class Severity : std::uint8_t { kNote, kWarning, kError };

// What lint and doctor say; same shape for both.
struct Finding {
  Severity severity = Severity::kNote;
  Origin origin;
  std::string text;
  std::string remedy;
  bool operator==(const Finding&) const = default;
};

}  // namespace hutch::profile
