#include "host/job_control.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <string>

#include "base/text.h"
#include "os/file.h"

namespace hutch::host {
namespace {

// A mask of /proc/PID/status: 16 hexadecimal digits, bit 0 is signal 1 (proc(5)).
bool holds(std::string_view status, std::string_view mask, int signal) {
  for (const std::string_view line : text::split(status, '\n')) {
    if (!line.starts_with(mask)) continue;
    const std::string_view digits = text::trim(line.substr(mask.size()));
    std::uint64_t bits = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    return read.ec != std::errc() || (bits >> (signal - 1) & 1) != 0;  // unreadable counts as handled
  }
  return true;
}

bool takes_default_action(pid_t pid, int signal) {
  constexpr std::size_t kStatusLimit = 16384;
  const auto status = os::read_file(HostPath::literal("/proc") / std::to_string(pid) / "status", kStatusLimit);
  return status && !holds(*status, "SigIgn:", signal) && !holds(*status, "SigCgt:", signal);
}

}  // namespace

std::optional<char> discarded_stop_key(int master) {
  termios settings{};
  if (::tcgetattr(master, &settings) != 0 || (settings.c_lflag & ISIG) == 0) return std::nullopt;
  const cc_t key = settings.c_cc[VSUSP];
  if (key == _POSIX_VDISABLE) return std::nullopt;
  // Both in our pid namespace, asked of the master end (ioctl_tty(2)).
  pid_t session = 0;
  pid_t foreground = 0;
  if (::ioctl(master, TIOCGSID, &session) != 0 || ::ioctl(master, TIOCGPGRP, &foreground) != 0) return std::nullopt;
  if (session <= 0 || session != foreground || !takes_default_action(session, SIGTSTP)) return std::nullopt;
  return static_cast<char>(key);
}

}  // namespace hutch::host
