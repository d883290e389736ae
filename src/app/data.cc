#include "app/data.h"

#include <algorithm>

#include "app/ask.h"
#include "app/boxes.h"
#include "app/file_arguments.h"
#include "app/print.h"
#include "app/start.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/data.h"
#include "host/probe.h"
#include "os/file.h"

namespace hutch::app {
namespace {

const char* word_of(host::Adoption adoption) {
  switch (adoption) {
    case host::Adoption::kCopied:
      return "copied";
    case host::Adoption::kMoved:
      return "moved";
    case host::Adoption::kNone:
      break;
  }
  return "none";
}

std::string people_size(std::uint64_t bytes) {
  constexpr double kStep = 1024;
  double size = static_cast<double>(bytes);
  for (const char* const unit : {"B", "K", "M", "G"}) {
    if (size < kStep) return text::format("%.*f%s", size < 10 && *unit != 'B' ? 1 : 0, size, unit);
    size /= kStep;
  }
  return text::format("%.1fT", size);
}

// What the box holds of the app's data.
std::vector<std::string> data_inside(const BoxedApp& app) {
  std::vector<std::string> paths = profile::data_paths(app.profile);
  if (const auto note = host::read_data_note(app.box)) {
    for (const std::string& path : note->paths) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
    }
  }
  std::erase_if(paths, [&](const std::string& path) {
    const auto inside = app.box.home().join(path);
    return !inside || !os::exists(*inside);
  });
  return paths;
}

Result<host::Transfer> wish_of(const DataRequest& request, const BoxedApp& app, const char* question) {
  if (request.copies != request.moves) return request.moves ? host::Transfer::kMove : host::Transfer::kCopy;
  const Channel channel = request.copies ? Channel::kNone : channel_to_user();
  if (channel != Channel::kTerminal) {
    return failure(ErrorKind::kUsage, _("say --copy or --move, one of the two"));
  }
  const auto answer = ask(channel, app.title, question, {{"copy", _("Copy")}, {"move", _("Move")}});
  if (!answer) return failure(ErrorKind::kInvalid, _("nothing is done without an answer"));
  return *answer == "move" ? host::Transfer::kMove : host::Transfer::kCopy;
}

Result<HostPath> place_of(const std::string& word) {
  if (word.starts_with('/')) return HostPath::parse(word);
  const HostPath here = TRY(working_directory({}));
  return word == "." ? here : here.join(word);
}

Status refuse_no_box(const BoxedApp& app) {
  if (os::exists(app.box.directory)) return {};
  return failure(ErrorKind::kNotFound, text::format(_("there is no box '%s' yet"), app.box.label().c_str()),
                 _("'hutch data list' shows the boxes"));
}

Result<int> export_saved(const facts::Facts& facts, const BoxedApp& app) {
  constexpr std::size_t kMost = 100000;
  const std::vector<std::string> files = host::files_since(app.box.home(), 0, kMost);
  const std::vector<HostPath> places = TRY(host::move_out(facts, app.box.home(), files));
  if (places.size() < files.size()) tell_what_stays();
  for (const HostPath& place : places) {
    print_text(text::format(_("moved to '%s'\n"), text::printable(place.str()).c_str()));
  }
  if (files.empty()) print_text(_("nothing was saved there\n"));
  return kSucceeded;
}

}  // namespace

Result<int> list_data(const std::vector<std::string>& names, const Listing& listing) {
  const facts::Facts facts = TRY(host::probe());
  Json boxes = Json::array();
  Table table{.columns = {_("BOX"), _("SIZE"), _("ADOPTED"), _("HOME")}, .rows = {}};
  for (const host::Box& box : TRY(host::list_boxes(facts))) {
    const bool is_named = names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
                            return name == box.label() || name == box.profile.str();
                          });
    if (!is_named) continue;
    const auto note = host::read_data_note(box).value_or(host::DataNote{});
    const std::uint64_t size = host::size_of(box.home());
    boxes.push_back({{"box", box.label()},
                     {"profile", box.profile.str()},
                     {"name", box.name},
                     {"size", size},
                     {"adoption", word_of(note.adoption)},
                     {"adopted", note.paths},
                     {"home", box.home().str()}});
    std::vector<std::string> adopted;
    for (const std::string& path : note.paths) adopted.push_back("~/" + path);
    table.rows.push_back(
        {box.label(), people_size(size), adopted.empty() ? "-" : text::join(adopted, ", "), box.home().str()});
  }
  if (listing.json) {
    print_json({{"boxes", std::move(boxes)}});
  } else {
    print_text(format_table(table, listing.legend));
  }
  return kSucceeded;
}

