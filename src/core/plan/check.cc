#include "core/plan/check.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/channel.h"

namespace hutch::plan {
namespace {

constexpr std::size_t kHostNameLimit = 64;      // __NEW_UTS_LEN, linux/utsname.h
constexpr std::uint32_t kResourceLimits = 16;   // RLIM_NLIMITS, asm-generic/resource.h
constexpr std::int32_t kDescriptorMost = 4096;  // well below any RLIMIT_NOFILE a desktop has
constexpr std::int32_t kOomScoreMost = 1000;    // proc(5), oom_score_adj

tl::unexpected<Error> refuse(const std::string& what) {
  return failure(ErrorKind::kInvalid, text::format(_("this plan cannot be performed: %s"), what.c_str()));
}

std::string quoted(std::string_view text) {
  return "'" + text::printable(text) + "'";
}

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

bool is_cover(const Step& step) {
  return std::holds_alternative<Mask>(step) || std::holds_alternative<Seal>(step);
}

bool is_mount(const Step& step) {
  return std::holds_alternative<Bind>(step) || std::holds_alternative<Tmpfs>(step) ||
         std::holds_alternative<Proc>(step) || std::holds_alternative<Dev>(step) ||
         std::holds_alternative<ControlGroups>(step);
}

// What a step may do at or below a /proc or /dev that belongs to the sandbox.
Status check_special(const Step& step, const BoxPath& special, bool is_dev) {
  const BoxPath& target = target_of(step);
  if (!target.is_at_or_below(special) || is_cover(step) || std::holds_alternative<AwaitHelpers>(step)) return {};
  const bool is_own = is_dev ? std::holds_alternative<Dev>(step) : std::holds_alternative<Proc>(step);
  if (is_own && target == special) return {};
  const auto* const bind = std::get_if<Bind>(&step);
  const bool fits_dev =
      (bind != nullptr && bind->devices) || std::holds_alternative<Symlink>(step) || std::holds_alternative<Dir>(step);
  if (is_dev && target != special && fits_dev) return {};
  return refuse(text::format(_("nothing else may be placed at %s"), quoted(target.str()).c_str()));
}

// The order of targets: each step finds the parents it needs and hides nothing an earlier step made.
class Order {
 public:
  Status add(const Step& step) {
    const BoxPath& target = target_of(step);
    if (std::holds_alternative<AwaitHelpers>(step)) {
      if (std::exchange(has_waited_, true)) return refuse(_("it waits for its helpers twice"));
      return {};
    }
    if (is_cover(step)) {
      if (!covers_.insert({target, std::holds_alternative<Seal>(step)}).second) {
        return refuse(text::format(_("%s is covered twice"), quoted(target.str()).c_str()));
      }
      return {};
    }
    if (target.is_root()) return refuse(_("the root itself is the target of a step"));
    if (is_mount(step)) {
      const auto next = targets_.upper_bound(target);
      for (auto later = next; later != targets_.end() && later->str().starts_with(target.str()); ++later) {
        if (!later->is_below(target)) continue;
        return refuse(text::format(_("%s comes after %s and would hide it"), quoted(target.str()).c_str(),
                                   quoted(later->str()).c_str()));
      }
    }
    if (!targets_.insert(target).second) {
      return refuse(text::format(_("two steps act on %s"), quoted(target.str()).c_str()));
    }
    return {};
  }
  [[nodiscard]] bool has_waited() const { return has_waited_; }

