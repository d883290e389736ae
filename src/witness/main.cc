// hutch-witness: takes down what a run is refused, beside it. core/instance/refusals.h has the file.
//
//   log       the bus proxy's log, and the counters of the network at the end. In seccomp's strict mode: what it reads
//   was
//             chosen by the sandboxed program, and it can do nothing but read and write what it was given
//   trace     answers the calls that the filter of a run with --trace-denials asks about (seccomp_unotify(2)): all with
//             EPERM, as the filter itself would have
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/instance/counters.h"
#include "core/plan/witness.h"
#include "os/socket.h"
#include "witness/proxy_log.h"
#include "witness/tally.h"

namespace hutch::witness {
namespace {

constinit Tally tally;  // strict mode has no room for more
char buffer[64u << 10];

struct Counts {
  std::uint64_t unroutable = 0;
  std::uint64_t blocked = 0;
};

// From the position these files are read at, which is their beginning until read_counts() has come.
std::string_view content_of(int fd) {
  std::size_t size = 0;
  ssize_t count = 0;
  while (size < sizeof buffer && (count = ::read(fd, buffer + size, sizeof buffer - size)) > 0) {
    size += static_cast<std::size_t>(count);
  }
  return {buffer, size};
}

Counts read_counts() {
  Counts counts;
  counts.unroutable = instance::ip_counter(content_of(plan::kWitnessCounters), "OutNoRoutes");
  counts.unroutable += instance::named_counter(content_of(plan::kWitnessCounters + 1), "Ip6OutNoRoutes");
  counts.blocked = instance::named_counter(content_of(plan::kWitnessCounters + 2), "XfrmOutPolBlock");
  return counts;
}

// What the launcher's own attempts on the walls of the network left in the counters: it has made them once the first
// command is there, or somebody speaks on the bus.
Counts counts_of_set_up() {
  pollfd watched{.fd = plan::kWitnessSource, .events = POLLIN, .revents = 0};
  char first = 0;
  while (::poll(&watched, 1, 1) == 0 && ::pread(plan::kWitnessChildren, &first, 1, 0) == 0) continue;
  const Counts counts = read_counts();
  for (int index = 0; index < 3; ++index) (void)::lseek(plan::kWitnessCounters + index, 0, SEEK_SET);
  return counts;
}

[[noreturn]] void leave() {
  for (;;) (void)::syscall(SYS_exit, 0);  // exit_group(2) is not allowed in strict mode
}

[[noreturn]] void follow_log() {
  const Counts before = counts_of_set_up();
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) != 0) leave();
  // From here on: read, write, exit.
  ProxyLog log(tally);
  for (ssize_t count = 0; (count = ::read(plan::kWitnessSource, buffer, sizeof buffer)) != 0;) {
    if (count < 0 && errno != EINTR) break;
    if (count > 0) log.take({buffer, static_cast<std::size_t>(count)});
  }
  // The files were opened while the network namespace was there, and keep it (proc(5)).
  const Counts after = read_counts();
  tally.conclude("unroutable", after.unroutable - before.unroutable);
  tally.conclude("blocked", after.blocked - before.blocked);
  tally.finish();
  leave();
}

// Until nobody is left under the filter.
void answer(int listener, bool& is_noting) {
  seccomp_notif question;
  std::memset(&question, 0, sizeof question);
  if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) != 0) return;  // whoever asked is gone
  if (is_noting) {
    Text line;
    line.word("call").word(static_cast<std::uint32_t>(question.data.nr)).word(question.data.arch, 16);
    tally.note(line);
  }
  seccomp_notif_resp response{.id = question.id, .val = 0, .error = -EPERM, .flags = 0};
  (void)::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

void follow_calls() {
  auto received = os::receive_packet(plan::kWitnessSource, 256);
  if (!received || received->descriptors.size() != 1) return;
  const os::Fd listener = std::move(received->descriptors.front());
  bool is_noting = false;  // not while the launcher tries its walls
  pollfd watched[] = {{.fd = listener.get(), .events = POLLIN, .revents = 0},
                      {.fd = plan::kWitnessSource, .events = POLLIN, .revents = 0}};
  while (true) {
    if (::poll(watched, 2, -1) < 0 && errno != EINTR) return;
    if ((watched[0].revents & POLLIN) != 0) answer(listener.get(), is_noting);
    if ((watched[0].revents & (POLLHUP | POLLERR)) != 0) return;
    if (watched[1].revents != 0) {  // the walls hold, and the program starts
      is_noting = true;
      watched[1].fd = -1;
    }
  }
}

}  // namespace
}  // namespace hutch::witness

int main(int count, char** words) {
  using namespace hutch::witness;
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // cannot fail with these arguments
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || count != 2) return 1;
  tally.write_to(hutch::plan::kWitnessRecord);
  if (std::string_view(words[1]) == hutch::plan::kModeTrace) {
    follow_calls();
    tally.finish();
    return 0;
  }
  follow_log();
}
