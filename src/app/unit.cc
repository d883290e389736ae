#include <algorithm>

#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/instance/unit_file.h"
#include "host/probe.h"
#include "host/queries.h"
#include "os/file.h"

namespace hutch::app {
namespace {

constexpr mode_t kFileMode = 0644;
constexpr mode_t kDirectoryMode = 0755;

// Letters, digits and a few signs: what needs no escape in the name of a unit (systemd.unit(5)).
Result<std::string> name_of(const UnitOptions& options) {
  const std::string& app = options.words.front();
  std::string name = options.name.empty() ? app.substr(app.rfind('/') + 1) : options.name;
  for (char& c : name) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    if (!is_plain && options.name.empty()) c = '-';
    if (!is_plain && !options.name.empty()) name.clear();
    if (name.empty()) break;
  }
  constexpr std::size_t kLongest = 200;
  if (!name.empty() && name.size() <= kLongest) return name;
  return failure(ErrorKind::kUsage,
                 text::format(_("'%s' cannot be the name of a unit"), text::printable(options.name).c_str()),
                 _("use letters, digits, '.', '_' and '-'"));
}

Status check(const UnitOptions& options) {
  constexpr std::string_view kRestarts[] = {"no",          "always",   "on-success", "on-failure",
                                            "on-abnormal", "on-abort", "on-watchdog"};
  const bool is_restart = options.restart.empty() ||
                          std::find(std::begin(kRestarts), std::end(kRestarts), options.restart) != std::end(kRestarts);
  if (!is_restart) {
    return failure(ErrorKind::kUsage,
                   text::format(_("--restart knows no '%s'"), text::printable(options.restart).c_str()),
                   _("use no, always, on-success, on-failure, on-abnormal, on-abort or on-watchdog"));
  }
  if (!options.listen.empty() && !options.socket.empty()) {
    return failure(ErrorKind::kUsage,
                   _("--listen starts an instance for each connection, --listen-once one for all: take one"));
  }
  if (options.watchdog != 0 && !options.notifies) {
    return failure(ErrorKind::kUsage, _("--watchdog needs --notify: the app has to say that it is alive"));
  }
  return {};
}

}  // namespace

Result<int> unit(const UnitOptions& options) {
  TRY(check(options));
  const facts::Facts facts = TRY(host::probe());
  const HostPath program = TRY(host::own_program());
  instance::UnitFile file{.name = TRY(name_of(options)),
                          .description = text::format(_("%s in its sandbox"), options.words.front().c_str()),
                          .command = {program.str(), "run", "--in-unit"},
                          .listen = options.listen,
                          .socket = options.socket,
                          .restart = options.restart,
                          .notifies = options.notifies,
                          .watchdog = options.watchdog};
  file.command.insert(file.command.end(), options.flags.begin(), options.flags.end());
  file.command.insert(file.command.end(), options.words.begin(), options.words.end());
  if (options.only_prints) {
    print_text(instance::service_text(file));
    if (instance::has_socket(file)) print_text("\n" + instance::socket_text(file));
    return kSucceeded;
  }
  const HostPath directory = facts.directories.config / "systemd/user";
  TRY(os::make_directories(directory, kDirectoryMode));
  TRY(os::replace_file(directory / instance::service_name(file), instance::service_text(file), kFileMode));
  const bool has_socket = instance::has_socket(file);
  const std::string started = has_socket ? instance::socket_name(file) : instance::service_name(file);
  if (has_socket) TRY(os::replace_file(directory / started, instance::socket_text(file), kFileMode));
  print_text(
      text::format(_("wrote '%s'\nstart it: systemctl --user daemon-reload && systemctl --user enable --now %s\n"),
                   (directory / instance::service_name(file)).c_str(), started.c_str()));
  return kSucceeded;
}

}  // namespace hutch::app
