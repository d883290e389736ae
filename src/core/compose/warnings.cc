#include "core/compose/warnings.h"

#include "base/i18n.h"
#include "core/profile/dangers.h"
#include "core/profile/vocabulary.h"

namespace hutch::compose {
namespace {

bool is_weakening(const Scene& scene, const profile::Grant& grant) {
  const bool is_bus = grant.kind == profile::Kind::kSessionBus || grant.kind == profile::Kind::kSystemBus;
  if (is_bus) return profile::risk_of(grant) != nullptr;  // names that lead out of the sandbox
  const bool is_network = grant.kind == profile::Kind::kNetwork;
  const profile::Word* const word = profile::find_word(grant.kind, is_network ? grant.access : grant.name);
  if (word == nullptr || word->risk != profile::Risk::kWeakening || grant.access == "hidden") return false;
  const bool is_fallback = grant.kind == profile::Kind::kSocket && grant.name == "fallback-x11";
  return !is_fallback || scene.display.x11;
}

}  // namespace

std::vector<std::string> weakenings(const Scene& scene) {
  std::vector<std::string> flags;
  for (const profile::Grant& grant : scene.profile.grants) {
    if (is_weakening(scene, grant)) flags.push_back(profile::spell(grant));
  }
  return flags;
}

std::vector<std::string> missing_walls(const Scene& scene) {
  const facts::Kernel& kernel = scene.facts.kernel;
  std::vector<std::string> warnings;
  constexpr std::uint32_t kScopes = 6;  // the Landlock ABI that can scope signals and abstract sockets, Linux 6.12
  if (kernel.landlock_abi == 0) {
    warnings.emplace_back(_("this kernel has no Landlock: files are kept apart by mounts alone"));
  } else if (kernel.landlock_abi < kScopes) {
    warnings.emplace_back(
        _("this kernel's Landlock knows no scopes: signals and abstract sockets are kept apart by namespaces alone"));
  }
  if (!kernel.has_nproc_per_namespace) {
    warnings.emplace_back(_("this kernel cannot count the processes of one sandbox: their number is not bounded"));
  }
  if (!scene.facts.desktop.has_user_manager) {
    warnings.emplace_back(_("no systemd user manager answers: the sandbox has no scope and no limits of its own"));
  }
  return warnings;
}

}  // namespace hutch::compose
