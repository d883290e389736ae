// The Plan: one value that says everything that will happen. Computed by core/compose, shown by `hutch plan`, performed
// by hutch-launch (its `sandbox` part) and hutch-coordinator (the rest). Plain data; equal plans do equal things.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/path.h"
#include "core/plan/step.h"

namespace hutch::plan {

// User, mount and pid namespaces are always new. See namespaces(7).
struct Namespaces {
  bool network = true;
  bool ipc = true;
  bool uts = true;
  bool cgroup = true;
  bool time = false;
  std::string hostname = "hutch";    // for uts
  std::int64_t boottime_offset = 0;  // seconds, for time; monotonic gets the same
  // The invoking user alone, mapped to itself or to root. Non-empty ranges need newuidmap and newgidmap (subuid(5)).
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool maps_to_root = false;
  std::vector<IdRange> uid_ranges;
  std::vector<IdRange> gid_ranges;
  bool operator==(const Namespaces&) const = default;
};

// What network traffic the sandbox's own stack refuses, whatever its routes say (xfrm output policies, xfrm(8)).
// The longest prefix wins; addresses no rule names pass.
struct NetworkRule {
  bool ipv6 = false;
  std::string address;  // numeric, e.g. "10.0.0.0"
  std::uint8_t prefix = 0;
  bool allow = false;
  bool operator==(const NetworkRule&) const = default;
};

// Landlock: a second wall with the same shape as the mounts. See landlock(7); the launcher maps it to the kernel's ABI.
enum class LandlockAccess : std::uint8_t {
  kRead,
  kReadExecute,
  kReadWrite,
  kReadWriteExecute,
  kDevices,
  kReadWriteNodes,  // and makes device nodes: overlayfs's whiteouts are such
};
struct LandlockRule {
  BoxPath path;
  LandlockAccess access = LandlockAccess::kRead;
  bool operator==(const LandlockRule&) const = default;
};
struct Landlock {
  bool files = true;           // false: no rules on files (nested-sandbox), scopes only
  bool scope_signals = true;   // ABI 6
  bool scope_abstract = true;  // abstract unix sockets, ABI 6
  std::vector<LandlockRule> rules;
  bool operator==(const Landlock&) const = default;
};

struct ResourceLimit {
  std::uint32_t resource = 0;  // RLIMIT_*, asm-generic/resource.h numbers as the core names them in rlimits.h
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
  bool operator==(const ResourceLimit&) const = default;
};

// A per-user-namespace bound, /proc/sys/user/NAME (namespaces(7)).
struct NamespaceLimit {
  std::string name;  // "max_user_namespaces"
  std::uint32_t value = 0;
  bool operator==(const NamespaceLimit&) const = default;
};

struct Command {
  std::string program;                 // absolute inside the sandbox
  std::vector<std::string> arguments;  // argv, [0] included
  BoxPath directory;                   // working directory; "/" when it is not visible
  bool operator==(const Command&) const = default;
};

// What the supervisor does beside supervising.
struct Watch {
  std::uint64_t time_limit = 0;  // seconds after which the app is ended; 0: never
  std::uint64_t idle_limit = 0;  // seconds without a tick of processor time after which it is ended; 0: never
  HostPath history;              // the file that gets a line when the run is over; the root: none does
  std::string epitaph;           // how that line begins, core/instance/history.h
  bool operator==(const Watch&) const = default;
};

// A root file system made of an image's layers and one writable directory: overlayfs, mounted with `userxattr`
// (kernel: filesystems/overlayfs.rst). Paths are without symlinks.
struct Overlay {
  std::vector<HostPath> lowers;  // the topmost first, at least one
  HostPath upper;
  HostPath work;  // on upper's file system, nothing else's
  bool operator==(const Overlay&) const = default;
};

// The part hutch-launch performs and all that it is told.
struct Sandbox {
  Namespaces namespaces;
  std::uint64_t root_size = 0;  // bytes of the root tmpfs
  // A system instead of an app: this is its root. Commands start as root of the user namespace, `capabilities` bounds
  // what any of its processes can have, programs with set-user-id bits work. When the plan's own command, which makes
  // the system ready, succeeds, the sandbox lasts until nothing runs inside and no client is connected.
  std::optional<Overlay> system;
  std::vector<Step> steps;
  std::vector<NetworkRule> network_rules;
  Landlock landlock;
  std::vector<ResourceLimit> resource_limits;
  std::vector<NamespaceLimit> namespace_limits;
  std::int32_t oom_score_adjust = 0;
  bool allows_nested_userns = false;
  std::uint64_t capabilities = 0;  // kept by the command, within its user namespace: a mask of CAP_* (capabilities(7));
                                   // only helpers and systems have any
  bool has_terminal = false;       // own pty, relayed by the supervisor
  std::vector<std::string> environment;  // "NAME=value", complete: nothing is inherited
  Command command;
  std::vector<std::int32_t> descriptors;  // besides 0-2, passed to the command at the same number
  std::vector<HostPath> remove_at_end;    // runtime directories the supervisor deletes
  Watch watch;
  bool operator==(const Sandbox&) const = default;
};

// The seccomp policy by name; host/seccomp_compile turns it into BPF. Unknown numbers answer ENOSYS, known and not
// allowed ones EPERM; other architectures kill the process unless `foreign_abi`.
struct SeccompPolicy {
  std::vector<std::string> allowed;        // sorted
  std::vector<std::string> answer_enosys;  // known calls that programs fall back from: clone3, the mount calls
  // Of the allowed, those that do nothing and answer that it is done; mknod and mknodat only for devices. For systems
  // with one id, in which nothing can be given to anybody else.
  std::vector<std::string> answer_success;
  bool allows_new_userns = false;  // clone/unshare with CLONE_NEWUSER
  bool allows_ptrace = false;
  bool allows_set_id_files = false;             // giving a file the set-user-id or set-group-id bit
  bool foreign_abi = false;                     // also i386 on x86-64, arm on arm64
  std::vector<std::int32_t> socket_families;    // AF_* numbers, sorted
  std::vector<std::int32_t> netlink_protocols;  // NETLINK_* numbers, when AF_NETLINK is among them
  bool operator==(const SeccompPolicy&) const = default;
};

enum class Bus : std::uint8_t { kSession, kSystem, kAccessibility };

// One bus behind xdg-dbus-proxy. `rules` are the proxy's own options, e.g. "--talk=org.example.Name".
struct ProxiedBus {
  Bus bus = Bus::kSession;
  std::string address;  // D-Bus address on the host
  HostPath socket;      // where the proxy listens, in the instance directory
  std::vector<std::string> rules;
  bool operator==(const ProxiedBus&) const = default;
};

// One xdg-dbus-proxy process for all buses. `sandbox` is its own small root, carrying /.flatpak-info: the portal judges
// an app by the root of the process that holds the bus connection.
//
// `names` stands between the app and the session bus's proxy when the app is in a box beside its default one: what the
// app calls its names is called something else on the bus (hutch-names).
struct BusProxy {
  std::vector<ProxiedBus> buses;
  Sandbox sandbox;
  std::optional<Sandbox> names;
  bool operator==(const BusProxy&) const = default;
};

// pasta(1) on the sandbox's network namespace.
struct Pasta {
  std::string program;
  std::vector<std::string> arguments;  // without the namespace, which is known only at run time
  bool operator==(const Pasta&) const = default;
};

// A Wayland socket of the sandbox's own, tagged through wp_security_context_v1; without the protocol, the launcher's
// bind falls back to the compositor's socket and the run says so.
struct WaylandContext {
  HostPath compositor;  // the host's socket
  HostPath socket;      // ours, in the instance directory
  bool operator==(const WaylandContext&) const = default;
};

struct DocumentGrant {
  HostPath file;
  bool is_writable = false;
  std::uint32_t argument = 0;  // index in command.arguments that becomes the document's path
  bool operator==(const DocumentGrant&) const = default;
};

// The document portal, its by-app view and files handed over.
struct Documents {
  std::vector<DocumentGrant> grants;
  bool operator==(const Documents&) const = default;
};

using Helper = std::variant<BusProxy, Pasta, WaylandContext, Documents>;

inline constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};  // as systemd writes "infinity"

