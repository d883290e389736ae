#include "host/activation.h"

#include <unistd.h>

#include <cstdlib>
#include <limits>

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/channel.h"
#include "os/fd.h"

namespace hutch::host {

Result<std::vector<std::int32_t>> take_sockets() {
  constexpr int kLowest = 128;  // above all numbers that mean something to the launcher or the app
  const char* const pid = std::getenv("LISTEN_PID");
  const char* const count = std::getenv("LISTEN_FDS");
  std::vector<std::int32_t> taken;
  if (pid == nullptr || count == nullptr) return taken;
  const auto receiver = text::parse_number(pid, std::numeric_limits<std::int32_t>::max());
  if (!receiver || static_cast<pid_t>(*receiver) != ::getpid()) return taken;
  const auto number = text::parse_number(count, plan::kSocketMost);
  if (!number) {
    return failure(ErrorKind::kInvalid, text::format(_("LISTEN_FDS is '%s'"), text::printable(count).c_str()),
                   text::format(_("a unit may have up to %zu sockets"), plan::kSocketMost));
  }
  for (std::int32_t index = 0; index < static_cast<std::int32_t>(*number); ++index) {
    const int given = plan::kFirstSocket + index;
    taken.push_back(TRY_IN(_("taking the unit's sockets"), os::duplicate(given, kLowest)).release());
    (void)::close(given);  // the copy is the one that counts
  }
  return taken;
}

}  // namespace hutch::host
