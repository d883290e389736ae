#include "core/seccomp/policy.h"

#include <algorithm>
#include <initializer_list>

#include "base/text.h"
#include "core/seccomp/groups.h"

namespace hutch::seccomp {
namespace {

using profile::Kind;

// AF_* and NETLINK_*: include/linux/socket.h and include/uapi/linux/netlink.h. They are the same everywhere.
constexpr std::int32_t kUnix = 1;
constexpr std::int32_t kInternet = 2;
constexpr std::int32_t kInternet6 = 10;
constexpr std::int32_t kNetlink = 16;
constexpr std::int32_t kBluetooth = 31;
constexpr std::int32_t kNetlinkRoute = 0;          // addresses and links: getaddrinfo, if_nameindex
constexpr std::int32_t kNetlinkKernelEvents = 15;  // NETLINK_KOBJECT_UEVENT: libudev

// Sorted. capset(2) is not among them: what it takes away should be gone.
constexpr const char* kGivesAway[] = {"chown",      "chown32",   "fchown",      "fchown32",  "fchownat",    "lchown",
                                      "lchown32",   "mknod",     "mknodat",     "setfsgid",  "setfsgid32",  "setfsuid",
                                      "setfsuid32", "setgid",    "setgid32",    "setgroups", "setgroups32", "setregid",
                                      "setregid32", "setresgid", "setresgid32", "setresuid", "setresuid32", "setreuid",
                                      "setreuid32", "setuid",    "setuid32"};

struct Choice {
  bool foreign = false;
  bool debug = false;
  bool profiling = false;
  bool root = false;
  bool mounts = false;
};

bool is_granted(Stance stance, const Choice& choice) {
  switch (stance) {
    case Stance::kAllowed:
      return true;
    case Stance::kForeign:
      return choice.foreign;
    case Stance::kDebug:
      return choice.debug;
    case Stance::kProfiling:
      return choice.profiling;
    case Stance::kRoot:
      return choice.root;
    case Stance::kMounts:
      return choice.mounts;
    case Stance::kFallback:
    case Stance::kDenied:
      return false;
  }
  return false;
}

void append(std::vector<std::string>& names, const Group& group) {
  names.insert(names.end(), group.calls.begin(), group.calls.end());
}

plan::SeccompPolicy policy_for(const Choice& choice) {
  plan::SeccompPolicy policy;
  for (const Group& group : groups()) {
    const bool are_new_mounts = std::string_view(group.name) == "new-mounting";
    if (is_granted(group.stance, choice) || (are_new_mounts && choice.mounts)) {
      append(policy.allowed, group);
    } else if (group.stance == Stance::kFallback) {
      append(policy.answer_enosys, group);
    }
  }
  std::ranges::sort(policy.allowed);
  std::ranges::sort(policy.answer_enosys);
  policy.allows_new_userns = choice.root;
  policy.allows_ptrace = choice.debug;
  policy.foreign_abi = choice.foreign;
  return policy;
}

std::string numbers(const std::vector<std::int32_t>& values) {
  std::string result;
  for (const std::int32_t value : values) result += text::format(" %d", value);
  return result;
}

// Its modes are out of a filter's sight, which matters only where they are restricted.
void allow_resolving(plan::SeccompPolicy& policy) {
  constexpr const char* kResolving = "openat2";
  std::erase(policy.answer_enosys, kResolving);
  policy.allowed.emplace_back(kResolving);
  policy.allows_set_id_files = true;
  std::ranges::sort(policy.allowed);
}

}  // namespace

plan::SeccompPolicy policy_for(const profile::Profile& profile) {
  const auto has = [&profile](const char* feature) { return profile.has(Kind::kFeature, feature); };
  const Choice choice{
      .foreign = has("multiarch"),
      .debug = has("devel") || has("ptrace"),
      .profiling = has("devel"),
      .root = has("nested-userns") || has("nested-sandbox"),
      .mounts = has("nested-sandbox"),
  };
  plan::SeccompPolicy policy = policy_for(choice);
  policy.socket_families = {kUnix, kInternet, kInternet6, kNetlink};
  if (has("bluetooth")) policy.socket_families.push_back(kBluetooth);
  policy.netlink_protocols = {kNetlinkRoute, kNetlinkKernelEvents};
  return policy;
}

plan::SeccompPolicy policy_for_system(const profile::Profile& profile, Ids ids) {
  constexpr std::string_view kRootDirectory = "root-directory";
  plan::SeccompPolicy policy = policy_for(profile);
  for (const char* const call : std::ranges::find(groups(), kRootDirectory, &Group::name)->calls) {
    if (std::ranges::find(policy.allowed, call) == policy.allowed.end()) policy.allowed.emplace_back(call);
  }
  allow_resolving(policy);
  if (ids == Ids::kOne) policy.answer_success.assign(std::begin(kGivesAway), std::end(kGivesAway));
  return policy;
}

plan::SeccompPolicy policy_for_helper() {
  plan::SeccompPolicy policy;
  for (const char* const name : {"read-write", "files", "memory", "processes", "identity", "signals", "events", "time",
                                 "sockets", "scheduling", "system-information"}) {
    append(policy.allowed, *std::ranges::find(groups(), std::string_view(name), &Group::name));
  }
  for (const Group& group : groups()) {
    if (group.stance == Stance::kFallback) append(policy.answer_enosys, group);
  }
  std::ranges::sort(policy.allowed);
  std::ranges::sort(policy.answer_enosys);
  policy.socket_families = {kUnix};
  return policy;
}

plan::SeccompPolicy policy_for_store_worker() {
  plan::SeccompPolicy policy = policy_for_helper();
  allow_resolving(policy);
  return policy;
}

std::string canonical(const plan::SeccompPolicy& policy) {
  return text::format("new-userns %d\nptrace %d\nset-id-files %d\nforeign-abi %d\n", policy.allows_new_userns,
                      policy.allows_ptrace, policy.allows_set_id_files, policy.foreign_abi) +
         "families" + numbers(policy.socket_families) + "\nnetlink" + numbers(policy.netlink_protocols) + "\nallowed " +
         text::join(policy.allowed, " ") + "\nenosys " + text::join(policy.answer_enosys, " ") + "\nsuccess " +
         text::join(policy.answer_success, " ") + "\n";
}

}  // namespace hutch::seccomp
