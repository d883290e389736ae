#include <algorithm>

#include "app/desktop_apps.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/desktop_units.h"
#include "host/probe.h"
#include "host/profiles.h"

namespace hutch::app {
namespace {

constexpr const char* kWithoutShims = "no-path";

Json json_of(const std::vector<HostPath>& paths) {
  Json list = Json::array();
  for (const HostPath& path : paths) list.push_back(path.str());
  return list;
}

// What one app's export came to. In words, a line a file.
class Account {
 public:
  explicit Account(bool json) : json_(json) {}

  void add(const std::string& name, const host::ExportChanges& changes) {
    if (!changes.left.empty()) has_left_some_ = true;
    if (json_) {
      apps_.push_back(Json{{"app", name},
                           {"written", json_of(changes.written)},
                           {"restored", json_of(changes.restored)},
                           {"removed", json_of(changes.removed)},
                           {"left", json_of(changes.left)},
                           {"kept", json_of(changes.kept)}});
      return;
    }
    say(_("%s: wrote '%s'\n"), name, changes.written);
    say(_("%s: put back '%s'\n"), name, changes.restored);
    say(_("%s: removed '%s'\n"), name, changes.removed);
    for (const HostPath& path : changes.left) {
      print_note(text::format(_("%s: '%s' was changed since and stays as it is"), text::printable(name).c_str(),
                              path.c_str()));
    }
    for (const HostPath& path : changes.kept) {
      print_note(text::format(_("%s: what was there before is in '%s'"), text::printable(name).c_str(), path.c_str()));
    }
  }

  void fail(const std::string& name, const Error& error) {
    has_left_some_ = true;
    print_note(text::printable(name) + ": " + error.describe());
  }

  int conclude() {
    if (json_) print_json(Json{{"apps", std::move(apps_)}});
    return has_left_some_ ? kFailed : kSucceeded;
  }

 private:
  static void say(const char* format, const std::string& name, const std::vector<HostPath>& paths) {
    for (const HostPath& path : paths) {
      // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): texts of _() above, all of two strings
      print_text(text::format(format, text::printable(name).c_str(), text::printable(path.str()).c_str()));
    }
  }

