#include "core/profile/explain.h"

#include <algorithm>

#include "app/print.h"
#include "app/resolve.h"
#include "app/start.h"
#include "app/verbs.h"
#include "core/profile/merge.h"
#include "host/probe.h"
#include "host/profiles.h"

namespace hutch::app {
Result<int> explain(const profile::Request& request, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const host::Resolved resolved = TRY(profile_of(facts, request));
  const ProfileName& name = resolved.profile;
  const auto layers = TRY(host::load_layers(facts, resolved, request.box));
  const profile::Profile profile = TRY(profile::merge(name, layers, request));
  for (const std::string& warning : profile.warnings) print_note(warning);
  const auto sentences = profile::explain(profile);
  if (json) {
    print_json(profile::to_json(profile, sentences));
  } else {
    print_text(profile::format(profile, sentences));
  }
  return kSucceeded;
}

}  // namespace hutch::app
