#include "core/plan/report.h"

#include <string_view>

#include "base/i18n.h"
#include "base/overloaded.h"
#include "base/text.h"

namespace hutch::plan {
namespace {

constexpr int kErrorPermission = 1;  // EPERM, asm-generic/errno-base.h
constexpr int kErrorNotFound = 2;    // ENOENT
constexpr int kErrorAccess = 13;     // EACCES
constexpr int kErrorNoSpace = 28;    // ENOSPC
constexpr int kErrorNotKnown = 38;   // ENOSYS, asm-generic/errno.h
constexpr int kErrorLoop = 40;       // ELOOP

std::string quoted(std::string_view text) {
  return "'" + text::printable(text) + "'";
}

const char* access_word(const Bind& bind) {
  return bind.access == BindAccess::kReadOnly ? _("read-only") : _("read-write");
}

std::string failed_act(const Step& step) {
  const auto with_target = [](const char* format, const BoxPath& target) {
    return text::format(format, quoted(target.str()).c_str());
  };
  return std::visit(
      overloaded{
          [](const Bind& act) {
            return text::format(_("cannot bind %s on %s (%s)"), quoted(act.source.str()).c_str(),
                                quoted(act.target.str()).c_str(), access_word(act));
          },
          [&](const Tmpfs& act) { return with_target(_("cannot mount a tmpfs on %s"), act.target); },
          [&](const Proc& act) { return with_target(_("cannot mount proc on %s"), act.target); },
          [&](const Dev& act) { return with_target(_("cannot make devices in %s"), act.target); },
          [&](const Dir& act) { return with_target(_("cannot make directory %s"), act.target); },
          [&](const File& act) { return with_target(_("cannot make file %s"), act.target); },
          [&](const Symlink& act) { return with_target(_("cannot make link %s"), act.target); },
          [&](const Mask& act) { return with_target(_("cannot hide %s"), act.target); },
          [&](const Seal& act) { return with_target(_("cannot make %s read-only"), act.target); },
          [](const AwaitHelpers&) { return std::string(_("cannot wait for the helper programs")); },
          [&](const ControlGroups& act) { return with_target(_("cannot mount cgroups on %s"), act.target); },
      },
      step);
}

std::string failed_source(const Step& step) {
  const auto* const bind = std::get_if<Bind>(&step);
  if (bind == nullptr) return failed_act(step);
  return text::format(_("cannot open %s, which is to appear at %s"), quoted(bind->source.str()).c_str(),
                      quoted(bind->target.str()).c_str());
}

std::string changed_source(const Step& step) {
  const auto* const bind = std::get_if<Bind>(&step);
  if (bind == nullptr) return failed_act(step);
  return text::format(_("%s was replaced by something else after it was looked at"),
                      quoted((bind->fallback ? *bind->fallback : bind->source).str()).c_str());
}

std::string failed_target(const Step& step) {
  return text::format(_("cannot make a place for %s in the sandbox"), quoted(target_of(step).str()).c_str());
}

const char* wall_name(WallProof wall) {
  switch (wall) {
    case WallProof::kNoNewPrivileges:
      return _("no new privileges");
    case WallProof::kCapabilities:
      return _("dropped capabilities");
    case WallProof::kBoundingSet:
      return _("the empty capability bounding set");
    case WallProof::kUserNamespace:
      return _("no new user namespaces");
    case WallProof::kMount:
      return _("no mounts");
    case WallProof::kKeyring:
      return _("the session keyring of its own");
    case WallProof::kTerminalInjection:
      return _("no typing into terminals");
    case WallProof::kBpf:
      return _("no BPF programs");
    case WallProof::kLandlock:
      return _("Landlock");
    case WallProof::kHostRoot:
      return _("the unreachable host file system");
  }
  return _("an unknown wall");
}

// What failed where no step of the plan is to blame.
std::string failed_stage(const Sandbox& sandbox, const StepReport& report) {
  switch (report.stage) {
    case Stage::kInherit:
      return _("hutch-launch was not started as hutch starts it");
    case Stage::kClone:
      return _("cannot make namespaces for the sandbox");
    case Stage::kIdMap:
      return _("cannot map user and group ids into the sandbox");
    case Stage::kCoordinator:
      return _("the helper programs ended before the sandbox was ready");
    case Stage::kNamespaces:
      return _("cannot set up the sandbox's namespaces");
    case Stage::kNetworkProbe:
      return _("an address that must be out of reach could be reached");
    case Stage::kRoot:
      return _("cannot make the sandbox's root");
    case Stage::kPivot:
      return _("cannot leave the host's file system");
    case Stage::kReexec:
      return _("cannot start hutch-launch inside the sandbox");
    case Stage::kLandlock:
      return _("cannot apply Landlock rules");
    case Stage::kTerminal:
      return _("cannot give the program a terminal");
    case Stage::kLimits:
      return _("cannot set resource limits");
    case Stage::kCapabilities:
      return _("cannot drop capabilities");
    case Stage::kKeyring:
      return _("cannot leave the session keyring");
    case Stage::kSeccomp:
      return _("cannot load the system call filter");
    case Stage::kProof:
      return text::format(_("a protection does not hold: %s"), wall_name(static_cast<WallProof>(report.step)));
    case Stage::kDirectory:
      return text::format(_("cannot enter directory %s"), quoted(sandbox.command.directory.str()).c_str());
    case Stage::kExec:
      return text::format(_("cannot execute %s"), quoted(sandbox.command.program).c_str());
    case Stage::kSupervise:
    case Stage::kNetworkRule:
    case Stage::kSource:
    case Stage::kIdentity:
    case Stage::kTarget:
    case Stage::kStep:
      break;
  }
  return _("the sandbox could not be set up");
}

std::string hint_for(const StepReport& report) {
  const bool is_refused = report.error == kErrorPermission || report.error == kErrorAccess;
  switch (report.stage) {
    case Stage::kClone:
      if (report.error == kErrorNoSpace) return _("Raise user.max_user_namespaces; 'hutch doctor' shows how.");
      return _("Run 'hutch doctor' to see what this host forbids.");
    case Stage::kIdMap:
    case Stage::kRoot:
    case Stage::kNamespaces:
      if (is_refused) return _("Run 'hutch doctor' to see what this host forbids.");
      break;
    case Stage::kSource:
      if (report.error == kErrorNotFound) return _("Create it, or take back the grant.");
      if (report.error == kErrorLoop) return _("Name the place itself instead of a symbolic link to it.");
      break;
    case Stage::kIdentity:
      return _("Start again; if this repeats, somebody is changing files under the sandbox.");
    case Stage::kNetworkRule:
      if (report.error == kErrorNotKnown) return _("This kernel lacks xfrm; use another network mode.");
      break;
    case Stage::kProof:
      return _("Nothing was started. Please report this with the output of 'hutch doctor'.");
    default:
      break;
  }
  return {};
}

ErrorKind kind_of(const StepReport& report) {
  switch (report.stage) {
    case Stage::kIdentity:
    case Stage::kNetworkProbe:
    case Stage::kProof:
      return ErrorKind::kDenied;
    case Stage::kExec:
      return exit_code(report) == 127 ? ErrorKind::kNotFound : ErrorKind::kNotRunnable;
    default:
      return ErrorKind::kSystem;
  }
}

std::string failed_at(const Sandbox& sandbox, const StepReport& report) {
  const auto index = static_cast<std::size_t>(report.step);
  if (report.step >= 0 && index < sandbox.steps.size()) {
    const Step& step = sandbox.steps[index];
    if (report.stage == Stage::kSource) return failed_source(step);
    if (report.stage == Stage::kIdentity) return changed_source(step);
    if (report.stage == Stage::kTarget) return failed_target(step);
    if (report.stage == Stage::kStep) return failed_act(step);
  }
  if (report.step >= 0 && report.stage == Stage::kLandlock && index < sandbox.landlock.rules.size()) {
    return text::format(_("cannot apply the Landlock rule for %s"),
                        quoted(sandbox.landlock.rules[index].path.str()).c_str());
  }
  const bool is_network = report.stage == Stage::kNetworkRule || report.stage == Stage::kNetworkProbe;
  if (report.step >= 0 && is_network && index < sandbox.network_rules.size()) {
    const NetworkRule& rule = sandbox.network_rules[index];
    const char* const format = report.stage == Stage::kNetworkRule
                                   ? _("cannot apply the network rule for %s/%d")
                                   : _("network %s/%d must be out of reach but could be reached");
    return text::format(format, text::printable(rule.address).c_str(), rule.prefix);
  }
  return failed_stage(sandbox, report);
}

}  // namespace

Error explain_failure(const Sandbox& sandbox, const StepReport& report) {
  // A wall that does not hold and a replaced file are facts, not system calls that failed.
  const bool is_fact = kind_of(report) == ErrorKind::kDenied;
  return Error{.kind = kind_of(report),
               .code = is_fact ? 0 : report.error,
               .message = failed_at(sandbox, report),
               .context = {},
               .hint = hint_for(report)};
}

}  // namespace hutch::plan
