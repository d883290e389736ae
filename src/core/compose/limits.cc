#include "core/compose/limits.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/rlimits.h"

namespace hutch::compose {
namespace {

using profile::Grant;
using profile::Kind;

constexpr std::uint64_t kProcesses = 8192;         // threads count too; a browser with many tabs has some thousands
constexpr std::uint64_t kOpenFiles = 1024;         // select(2) breaks above; programs that know better raise it
constexpr std::uint64_t kOpenFilesMost = 524288;   // systemd's default for a user's processes
constexpr std::uint64_t kLockedMemory = 8u << 20;  // the kernel's default, MLOCK_LIMIT
constexpr std::uint64_t kMessageQueues = 819200;   // the kernel's default, MQ_BYTES_MAX
constexpr std::uint64_t kPendingSignals = 8192;
constexpr std::uint32_t kInotifyInstances = 512;
constexpr std::uint32_t kInotifyWatches = 262144;
constexpr std::uint32_t kNestedNamespaces = 512;  // of each kind, for programs that sandbox their own parts
constexpr std::size_t kUnitNameLimit = 255;       // UNIT_NAME_MAX, systemd
constexpr std::int32_t kOomScore = 200;           // apps go before the desktop does
constexpr std::uint64_t kOomScoreMost = 1000;     // proc(5)

Error refusal(const Grant& grant, const char* what) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format("%s: %s", text::printable(grant.access).c_str(), what),
               .context = {},
               .hint = {}}
      .in(cite(grant));
}

constexpr std::string_view kInfinity = "infinity";

Result<std::uint64_t> size_of(const Grant& grant) {
  if (grant.access == kInfinity) return plan::kUnlimited;
  const auto size = text::parse_size(grant.access);
  if (!size || *size == 0) return unexpected(refusal(grant, _("is no size; write bytes or 512M, 2G")));
  return *size;
}

// Of something there may be none of.
Result<std::uint64_t> size_or_none_of(const Grant& grant) {
  return grant.access == "0" ? Result<std::uint64_t>(0) : size_of(grant);
}

Result<std::uint64_t> count_of(const Grant& grant, std::uint64_t most) {
  if (grant.access == kInfinity) return plan::kUnlimited;
  const auto count = text::parse_number(grant.access, most);
  if (!count || *count == 0) return unexpected(refusal(grant, _("is no possible number")));
  return *count;
}

Result<std::uint32_t> weight_of(const Grant& grant) {
  constexpr std::uint64_t kMost = 10000;  // systemd.resource-control(5)
  const auto weight = text::parse_number(grant.access, kMost);
  if (!weight || *weight == 0) return unexpected(refusal(grant, _("is no possible number")));
  return static_cast<std::uint32_t>(*weight);
}

Result<std::uint64_t> percent_of(const Grant& grant) {
  if (grant.access == kInfinity) return plan::kUnlimited;
  std::string_view digits = grant.access;
  if (digits.ends_with('%')) digits.remove_suffix(1);
  constexpr unsigned long long kMost = 1000000;  // ten thousand cores
  const auto percent = text::parse_number(digits, kMost);
  if (!percent || *percent == 0) return unexpected(refusal(grant, _("is no percentage; 100% is one core")));
  return *percent;
}

Result<std::uint64_t> seconds_of(const Grant& grant) {
  const auto seconds = text::parse_duration(grant.access);
  if (!seconds || *seconds == 0) return unexpected(refusal(grant, _("is no time; write seconds or 30m, 8h")));
  return *seconds;
}

// [PATH:]RATE
Result<plan::Bandwidth> bandwidth_of(const Grant& grant, const HostPath& home) {
  const std::size_t colon = grant.access.rfind(':');
  const bool has_path = colon != std::string::npos;
  const auto rate = text::parse_size(std::string_view(grant.access).substr(has_path ? colon + 1 : 0));
  if (!rate || *rate == 0) return unexpected(refusal(grant, _("is no size; write bytes or 512M, 2G")));
  if (!has_path) return plan::Bandwidth{.path = home, .rate = *rate};
  return plan::Bandwidth{.path = TRY(HostPath::parse(std::string_view(grant.access).substr(0, colon))), .rate = *rate};
}

constexpr std::uint64_t kCountMost = 1u << 22;

Status add_scope_limit(const Grant& grant, const HostPath& home, plan::Limits& limits) {
  if (grant.name == "memory") limits.memory = TRY(size_of(grant));
  if (grant.name == "memory-high") limits.memory_high = TRY(size_of(grant));
  if (grant.name == "swap") limits.swap = TRY(size_or_none_of(grant));
  if (grant.name == "cpu") limits.cpu_percent = TRY(percent_of(grant));
  if (grant.name == "cpu-weight") limits.cpu_weight = TRY(weight_of(grant));
  if (grant.name == "tasks") limits.tasks = TRY(count_of(grant, kCountMost));
  if (grant.name == "io-weight") limits.io_weight = TRY(weight_of(grant));
  if (grant.name == "io-read") limits.io_read = TRY(bandwidth_of(grant, home));
  if (grant.name == "io-write") limits.io_write = TRY(bandwidth_of(grant, home));
  if (grant.name == "oomd") limits.oomd = grant.access;
  return {};
}