// Of the disk that holds a path.
struct Bandwidth {
  HostPath path;
  std::uint64_t rate = 0;  // bytes a second
  bool operator==(const Bandwidth&) const = default;
};

// Limits of the user scope, systemd.resource-control(5). Absent means whatever the slice above has.
struct Limits {
  std::optional<std::uint64_t> memory;       // MemoryMax, bytes
  std::optional<std::uint64_t> memory_high;  // MemoryHigh, bytes
  std::optional<std::uint64_t> swap;         // MemorySwapMax, bytes
  std::optional<std::uint64_t> cpu_percent;  // CPUQuota, 100 is one core
  std::optional<std::uint32_t> cpu_weight;   // CPUWeight, 1..10000
  std::optional<std::uint64_t> tasks;        // TasksMax
  std::optional<std::uint32_t> io_weight;    // IOWeight, 1..10000
  std::optional<Bandwidth> io_read;          // IOReadBandwidthMax
  std::optional<Bandwidth> io_write;         // IOWriteBandwidthMax
  std::string oomd;                          // ManagedOOMPreference: avoid, omit; empty: none
  bool operator==(const Limits&) const = default;
  [[nodiscard]] bool empty() const { return *this == Limits{}; }
};

// The transient user scope, app-hutch-APPID-INSTANCE.scope; or the service that the run is in already, NAME.service.
struct Scope {
  std::string name;
  std::string slice = "app.slice";
  std::string description;
  std::string documentation;
  Limits limits;
  bool operator==(const Scope&) const = default;
};

// How the portals know the sandbox: written to $XDG_RUNTIME_DIR/.flatpak/INSTANCE/ and to /.flatpak-info.
struct PortalIdentity {
  AppId app;
  std::string info;    // the key file's text
  HostPath directory;  // $XDG_RUNTIME_DIR/.flatpak/INSTANCE
  bool operator==(const PortalIdentity&) const = default;
};

struct Plan {
  ProfileName profile;
  BoxName box;  // empty: the default box
  AppId app;
  InstanceId instance;
  HostPath instance_directory;  // $XDG_RUNTIME_DIR/hutch/INSTANCE
  std::string network_mode;     // none private internet lan host, as the grant says
  Sandbox sandbox;
  SeccompPolicy seccomp;
  std::vector<Helper> helpers;
  std::optional<Scope> scope;  // absent: no user manager reachable
  std::optional<PortalIdentity> identity;
  std::vector<HostPath> directories;    // made before the start, 0700: the box's home and its persistent parts
  std::vector<std::string> weakenings;  // grants that lower a wall, by their command line spelling
  std::vector<std::string> warnings;    // walls this host does not have, one sentence each
  bool operator==(const Plan&) const = default;
};

// True when something must happen outside the launcher before the app may run.
[[nodiscard]] bool needs_coordinator(const Plan& plan);

}  // namespace hutch::plan
