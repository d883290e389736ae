#include "core/profile/explain.h"

#include <algorithm>

#include "app/hold.h"
#include "app/print.h"
#include "app/resolve.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "core/profile/merge.h"
#include "core/profile/vocabulary.h"
#include "host/probe.h"
#include "host/profiles.h"

namespace hutch::app {
Result<int> explain(const profile::Request& request, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const host::Resolved resolved = TRY(profile_of(facts, request));
  const ProfileName& name = resolved.profile;
  const auto layers = TRY(host::load_layers(facts, resolved, request.box));
  profile::Profile profile = TRY(profile::merge(name, layers, request));
  std::vector<profile::Grant> withheld;
  if (!resolved.derived) withheld = TRY(hold_update(facts, layers, profile, host::Remember::kNo));
  for (const std::string& warning : profile.warnings) print_note(warning);
  const auto sentences = profile::explain(profile);
  if (json) {
    Json json_value = profile::to_json(profile, sentences);
    json_value["withheld"] = Json::array();
    for (const profile::Grant& grant : withheld) json_value["withheld"].push_back(profile::spell(grant));
    print_json(json_value);
  } else {
    print_text(profile::format(profile, sentences));
    if (!withheld.empty()) print_text(std::string("\n") + _("Withheld until accepted:") + "\n");
    for (const profile::Grant& grant : withheld) {
      const profile::Sentence sentence = profile::sentence_of(grant);
      print_text("  " + sentence.text + "  [" + describe(grant.origin) + "]\n");
    }
  }
  return kSucceeded;
}

}  // namespace hutch::app
