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
namespace {

// A profile is explained whether its program is installed or not; anything else must be found first.
Result<ProfileName> profile_of(const facts::Facts& facts, const profile::Request& request) {
  for (const host::Listed& listed : TRY(host::list_profiles(facts))) {
    if (listed.id.str() == request.app && !request.profile && !request.no_profile) return listed.id;
  }
  const host::Resolved resolved = TRY(resolve(facts, request));
  if (!resolved.note.empty()) print_note(resolved.note);
  return resolved.profile;
}

}  // namespace

Result<int> explain(const profile::Request& request, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const ProfileName name = TRY(profile_of(facts, request));
  const auto layers = TRY(host::load_layers(facts, name, request.box));
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