// With user.max_user_namespaces at 0 no program inside can make a namespace of any kind: it has no capability to. The
// others keep what the sandbox itself is made of.
std::vector<plan::NamespaceLimit> namespace_limits(bool may_nest) {
  std::vector<plan::NamespaceLimit> limits;
  limits.push_back({.name = "max_user_namespaces", .value = may_nest ? kNestedNamespaces : 0});
  if (may_nest) {
    for (const char* const name : {"max_cgroup_namespaces", "max_ipc_namespaces", "max_mnt_namespaces",
                                   "max_net_namespaces", "max_pid_namespaces", "max_uts_namespaces"}) {
      limits.push_back({.name = name, .value = kNestedNamespaces});
    }
  }
  limits.push_back({.name = "max_inotify_instances", .value = kInotifyInstances});
  limits.push_back({.name = "max_inotify_watches", .value = kInotifyWatches});
  return limits;
}

// Of each process. The scope bounds the number of processes where there is one; without it this does.
Result<std::vector<plan::ResourceLimit>> resources(const Scene& scene, const plan::Limits& scope) {
  std::vector<plan::ResourceLimit> limits;
  const auto add = [&](std::uint32_t resource, std::uint64_t soft, std::uint64_t hard) {
    // Only who has CAP_SYS_RESOURCE may raise a hard limit: setrlimit(2).
    const auto ours = scene.facts.hard_limits.find(resource);
    if (ours != scene.facts.hard_limits.end()) hard = std::min(hard, ours->second);
    soft = std::min(soft, hard);
    limits.push_back({.resource = resource, .soft = soft, .hard = hard});
  };
  // A limit of 0 is ignored when the core pattern is a pipe, 1 is not: core(5).
  std::uint64_t core = 1;
  if (const Grant* const grant = scene.profile.find(Kind::kLimit, "core")) {
    core = std::max<std::uint64_t>(TRY(size_or_none_of(*grant)), 1);
  }
  add(plan::kLimitCore, core, core);
  if (scene.facts.kernel.has_nproc_per_namespace) {
    // Not below the usual number: the scope's limit may be raised while the sandbox runs, this one could not.
    const std::uint64_t processes = std::max(scope.tasks.value_or(0), kProcesses);
    add(plan::kLimitProcesses, processes, processes);
  }
  std::uint64_t open_files = kOpenFilesMost;
  if (const Grant* const grant = scene.profile.find(Kind::kLimit, "nofile")) {
    open_files = TRY(count_of(*grant, kOpenFilesMost));
  }
  add(plan::kLimitOpenFiles, kOpenFiles, open_files);
  add(plan::kLimitLockedMemory, kLockedMemory, kLockedMemory);
  add(plan::kLimitPendingSignals, kPendingSignals, kPendingSignals);
  add(plan::kLimitMessageQueues, kMessageQueues, kMessageQueues);
  add(plan::kLimitNice, 0, 0);
  add(plan::kLimitRealtimePriority, 0, 0);
  return limits;
}

}  // namespace

Result<plan::Limits> scope_limits(const std::vector<const Grant*>& limits, const HostPath& home) {
  plan::Limits result;
  for (const Grant* const grant : limits) TRY(add_scope_limit(*grant, home, result));
  return result;
}

Result<Bounds> bounds(const Scene& scene) {
  const auto limit = [&](const char* name) { return scene.profile.find(Kind::kLimit, name); };
  Bounds bounds;
  bounds.scope = TRY(scope_limits(scene.profile.all(Kind::kLimit), scene.facts.user.home));
  if (const Grant* const grant = limit("time")) bounds.watch.time_limit = TRY(seconds_of(*grant));
  if (const Grant* const grant = limit("idle")) bounds.watch.idle_limit = TRY(seconds_of(*grant));
  if (const Grant* const grant = limit("domain")) bounds.domain = grant->access;
  bounds.oom_score = kOomScore;
  if (const Grant* const grant = limit("oom-score")) {
    const auto score = text::parse_number(grant->access, kOomScoreMost);
    if (!score) return unexpected(refusal(*grant, _("is no possible number")));
    bounds.oom_score = static_cast<std::int32_t>(*score);
  }
  bounds.resources = TRY(resources(scene, bounds.scope));
  const bool may_nest =
      scene.profile.has(Kind::kFeature, "nested-userns") || scene.profile.has(Kind::kFeature, "nested-sandbox");
  bounds.namespaces = namespace_limits(may_nest);
  return bounds;
}

plan::Scope own_service(const Scene& scene, const Bounds& bounds) {
  return plan::Scope{.name = scene.launch.unit,
                     .slice = slice_of(bounds.domain),
                     .description = scene.profile.title.empty() ? scene.profile.id.str() : scene.profile.title,
                     .documentation = {},
                     .limits = bounds.scope};
}

std::string slice_of(const std::string& domain) {
  return domain.empty() ? "app.slice" : "app-hutch-" + domain + ".slice";
}

std::string escape_unit(std::string_view text) {
  std::string escaped;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                          c == ':' || (c == '.' && index != 0);
    escaped += is_plain ? std::string(1, c) : text::format("\\x%02x", static_cast<unsigned char>(c));
  }
  return escaped;
}

Result<plan::Scope> scope(const Scene& scene, const Bounds& bounds) {
  const profile::Profile& profile = scene.profile;
  const std::string name = "app-hutch-" + escape_unit(profile.app.str()) + "-" + scene.launch.instance.str() + ".scope";
  if (name.size() > kUnitNameLimit) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("the app id '%s' is too long for the name of a scope"), profile.app.c_str()),
                   _("give the profile a shorter app-id"));
  }
  return plan::Scope{.name = name,
                     .slice = slice_of(bounds.domain),
                     .description = profile.title.empty() ? profile.id.str() : profile.title,
                     .documentation = "man:hutch(1)",
                     .limits = bounds.scope};
}

}  // namespace hutch::compose
