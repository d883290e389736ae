#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"
#include "core/guest/environment.h"
#include "guest/files.h"
#include "guest/setup_parts.h"
#include "os/file.h"

namespace hutch::guest {
namespace {

constexpr const char* kShim = "/run/hutch/bin/sudo";

bool has_program(std::string_view name) {
  const auto places = text::split(kSearchPath, ':');
  return std::any_of(places.begin(), places.end(), [&](std::string_view place) {
    return is_program((std::string(place) + "/" + std::string(name)).c_str());
  });
}

// By number: a name from the host may need escapes that these languages each do in another way.
void allow_sudo(const Settings& settings) {
  if (!is_directory("/etc/sudoers.d")) Work::tolerate(keep_directory("/etc/sudoers.d", 0750));
  Work::tolerate(keep_text("/etc/sudoers.d/hutch",
                           text::format("# Written by hutch: root of a toolbox is root only inside.\n"
                                        "#%u ALL=(ALL:ALL) NOPASSWD:SETENV: ALL\n",
                                        settings.uid),
                           0440));
}

void allow_doas(const Settings& settings) {
  const std::string rule = text::format("permit nopass %u\n", settings.uid);
  if (is_directory("/etc/doas.d")) {
    Work::tolerate(keep_text("/etc/doas.d/hutch.conf", rule, 0400));
  } else if (has_program("doas") && !is_there("/etc/doas.conf")) {  // built without that directory
    Work::tolerate(keep_text("/etc/doas.conf", rule, 0400));
  }
}

Status copy_self(const std::string& target) {
  const os::Fd self = TRY(os::open_at(AT_FDCWD, "/proc/self/exe", O_RDONLY, 0, 0));
  const os::Fd copy = TRY(os::open_at(AT_FDCWD, target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0700, 0));
  ssize_t count = 0;
  constexpr std::size_t kAtOnce = 1u << 30;
  while ((count = ::sendfile(copy.get(), self.get(), nullptr, kAtOnce)) > 0) {
  }
  // Last of all: writing and chown(2) take the bit away.
  if (count != 0 || ::fchmod(copy.get(), 04755) != 0) {
    return unexpected(system_error(errno, text::format("cannot write '%s'", target.c_str())));
  }
  return {};
}

Status place_shim() {
  TRY(keep_directory(kProgramsPath, 0755));
  const std::string beside = std::string(kShim) + ".new";
  TRY(remove_file(beside.c_str()));
  TRY(copy_self(beside));
  if (::rename(beside.c_str(), kShim) == 0) return {};
  return unexpected(system_error(errno, text::format("cannot write '%s'", kShim)));
}

}  // namespace

void allow_administration(const Settings& settings) {
  allow_sudo(settings);
  allow_doas(settings);
  if (has_program("sudo")) {
    Work::tolerate(remove_file(kShim));
  } else if (!is_there(kShim)) {
    Work::tolerate(place_shim());
  }
}

}  // namespace hutch::guest
