#include "core/compose/live.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::compose {
namespace {

using plan::LandlockAccess;

bool is_enough(LandlockAccess access, const plan::Bind& bind) {
  if (access == LandlockAccess::kReadWriteExecute) return true;
  if (bind.access == plan::BindAccess::kReadWrite) return access == LandlockAccess::kReadWrite && !bind.executable;
  return access == LandlockAccess::kReadExecute || (!bind.executable && access == LandlockAccess::kRead);
}

}  // namespace

std::vector<plan::Bind> binds_to_add(const plan::Plan& running, const plan::Plan& wanted, const HostPath& real) {
  std::vector<plan::Bind> binds;
  for (const plan::Step& step : wanted.sandbox.steps) {
    const auto* const bind = std::get_if<plan::Bind>(&step);
    if (bind == nullptr || !bind->source.is_at_or_below(real) || !bind->identity || bind->devices) continue;
    const auto& steps = running.sandbox.steps;
    if (std::find(steps.begin(), steps.end(), step) == steps.end()) binds.push_back(*bind);
  }
  return binds;
}

Status check_live(const plan::Plan& running, const std::vector<plan::Bind>& binds) {
  const plan::Landlock& landlock = running.sandbox.landlock;
  for (const plan::Bind& bind : binds) {
    const bool is_covered =
        std::any_of(landlock.rules.begin(), landlock.rules.end(), [&](const plan::LandlockRule& rule) {
          return bind.target.is_at_or_below(rule.path) && is_enough(rule.access, bind);
        });
    if (is_covered || !landlock.files) continue;
    return failure(
        ErrorKind::kDenied,
        text::format(_("'%s' cannot be given to a running instance: restart needed"),
                     text::printable(bind.target.str()).c_str()),
        _("grant it without --live and start the app again; below the home, /mnt, /media and /srv it works"));
  }
  return {};
}

}  // namespace hutch::compose