  bool json_;
  bool has_left_some_ = false;
  Json apps_ = Json::array();
};

Result<std::vector<host::Export>> exported_apps(const facts::Facts& facts) {
  std::vector<host::Export> exports = TRY(host::list_exports(facts));
  std::erase_if(exports, [](const host::Export& one) { return one.name.starts_with('.'); });
  return exports;
}

bool has_option(const host::Export& exported, std::string_view option) {
  return std::find(exported.options.begin(), exported.options.end(), option) != exported.options.end();
}

// Writes an app's files. Nothing to write is an error for one that was never exported.
Status put(const facts::Facts& facts, const DesktopApp& app, const std::vector<host::Way>& ways, host::Export exported,
           Account& account) {
  const ExportOptions options{.has_shims = !has_option(exported, kWithoutShims)};
  const auto wanted = TRY(wanted_files(facts, app, ways, options));
  if (wanted.empty() && exported.files.empty()) {
    return failure(ErrorKind::kNotFound,
                   text::format(_("no desktop entry starts '%s'"), text::printable(exported.name).c_str()),
                   _("only programs that are installed can be exported"));
  }
  host::ExportChanges changes;
  TRY(host::put_export(facts, exported, wanted, changes));
  account.add(exported.name, changes);
  return {};
}

Result<std::vector<profile::Request>> all_profiles(const facts::Facts& facts) {
  std::vector<profile::Request> requests;
  for (const host::Listed& listed : TRY(host::list_profiles(facts))) {
    const bool is_known = std::any_of(requests.begin(), requests.end(),
                                      [&](const profile::Request& request) { return request.app == listed.id.str(); });
    if (listed.is_base || is_known) continue;
    profile::Request request;
    request.app = listed.id.str();
    requests.push_back(std::move(request));
  }
  return requests;
}

Status export_one(const facts::Facts& facts, const profile::Request& wish, const DesktopRequest& request,
                  const std::vector<host::Way>& ways, Account& account) {
  const DesktopApp app = TRY(identify(facts, wish));
  host::Export exported = TRY(host::read_export(facts, export_name(app)));
  const auto wanted = TRY(wanted_files(facts, app, ways, {}));
  if (request.all && exported.files.empty() && wanted.empty()) return {};
  exported.options.clear();
  if (!request.has_shims) exported.options.emplace_back(kWithoutShims);
  return put(facts, app, ways, std::move(exported), account);
}

Result<std::string> exported_name(const facts::Facts& facts, const std::vector<host::Export>& exports,
                                  const profile::Request& request) {
  const std::string typed = request.box.empty() ? request.app : request.app + "@" + request.box.str();
  const auto is_exported = [&](const std::string& name) {
    return std::any_of(exports.begin(), exports.end(), [&](const host::Export& one) { return one.name == name; });
  };
  if (is_exported(typed)) return typed;
  const auto app = identify(facts, request);
  if (app && is_exported(export_name(*app))) return export_name(*app);
  return failure(ErrorKind::kNotFound, text::format(_("'%s' is not exported"), text::printable(typed).c_str()),
                 _("'hutch desktop list' shows what is"));
}

// The exports that are meant: those named, else all.
Result<std::vector<host::Export>> chosen_exports(const facts::Facts& facts, const DesktopRequest& request) {
  std::vector<host::Export> exports = TRY(exported_apps(facts));
  if (request.apps.empty()) return exports;
  std::vector<host::Export> chosen;
  for (const profile::Request& wish : request.apps) {
    const std::string name = TRY(exported_name(facts, exports, wish));
    chosen.push_back(
        *std::find_if(exports.begin(), exports.end(), [&](const host::Export& one) { return one.name == name; }));
  }
  return chosen;
}

}  // namespace

Result<int> export_desktop(const DesktopRequest& request) {
  const facts::Facts facts = TRY(host::probe());
  const os::Fd lock = TRY(host::lock_exports(facts));
  const std::vector<host::Export> exports = TRY(host::list_exports(facts));
  const auto ways = TRY(host::find_ways(facts, exports));
  const auto wishes = request.all ? TRY(all_profiles(facts)) : request.apps;
  Account account(request.listing.json);
  for (const profile::Request& wish : wishes) {
    auto done = export_one(facts, wish, request, ways, account);
    if (!done && !request.all) return unexpected(std::move(done).error());
    if (!done) account.fail(wish.app, done.error());
  }
  host::ExportChanges changes;
  const auto now_exported = TRY(exported_apps(facts));
  if (!now_exported.empty()) TRY(host::keep_watch(facts, changes));
  host::reload_services(facts);
  return account.conclude();
}

Result<int> unexport_desktop(const DesktopRequest& request) {
  const facts::Facts facts = TRY(host::probe());
  const os::Fd lock = TRY(host::lock_exports(facts));
  TRY(host::sweep_exports(facts));
  Account account(request.listing.json);
  for (const host::Export& exported : TRY(chosen_exports(facts, request))) {
    host::ExportChanges changes;
    TRY(host::take_back_export(facts, exported, changes));
    account.add(exported.name, changes);
  }
  host::ExportChanges changes;
  const auto still_exported = TRY(exported_apps(facts));
  if (still_exported.empty()) TRY(host::end_watch(facts, changes));
  host::reload_services(facts);
  return account.conclude();
}

Result<int> refresh_desktop(const DesktopRequest& request) {
  const facts::Facts facts = TRY(host::probe());
  const os::Fd lock = TRY(host::lock_exports(facts));
  const std::vector<host::Export> exports = TRY(host::list_exports(facts));
  const auto ways = TRY(host::find_ways(facts, exports));
  Account account(request.listing.json);
  const auto chosen = TRY(chosen_exports(facts, request));
  for (const host::Export& exported : chosen) {
    const auto wish = request_of(exported.name);
    const auto app = wish ? identify(facts, *wish) : Result<DesktopApp>(unexpected(wish.error()));
    const auto done = app ? put(facts, *app, ways, exported, account) : Status(unexpected(app.error()));
    if (!done) account.fail(exported.name, done.error());
  }
  host::ExportChanges changes;
  if (!chosen.empty()) TRY(host::keep_watch(facts, changes));
  host::reload_services(facts);
  return account.conclude();
}

}  // namespace hutch::app
