#include <time.h>

#include <algorithm>

#include "app/print.h"
#include "app/start.h"
#include "app/toolbox.h"
#include "app/toolbox_carry.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

// By the status that finding it has inside.
struct Manager {
  int status = 0;
  const char* upgrade = nullptr;         // a script
  const char* upgrade_asking = nullptr;  // one that may ask
};
constexpr Manager kManagers[] = {
    {.status = 101,
     .upgrade = "export DEBIAN_FRONTEND=noninteractive; apt-get update && exec apt-get -y upgrade --with-new-pkgs",
     .upgrade_asking = "apt-get update && exec apt-get upgrade --with-new-pkgs"},
    {.status = 102, .upgrade = "exec dnf -y upgrade --refresh", .upgrade_asking = "exec dnf upgrade --refresh"},
    {.status = 103, .upgrade = "exec microdnf -y upgrade", .upgrade_asking = "exec microdnf upgrade"},
    {.status = 104,
     .upgrade = "exec zypper --non-interactive dist-upgrade",
     .upgrade_asking = "exec zypper dist-upgrade"},
    {.status = 105, .upgrade = "exec pacman --noconfirm -Syu", .upgrade_asking = "exec pacman -Syu"},
    {.status = 106,
     .upgrade = "exec apk upgrade --update-cache",
     .upgrade_asking = "exec apk -i upgrade --update-cache"},
};
constexpr const char* kFind =
    "status=101; for name in apt-get dnf microdnf zypper pacman apk; do"
    " if command -v $name >/dev/null; then exit $status; fi; status=$((status + 1)); done; exit 100";

Result<int> run_as_root(const host::Toolbox& toolbox, const char* script) {
  EnterOptions options;
  options.name = toolbox.name.str();
  options.user = "root";
  options.command = {"sh", "-c", script};
  options.directory = "/";
  return enter(options);
}

// Which one the image has: asked inside, where its root is the root.
Result<const Manager*> find_manager(const host::Toolbox& toolbox) {
  const int status = TRY(run_as_root(toolbox, kFind));
  for (const Manager& manager : kManagers) {
    if (manager.status == status) return &manager;
  }
  return failure(ErrorKind::kNotFound,
                 text::format(_("toolbox '%s' has no package manager that hutch knows"), toolbox.name.c_str()),
                 "apt-get, dnf, microdnf, zypper, pacman, apk");
}

// It ends by itself once nobody is inside.
Status await_idle(const facts::Facts& facts, const host::Toolbox& toolbox) {
  constexpr std::chrono::milliseconds kPatience(5000);
  const std::optional<host::Running> running = TRY(running_toolbox(facts, toolbox));
  if (running) (void)host::wait_for_end(*running, kPatience);  // one that goes on holds its lock
  return {};
}

// Two may be taken within one second.
std::string unused_name(const toolbox::Stack& stack, const std::string& wanted) {
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(stack.snapshots.begin(), stack.snapshots.end(),
                       [&](const toolbox::Snapshot& snapshot) { return snapshot.name == name; });
  };
  std::string name = wanted;
  for (int number = 2; is_taken(name); ++number) name = text::format("%s-%d", wanted.c_str(), number);
  return name;
}

}  // namespace

Result<int> upgrade_toolbox(const std::string& name, bool asks_nothing) {
  const facts::Facts facts = TRY(host::probe());
  host::Toolbox toolbox = TRY(find_toolbox(facts, name));
  const Manager* const manager = TRY(find_manager(toolbox));
  TRY(await_idle(facts, toolbox));
  const auto now = static_cast<std::int64_t>(::time(nullptr));
  const auto begin = [&](toolbox::Stack& stack) -> Status {
    const std::string snapshot = unused_name(stack, text::format("before-upgrade-%lld", static_cast<long long>(now)));
    const std::string upper = TRY(host::make_upper(facts));
    const std::string spare = TRY(host::make_upper(facts));
    return toolbox::begin_change(stack, "upgrade", snapshot, now, upper, spare);
  };
  TRY(change_stack(facts, toolbox, begin));
  const int status = TRY(run_as_root(toolbox, asks_nothing ? manager->upgrade : manager->upgrade_asking));
  print_note(text::format(status == 0 ? _("what it was before comes back with: hutch toolbox undo %s")
                                      : _("the upgrade failed; what was there before comes back with: "
                                          "hutch toolbox undo %s"),
                          toolbox.name.c_str()));
  return status;
}

}  // namespace hutch::app
