#include <cerrno>

#include "app/print.h"
#include "app/resolve.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/parse.h"
#include "host/overrides.h"
#include "host/probe.h"
#include "host/profile_files.h"
#include "os/file.h"

namespace hutch::app {
namespace {

Result<profile::Layer> layer_for(const facts::Facts& facts, const profile::Request& request) {
  const host::Resolved resolved = TRY(resolve(facts, request));
  if (resolved.derived) return *resolved.derived;
  if (resolved.profile.str() != "untrusted") {
    return failure(ErrorKind::kConflict,
                   text::format(_("profile '%s' is for '%s' already"), resolved.profile.c_str(),
                                text::printable(request.app).c_str()),
                   text::format(_("change it with: hutch profile edit %s"), resolved.profile.c_str()));
  }
  // Nothing is known of it but where it lies: the user's own word is what makes the profile count.
  profile::Layer layer;
  layer.id = TRY(ProfileName::parse(resolved.program.name()));
  layer.extends = {TRY(ProfileName::parse("untrusted"))};
  layer.match.command = {resolved.program};
  return layer;
}

}  // namespace

Result<int> new_profile(const profile::Request& request, bool is_dry_run) {
  const facts::Facts facts = TRY(host::probe());
  const profile::Layer layer = TRY(layer_for(facts, request));
  const std::string text = profile::format_profile(layer);
  if (is_dry_run) {
    print_text(text);
    return kSucceeded;
  }
  const HostPath directory = facts.directories.config / "hutch/profiles";
  const HostPath file = host::profile_file(directory, layer.id);
  const os::Fd lock = TRY(host::lock_overrides(facts));
  if (os::exists(file)) {
    return failure(ErrorKind::kConflict,
                   text::format(_("'%s' is there already and stays as it is"), text::printable(file.str()).c_str()),
                   text::format(_("change it with: hutch profile edit %s"), layer.id.c_str()));
  }
  TRY(os::make_directories(directory, 0700));
  TRY(os::replace_file(file, text, 0600));
  print_text(text::format(_("wrote %s; 'hutch explain %s' says what it allows\n"), text::printable(file.str()).c_str(),
                          layer.id.c_str()));
  return kSucceeded;
}

}  // namespace hutch::app