 private:
  std::set<BoxPath> targets_;
  std::set<std::pair<BoxPath, bool>> covers_;
  bool has_waited_ = false;
};

// `own` are places that hutch makes before the start; what is in them need not be there yet.
Status check_bind(const Bind& bind, const BoxPath* dev, bool is_late, const std::vector<HostPath>& own) {
  const auto say = [&](const char* format) {
    return refuse(text::format(format, quoted(bind.source.str()).c_str(), quoted(bind.target.str()).c_str()));
  };
  if (bind.type == FileType::kSymlink) return say(_("%s for %s is a symbolic link"));
  if (bind.devices && (dev == nullptr || !bind.target.is_below(*dev))) {
    return say(_("%s on %s would bring device nodes outside /dev"));
  }
  const bool is_device = bind.type == FileType::kCharacterDevice || bind.type == FileType::kBlockDevice;
  if (is_device && !bind.devices) return say(_("%s on %s is a device without a device grant"));
  const bool is_ours =
      std::any_of(own.begin(), own.end(), [&](const HostPath& place) { return bind.source.is_at_or_below(place); });
  if (!bind.identity && !is_late && !is_ours) {
    return say(_("%s on %s does not say which file it means"));
  }
  if (bind.fallback && !bind.identity) return say(_("%s on %s does not say which file it falls back to"));
  return {};
}

Status check_own_places(const Plan& plan) {
  std::vector<HostPath> places;
  if (!plan.instance_directory.is_root()) places.push_back(plan.instance_directory.parent());
  if (plan.identity) places.push_back(plan.identity->directory);
  for (const Step& step : plan.sandbox.steps) {
    const auto* const bind = std::get_if<Bind>(&step);
    if (bind == nullptr || bind->access != BindAccess::kReadWrite) continue;
    for (const HostPath& place : places) {
      if (!bind->source.is_at_or_below(place) && !place.is_at_or_below(bind->source)) continue;
      return refuse(text::format(_("%s would make %s writable, which belongs to hutch"),
                                 quoted(bind->source.str()).c_str(), quoted(place.str()).c_str()));
    }
  }
  for (const HostPath& path : plan.sandbox.remove_at_end) {
    const bool is_ours = (!plan.instance_directory.is_root() && path.is_at_or_below(plan.instance_directory)) ||
                         (plan.identity && path.is_at_or_below(plan.identity->directory));
    if (!is_ours) {
      return refuse(text::format(_("%s would be deleted at the end"), quoted(path.str()).c_str()));
    }
  }
  return {};
}

Status check_root(const Sandbox& sandbox) {
  if (sandbox.root_size == 0) return refuse(_("its root has no size"));
  if (!sandbox.system)
    return sandbox.namespaces.maps_to_root ? refuse(_("only a system makes its user root")) : Status();
  const Overlay& root = *sandbox.system;
  if (root.lowers.empty() || root.lowers.size() > kLayerLimit) return refuse(_("its root has no layers, or too many"));
  std::set<HostPath> places = {root.upper, root.work};
  places.insert(root.lowers.begin(), root.lowers.end());
  const bool is_distinct = places.size() == root.lowers.size() + 2;
  if (!is_distinct) return refuse(_("two layers of its root are one directory"));
  const Namespaces& namespaces = sandbox.namespaces;
  const bool has_ranges = !namespaces.uid_ranges.empty() && !namespaces.gid_ranges.empty();
  const bool has_none = namespaces.uid_ranges.empty() && namespaces.gid_ranges.empty();
  if (namespaces.maps_to_root ? !has_none : !has_ranges) return refuse(_("a system needs ids of its own"));
  if (sandbox.landlock.files) return refuse(_("Landlock rules for files do not fit a system"));
  return {};
}

Status check_steps(const Sandbox& sandbox, const std::vector<HostPath>& own) {
  TRY(check_root(sandbox));
  if (sandbox.steps.size() > kStepLimit) return refuse(_("it has too many steps"));
  Order order;
  const BoxPath* dev = nullptr;
  for (const Step& step : sandbox.steps) {
    TRY(order.add(step));
    TRY(check_special(step, BoxPath::literal("/proc"), false));
    TRY(check_special(step, BoxPath::literal("/dev"), true));
    if (const auto* const act = std::get_if<Dev>(&step)) {
      dev = &act->target;
      if (act->shm_size == 0) return refuse(_("/dev/shm has no size"));
    }
    if (const auto* const act = std::get_if<Tmpfs>(&step); act != nullptr && (act->size == 0 || act->inodes == 0)) {
      return refuse(text::format(_("the tmpfs at %s has no size"), quoted(act->target.str()).c_str()));
    }
    if (const auto* const act = std::get_if<Tmpfs>(&step); act != nullptr && act->set_user_id && !sandbox.system) {
      return refuse(text::format(_("set-user-ID programs at %s"), quoted(act->target.str()).c_str()));
    }
    if (std::holds_alternative<ControlGroups>(step) &&
        !(sandbox.system && sandbox.namespaces.cgroup && order.has_waited())) {
      return refuse(_("only a system that has a scope gets cgroups of its own"));
    }
    if (const auto* const act = std::get_if<Bind>(&step)) {
      TRY(check_bind(*act, dev, order.has_waited(), own));
    }
    const auto* const link = std::get_if<Symlink>(&step);
    if (link != nullptr && (link->points_to.empty() || has_nul(link->points_to))) {
      return refuse(text::format(_("the link %s points nowhere"), quoted(link->target.str()).c_str()));
    }
  }
  return {};
}

Status check_environment(const std::vector<std::string>& environment) {
  std::set<std::string_view> names;
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos || has_nul(entry)) {
      return refuse(text::format(_("%s is no environment entry"), quoted(entry).c_str()));
    }
    const std::string_view name = std::string_view(entry).substr(0, equals);
    if (!names.insert(name).second) {
      return refuse(text::format(_("%s is set twice in the environment"), quoted(name).c_str()));
    }
  }
  return {};
}

Status check_command(const Command& command) {
  if (!command.program.starts_with('/') || has_nul(command.program)) {
    return refuse(text::format(_("%s is no absolute program"), quoted(command.program).c_str()));
  }
  if (command.arguments.empty()) return refuse(_("its command has no arguments"));
  if (std::any_of(command.arguments.begin(), command.arguments.end(), has_nul)) {
    return refuse(_("an argument contains a NUL byte"));
  }
  return {};
}

