#include "host/examine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/i18n.h"
#include "base/text.h"
#include "host/queries.h"
#include "os/file.h"
#include "os/process.h"

namespace hutch::host {
namespace {

using doctor::Observation;
using doctor::Verdict;

Observation observe(const char* name, Verdict verdict, std::string detail = {}) {
  return {.name = name, .verdict = verdict, .detail = std::move(detail)};
}

// The first lines of what a program says, joined.
std::string in_one_line(std::string_view text) {
  constexpr std::size_t kLimit = 300;
  std::string line;
  for (const std::string_view part : text::split(text, '\n')) {
    if (!text::trim(part).empty()) line += (line.empty() ? "" : "; ") + std::string(text::trim(part));
  }
  return line.substr(0, kLimit);
}

// Works when the program ends with 0; what it says on either stream is the detail when it does not.
Observation try_program(const char* name, const HostPath& program, const std::vector<std::string>& arguments) {
  constexpr std::size_t kOutputLimit = 64u << 10;
  os::SpawnOptions options{.program = HostPath::literal("/bin/sh"),
                           .arguments = {"sh", "-c", "exec \"$0\" \"$@\" 2>&1", program.str()},
                           .environment = own_environment(),
                           .descriptors = {},
                           .new_session = false};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  const auto run = os::run_and_capture(std::move(options), kOutputLimit);
  if (!run) return observe(name, Verdict::kUnknown, run.error().describe());
  if (!run->ending.was_signalled && run->ending.value == 0) return observe(name, Verdict::kWorks);
  return observe(name, Verdict::kBroken, in_one_line(run->output));
}

Observation try_user_namespace() {
  const HostPath program = HostPath::literal("/usr/bin/unshare");
  if (!os::exists(program)) return observe("user-namespaces", Verdict::kUnknown, _("'unshare' is not installed"));
  return try_program("user-namespaces", program, {"--user", "--map-root-user", "--mount", "--pid", "--fork", "true"});
}

Observation try_sandbox() {
  const auto hutch = own_program();
  if (!hutch) return observe("sandbox", Verdict::kUnknown, hutch.error().describe());
  return try_program("sandbox", *hutch, {"run", "--profile=cli", "/bin/true"});
}

// A kernel switch; `wanted` says whether a value lets user namespaces work. An absent switch never forbids.
Observation look_at_switch(const char* name, const char* file, bool (*is_wanted)(std::string_view value)) {
  const auto text = os::read_file(HostPath::literal("/proc/sys") / file, 64);
  if (!text) return observe(name, Verdict::kWorks, _("no such switch"));
  const std::string value(text::trim(*text));
  return observe(name, is_wanted(value) ? Verdict::kWorks : Verdict::kBroken, value);
}

Observation look_at_apparmor(const Observation& user_namespace) {
  Observation found = look_at_switch("userns-apparmor", "kernel/apparmor_restrict_unprivileged_userns",
                                     [](std::string_view value) { return value != "1"; });
  if (found.verdict == Verdict::kBroken && user_namespace.verdict == Verdict::kWorks) {
    found = observe("userns-apparmor", Verdict::kWorks, _("restricted, with an exception for this program"));
  }
  return found;
}

Observation look_at_launcher() {
  const auto program = find_program("hutch-launch");
  if (!program) return observe("launcher", Verdict::kMissing, program.error().describe());
  struct stat status {};
  if (::stat(program->c_str(), &status) != 0) return observe("launcher", Verdict::kUnknown, program->str());
  const bool is_safe = status.st_uid == 0 && (status.st_mode & 022) == 0;
  return observe("launcher", is_safe ? Verdict::kWorks : Verdict::kBroken, program->str());
}

Observation look_at_runtime_directory(const facts::Facts& facts) {
  const HostPath& directory = facts.directories.runtime;
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    return observe("runtime-directory", Verdict::kMissing, directory.str() + ": " + std::strerror(errno));
  }
  const bool is_ours = status.st_uid == ::geteuid() && (status.st_mode & 077) == 0 && S_ISDIR(status.st_mode);
  const bool is_usable = is_ours && ::access(directory.c_str(), R_OK | W_OK | X_OK) == 0;
  return observe("runtime-directory", is_usable ? Verdict::kWorks : Verdict::kBroken,
                 text::format("%s, %03o", directory.c_str(), status.st_mode & 0777));
}

// A device that a program of this user can open.
Observation try_device(const char* name, const char* path) {
  const auto device = os::open_path(HostPath::literal(path), O_RDWR | O_NONBLOCK | O_NOCTTY);
  if (device) return observe(name, Verdict::kWorks);
  const bool is_absent = device.error().code == ENOENT || device.error().code == ENXIO || device.error().code == ENODEV;
  return observe(name, is_absent ? Verdict::kMissing : Verdict::kBroken, std::strerror(device.error().code));
}

// newuidmap and newgidmap do their work only with the privilege their package gives them: set-user-ID or a file
// capability.
Observation look_at_newuidmap(const facts::Facts& facts) {
  const auto& programs = facts.programs;
  if (!programs.newuidmap || !programs.newgidmap) return observe("newuidmap", Verdict::kMissing);
  for (const HostPath& program : {*programs.newuidmap, *programs.newgidmap}) {
    struct stat status {};
    const bool is_root_owned = ::stat(program.c_str(), &status) == 0 && status.st_uid == 0;
    const bool is_setuid = is_root_owned && (status.st_mode & S_ISUID) != 0;
    const bool has_capability = is_root_owned && ::getxattr(program.c_str(), "security.capability", nullptr, 0) > 0;
    if (!is_setuid && !has_capability) return observe("newuidmap", Verdict::kBroken, program.str());
  }
  return observe("newuidmap", Verdict::kWorks, programs.newuidmap->str());
}

}  // namespace

std::vector<Observation> examine(const facts::Facts& facts) {
  const Observation user_namespace = try_user_namespace();
  return {
      user_namespace,
      look_at_switch("userns-sysctl", "kernel/unprivileged_userns_clone",
                     [](std::string_view value) { return value != "0"; }),
      look_at_switch("userns-limit", "user/max_user_namespaces", [](std::string_view value) { return value != "0"; }),
      look_at_apparmor(user_namespace),
      try_sandbox(),
      look_at_launcher(),
      look_at_runtime_directory(facts),
      look_at_newuidmap(facts),
      try_device("fuse", "/dev/fuse"),
      try_device("tun", "/dev/net/tun"),
  };
}

}  // namespace hutch::host
