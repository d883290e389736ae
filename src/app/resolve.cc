#include "app/resolve.h"

#include "app/print.h"
#include "base/i18n.h"
#include "base/text.h"

namespace hutch::app {

Result<host::Resolved> resolve(const facts::Facts& facts, const profile::Request& request) {
  auto resolved = host::resolve(facts, request);
  if (resolved || resolved.error().kind != ErrorKind::kNotFound || !resolved.error().hint.empty()) return resolved;
  const auto listed = host::list_profiles(facts);
  if (!listed) return resolved;
  std::vector<std::string_view> names;
  for (const host::Listed& profile : *listed) {
    if (!profile.is_base) names.emplace_back(profile.id.str());
  }
  if (const auto near = text::nearest(request.app, names); near && *near != request.app) {
    resolved.error().hint = text::format(_("did you mean '%s'?"), std::string(*near).c_str());
  }
  return resolved;
}

Result<host::Resolved> profile_of(const facts::Facts& facts, const profile::Request& request) {
  for (const host::Listed& listed : TRY(host::list_profiles(facts))) {
    if (listed.id.str() == request.app && !request.profile && !request.no_profile)
      return host::Resolved{.profile = listed.id};
  }
  host::Resolved resolved = TRY(resolve(facts, request));
  if (!resolved.note.empty()) print_note(resolved.note);
  return resolved;
}

}  // namespace hutch::app