Result<int> adopt_data(const DataRequest& request) {
  facts::Facts facts = TRY(host::probe());
  const BoxedApp app = TRY(boxed_app(facts, request.app));
  const std::vector<std::string> data = profile::data_paths(app.profile);
  if (data.empty()) {
    return failure(
        ErrorKind::kNotFound, text::format(_("where '%s' keeps its data is not known"), app.title.c_str()),
        text::format(_("'hutch data import %s DIRECTORY' brings files of your choice"), app.box.label().c_str()));
  }
  const std::vector<std::string> outside = host::data_outside(facts, app.box, data);
  if (outside.empty()) {
    std::vector<std::string> places;
    for (const std::string& path : data) places.push_back("~/" + path);
    print_text(text::format(_("nothing to adopt: of %s nothing is there that '%s' has not\n"), named(places).c_str(),
                            app.box.label().c_str()));
    return kSucceeded;
  }
  const host::Transfer transfer =
      TRY(wish_of(request, app, _("Copy the data, so that the program outside keeps its own, or move it?")));
  TRY(adopt(facts, app, outside, transfer));
  return kSucceeded;
}

Result<int> export_data(const DataRequest& request) {
  facts::Facts facts = TRY(host::probe());
  const BoxedApp app = TRY(boxed_app(facts, request.app));
  TRY(refuse_no_box(app));
  TRY(refuse_running(facts, app, !request.saved && request.to.empty()));
  const os::Fd lock = TRY(host::lock_boxes(facts, app.profile.id));
  if (request.saved) return export_saved(facts, app);
  const std::vector<std::string> inside = data_inside(app);
  if (inside.empty()) {
    return failure(ErrorKind::kNotFound,
                   text::format(_("there is nothing to give back in '%s'"), app.box.label().c_str()));
  }
  const HostPath to = request.to.empty() ? facts.user.home : TRY(place_of(request.to));
  const auto note = host::read_data_note(app.box);
  const bool was_moved = note && note->adoption == host::Adoption::kMoved && request.to.empty();
  const bool moves = request.moves || (was_moved && !request.copies);
  TRY(os::make_directories(to, 0700));
  for (const std::string& path : inside) {
    auto done = host::transfer_data(app.box.home(), to, path, moves ? host::Transfer::kMove : host::Transfer::kCopy);
    if (!done && done.error().kind == ErrorKind::kConflict) {
      return unexpected(std::move(done).error().with_hint(_("--to=DIRECTORY puts it elsewhere")));
    }
    TRY(std::move(done));
    print_text(
        text::format(moves ? _("moved to '%s'\n") : _("copied to '%s'\n"), text::printable((to / path).str()).c_str()));
  }
  return kSucceeded;
}

Result<int> import_data(const DataRequest& request) {
  facts::Facts facts = TRY(host::probe());
  const BoxedApp app = TRY(boxed_app(facts, request.app));
  TRY(refuse_running(facts, app, false));
  const os::Fd lock = TRY(host::lock_boxes(facts, app.profile.id));
  const HostPath from = TRY(place_of(request.from));
  if (!host::read_data_note(app.box)) TRY(host::write_data_note(app.box, {}));
  for (const std::string& name : TRY(os::list_directory(from))) {
    TRY(host::transfer_data(from, app.box.home(), name, host::Transfer::kCopy));
    print_text(
        text::format(_("copied '%s' into the box '%s'\n"), text::printable(name).c_str(), app.box.label().c_str()));
  }
  return kSucceeded;
}

Result<int> remove_data(const DataRequest& request) {
  facts::Facts facts = TRY(host::probe());
  const BoxedApp app = TRY(boxed_app(facts, request.app));
  TRY(refuse_no_box(app));
  TRY(refuse_running(facts, app, false));
  const std::string size = people_size(host::size_of(app.box.home()));
  if (!request.is_sure) {
    const std::string question = text::format(_("Remove all data of '%s' (%s)? It cannot be brought back."),
                                              app.box.label().c_str(), size.c_str());
    const Channel channel = channel_to_user();
    if (channel != Channel::kTerminal) {
      return failure(ErrorKind::kUsage,
                     text::format(_("all data of '%s' (%s) would be gone"), app.box.label().c_str(), size.c_str()),
                     _("--yes says that you mean it"));
    }
    const auto answer = ask(channel, app.title, question, {{"yes", _("Remove it")}, {"no", _("Keep it")}});
    if (answer != "yes") {
      print_note(_("nothing was removed"));
      return kFailed;
    }
  }
  const os::Fd lock = TRY(host::lock_boxes(facts, app.profile.id));
  TRY(host::remove_box(app.box));
  print_text(text::format(_("removed the data of '%s' (%s)\n"), app.box.label().c_str(), size.c_str()));
  return kSucceeded;
}

}  // namespace hutch::app
