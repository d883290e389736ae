#include "app/hold.h"

#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/vocabulary.h"
#include "host/probe.h"
#include "host/profiles.h"

namespace hutch::app {

Result<std::vector<profile::Grant>> hold_update(const facts::Facts& facts, const std::vector<profile::Layer>& layers,
                                                profile::Profile& profile, host::Remember remember) {
  auto withheld = TRY(host::hold_back(facts, layers, profile, remember));
  if (withheld.empty()) return withheld;
  profile.warnings.push_back(text::format(
      _("an update of profile '%s' grants more, which is withheld: 'hutch profile diff %s' shows it, 'hutch profile "
        "accept %s' allows it"),
      profile.id.c_str(), profile.id.c_str(), profile.id.c_str()));
  return withheld;
}

Result<int> accept_profile(const std::string& name) {
  const facts::Facts facts = TRY(host::probe());
  const ProfileName id = TRY(ProfileName::parse(name));
  const auto layers = TRY(host::load_layers(facts, id, {}));
  const host::Acceptance acceptance = TRY(host::read_acceptance(facts, id, layers));
  const profile::Accepted now = profile::accepted_of(acceptance.now);
  const bool is_new = !acceptance.before || profile::narrower_of(*acceptance.before, now) != now;
  TRY(host::accept(facts, id, layers));
  print_text(is_new ? text::format(_("'%s' may do all that its profile says now\n"), id.c_str())
                    : text::format(_("nothing of '%s' was withheld\n"), id.c_str()));
  return kSucceeded;
}

}  // namespace hutch::app
