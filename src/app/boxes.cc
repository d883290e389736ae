#include "app/boxes.h"

#include <algorithm>

#include "app/ask.h"
#include "app/print.h"
#include "app/resolve.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/home.h"
#include "core/profile/data.h"
#include "core/profile/merge.h"
#include "host/instances.h"
#include "host/probe.h"
#include "host/profiles.h"

namespace hutch::app {
namespace {

constexpr std::size_t kNamedMost = 3;
constexpr std::size_t kSavedMost = 200;

std::vector<std::string> below_home(const std::vector<std::string>& paths) {
  std::vector<std::string> shown;
  for (const std::string& path : paths) shown.push_back("~/" + path);
  return shown;
}

BoxedApp boxed(const facts::Facts& facts, const profile::Profile& profile) {
  BoxedApp app{.profile = profile, .box = host::box_of(facts, profile.id, profile.box), .title = profile.title};
  if (app.title.empty()) app.title = profile.id.str();
  return app;
}

}  // namespace

std::string named(const std::vector<std::string>& things) {
  std::vector<std::string> first(things.begin(),
                                 things.begin() + static_cast<std::ptrdiff_t>(std::min(things.size(), kNamedMost)));
  for (std::string& thing : first) thing = "'" + text::printable(thing) + "'";
  const std::string list = text::join(first, ", ");
  if (things.size() <= kNamedMost) return list;
  return text::format(_("%s and %zu more"), list.c_str(), things.size() - kNamedMost);
}

Result<BoxedApp> boxed_app(facts::Facts& facts, const profile::Request& request) {
  const host::Resolved resolved = TRY(profile_of(facts, request));
  const auto layers = TRY(host::load_layers(facts, resolved, request.box));
  const profile::Profile profile = TRY(profile::merge(resolved.profile, layers, request));
  BoxedApp app = boxed(facts, profile);
  host::look_up(facts, {resolved.program});
  const facts::PathFact* const program = facts.find(resolved.program);
  app.box.directory = compose::box_directory(facts, profile, program == nullptr ? resolved.program : program->real);
  app.box.name = app.box.directory.name();
  return app;
}

Status refuse_running(const facts::Facts& facts, const BoxedApp& app, bool also_outside) {
  for (const host::Running& running : TRY(host::list_instances(facts))) {
    const BoxName& box = running.record.box;
    const bool is_it =
        running.record.profile == app.profile.id && (box.empty() ? "default" : box.str()) == app.box.name;
    if (!is_it && !(running.record.profile == app.profile.id && app.box.name.starts_with('.'))) continue;
    return failure(ErrorKind::kConflict, text::format(_("'%s' is running"), running.record.id.c_str()),
                   text::format(_("end it first: hutch stop %s"), running.record.id.c_str()));
  }
  if (!also_outside) return {};
  const auto outside = host::running_outside(facts, app.profile.match);
  if (outside.empty()) return {};
  return failure(ErrorKind::kConflict,
                 text::format(_("%s runs outside of a sandbox and uses this data"), named(outside).c_str()),
                 _("close it first"));
}

Status adopt(const facts::Facts& facts, const BoxedApp& app, const std::vector<std::string>& paths,
             host::Transfer transfer) {
  TRY(refuse_running(facts, app, true));
  const os::Fd lock = TRY(host::lock_boxes(facts, app.profile.id));
  host::DataNote note = host::read_data_note(app.box).value_or(host::DataNote{});
  note.adoption = transfer == host::Transfer::kMove ? host::Adoption::kMoved : host::Adoption::kCopied;
  for (const std::string& path : paths) {
    if (std::find(note.paths.begin(), note.paths.end(), path) == note.paths.end()) note.paths.push_back(path);
  }
  TRY(host::write_data_note(app.box, note));  // first: whatever happens, it is known what was on its way
  for (const std::string& path : paths) {
    TRY(host::transfer_data(facts.user.home, app.box.home(), path, transfer));
    const char* const done = transfer == host::Transfer::kMove ? _("moved '~/%s' into the box '%s'\n")
                                                               : _("copied '~/%s' into the box '%s'\n");
    print_note_line(text::trim(text::format(done, path.c_str(), app.box.label().c_str())));
  }
  return {};
}

Status offer_adoption(const facts::Facts& facts, const profile::Profile& profile) {
  const std::vector<std::string> data = profile::data_paths(profile);
  if (!profile.box.empty() || data.empty()) return {};
  const BoxedApp app = boxed(facts, profile);
  const std::vector<std::string> outside = host::data_outside(facts, app.box, data);
  if (outside.empty() || host::read_data_note(app.box)) return {};
  const std::string places = named(below_home(outside));
  const Channel channel = channel_to_user();
  if (channel == Channel::kNone) {
    print_note(text::format(_("'%s' does not see %s: 'hutch data adopt %s' brings it into its box"), app.title.c_str(),
                            places.c_str(), profile.id.c_str()));
    return {};
  }
  const auto answer = ask(channel, app.title,
                          text::format(_("%s has data of its own in your home: %s. Bring it into its box?"),
                                       app.title.c_str(), places.c_str()),
                          {{"copy", _("Copy it: the program outside keeps its own")},
                           {"move", _("Move it")},
                           {"none", _("Start with nothing, and do not ask again")}});
  if (!answer) return {};
  if (*answer == "none") return host::write_data_note(app.box, {});
  return adopt(facts, app, outside, *answer == "move" ? host::Transfer::kMove : host::Transfer::kCopy);
}

namespace {

// An app that runs could lead the way elsewhere meanwhile.
Result<std::vector<HostPath>> move_out_of(const HostPath& home, const std::vector<std::string>& files) {
  const facts::Facts facts = TRY(host::probe());
  const HostPath box = home.parent();
  const std::string_view name = box.name() == "default" ? std::string_view() : box.name();
  for (const host::Running& running : TRY(host::list_instances(facts))) {
    if (running.record.profile.str() != box.parent().name() || running.record.box.str() != name) continue;
    return failure(ErrorKind::kConflict, _("the app is running again: its files stay where they are"),
                   _("'hutch data export --saved' moves them later"));
  }
  return host::move_out(facts, home, files);
}

}  // namespace

void tell_what_stays() {
  print_note(_("what could start programs stays in the box, and so do new directories"));
}

void offer_saved_files(const HostPath& home, host::Moment since, Channel channel) {
  const std::vector<std::string> files = host::files_since(home, since, kSavedMost);
  if (files.empty()) return;
  const HostPath box = home.parent();
  const std::string profile(box.parent().name());
  const std::string label = box.name() == "default" ? profile : profile + "@" + std::string(box.name());
  const std::string sentence =
      text::format(_("'%s' saved files in its private home: %s"), label.c_str(), named(files).c_str());
  print_note(sentence);
  if (channel == Channel::kNone) {
    print_note_line(text::format(_("hint: 'hutch data export --saved %s' moves them to your home"), label.c_str()));
    return;
  }
  const auto answer = ask(channel, label, channel == Channel::kTerminal ? _("Move them to your home?") : sentence,
                          {{"move", _("Move them to your home")}, {"leave", _("Leave them there")}});
  if (answer != "move") return;
  const auto places = move_out_of(home, files);
  if (!places) {
    print_error(places.error());
    return;
  }
  if (places->size() < files.size()) tell_what_stays();
  if (places->empty()) return;
  std::vector<std::string> shown;
  for (const HostPath& place : *places) shown.push_back(place.str());
  print_note(text::format(_("moved to %s"), named(shown).c_str()));
}

}  // namespace hutch::app