Status check_network(const Sandbox& sandbox) {
  constexpr int kBits[] = {32, 128};
  if (!sandbox.network_rules.empty() && !sandbox.namespaces.network) {
    return refuse(_("it has network rules but no network of its own"));
  }
  for (const NetworkRule& rule : sandbox.network_rules) {
    if (rule.prefix > kBits[rule.ipv6 ? 1 : 0]) {
      return refuse(text::format(_("network %s has an impossible prefix"), quoted(rule.address).c_str()));
    }
  }
  return {};
}

Status check_limits(const Sandbox& sandbox) {
  for (const ResourceLimit& limit : sandbox.resource_limits) {
    if (limit.resource >= kResourceLimits || limit.soft > limit.hard) {
      return refuse(text::format(_("resource limit %u makes no sense"), limit.resource));
    }
  }
  for (const NamespaceLimit& limit : sandbox.namespace_limits) {
    const bool is_plain = std::all_of(limit.name.begin(), limit.name.end(),
                                      [](char byte) { return (byte >= 'a' && byte <= 'z') || byte == '_'; });
    if (!is_plain || !limit.name.starts_with("max_")) {
      return refuse(text::format(_("%s is no namespace limit"), quoted(limit.name).c_str()));
    }
  }
  if (sandbox.oom_score_adjust < -kOomScoreMost || sandbox.oom_score_adjust > kOomScoreMost) {
    return refuse(_("its out-of-memory score makes no sense"));
  }
  return {};
}

Status check_descriptors(const std::vector<std::int32_t>& descriptors, std::int32_t least) {
  std::set<std::int32_t> seen;
  for (const std::int32_t fd : descriptors) {
    if (fd < least || fd > kDescriptorMost || !seen.insert(fd).second) {
      return refuse(text::format(_("descriptor %d cannot be passed"), fd));
    }
  }
  return {};
}

Status check_lists(const Sandbox& sandbox) {
  const std::size_t sizes[] = {sandbox.environment.size(),           sandbox.command.arguments.size(),
                               sandbox.network_rules.size(),         sandbox.landlock.rules.size(),
                               sandbox.resource_limits.size(),       sandbox.namespace_limits.size(),
                               sandbox.descriptors.size(),           sandbox.remove_at_end.size(),
                               sandbox.namespaces.uid_ranges.size(), sandbox.namespaces.gid_ranges.size()};
  if (std::any_of(std::begin(sizes), std::end(sizes), [](std::size_t size) { return size > kArgumentLimit; })) {
    return refuse(_("one of its lists is too long"));
  }
  const std::string& name = sandbox.namespaces.hostname;
  if (sandbox.namespaces.uts && (name.empty() || name.size() > kHostNameLimit || has_nul(name))) {
    return refuse(text::format(_("%s is no host name"), quoted(name).c_str()));
  }
  return {};
}

Status check_sandbox(const Sandbox& sandbox, const std::vector<HostPath>& own, std::int32_t least_descriptor) {
  TRY(check_lists(sandbox));
  TRY(check_steps(sandbox, own));
  TRY(check_environment(sandbox.environment));
  TRY(check_command(sandbox.command));
  TRY(check_network(sandbox));
  TRY(check_limits(sandbox));
  return check_descriptors(sandbox.descriptors, least_descriptor);
}

// What is a lie is told where it is the only answer there can be.
Status check_answers(const Plan& plan) {
  const SeccompPolicy& policy = plan.seccomp;
  if (policy.answer_success.empty()) return {};
  const bool are_allowed = std::ranges::includes(policy.allowed, policy.answer_success);
  if (plan.sandbox.namespaces.maps_to_root && are_allowed) return {};
  return refuse(_("its filter says that calls succeed which do nothing"));
}

}  // namespace

Status check(const Plan& plan) {
  std::vector<HostPath> own;
  if (!plan.instance_directory.is_root()) own.push_back(plan.instance_directory);
  const std::vector<HostPath> proxy_own = own;
  own.insert(own.end(), plan.directories.begin(), plan.directories.end());
  TRY(check_sandbox(plan.sandbox, own, kFirstPassed));
  TRY(check_own_places(plan));
  TRY(check_answers(plan));
  for (const Helper& helper : plan.helpers) {
    const auto* const proxy = std::get_if<BusProxy>(&helper);
    if (proxy == nullptr) continue;
    TRY_IN(_("the bus proxy's own sandbox"), check_sandbox(proxy->sandbox, proxy_own, kLifeDescriptor));
    if (proxy->names) TRY(check_sandbox(*proxy->names, proxy_own, kLifeDescriptor));
  }
  return {};
}

}  // namespace hutch::plan
