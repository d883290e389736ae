#include "host/helper.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::host {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kStartTimeout{10};
constexpr off_t kWordsLimit = 4096;

// A file in memory that cannot grow: a helper that complains for days fills nothing, and nobody has to read.
Result<os::Fd> make_words_file() {
  os::Fd file(::memfd_create("hutch-helper", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ::ftruncate(file.get(), kWordsLimit) != 0 ||
      ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    return unexpected(system_error(errno, _("cannot make a file in memory")));
  }
  return file;
}

// The last line it wrote, fit to be shown; empty when it wrote nothing.
std::string last_words(const os::Fd& file) {
  std::string text(kWordsLimit, '\0');
  const ssize_t length = ::pread(file.get(), text.data(), text.size(), 0);
  if (length <= 0) return {};
  text.resize(std::min(text.find('\0'), static_cast<std::size_t>(length)));
  const std::string_view trimmed = text::trim(text);
  return text::printable(trimmed.substr(trimmed.rfind('\n') + 1));  // npos + 1 is the whole
}

}  // namespace

Error ended_early(Helper& helper) {
  const auto ending = helper.process.wait();
  std::string reason = last_words(helper.words);
  if (reason.empty() && ending) {
    reason = ending->was_signalled ? text::format(_("signal %d"), ending->value)
                                   : text::format(_("status %d"), ending->value);
  }
  return Error{.kind = ErrorKind::kUnavailable,
               .code = 0,
               .message = text::format(_("'%s' ended early: %s"), helper.name.c_str(), reason.c_str()),
               .context = {},
               .hint = {}};
}

Result<Helper> start_helper(std::string name, os::SpawnOptions options) {
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDWR));
  os::Fd words = TRY(make_words_file());
  const auto give = [&](int fd, int number) {
    const bool is_named =
        std::ranges::any_of(options.descriptors, [&](const auto& entry) { return entry.second == number; });
    if (!is_named) options.descriptors.emplace_back(fd, number);
  };
  give(nothing.get(), STDIN_FILENO);
  give(nothing.get(), STDOUT_FILENO);
  give(words.get(), STDERR_FILENO);
  options.new_session = true;
  return Helper{.name = std::move(name), .process = TRY(os::Process::spawn(options)), .words = std::move(words)};
}

Status await_ready(Helper& helper, int ready) {
  const auto deadline = steady_clock::now() + kStartTimeout;
  pollfd watched[] = {{.fd = ready, .events = POLLIN, .revents = 0},
                      {.fd = helper.process.pidfd(), .events = POLLIN, .revents = 0}};
  for (;;) {
    const auto left = duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    const int count = left > 0 ? ::poll(watched, 2, static_cast<int>(left)) : 0;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot wait for a helper")));
    if (count == 0) {
      return failure(ErrorKind::kUnavailable,
                     text::format(_("'%s' does not become ready within %d seconds"), helper.name.c_str(),
                                  static_cast<int>(kStartTimeout.count())));
    }
    char byte = 0;
    if ((watched[0].revents & POLLIN) != 0 && ::read(ready, &byte, 1) == 1) return {};
    if (watched[1].revents != 0) return unexpected(ended_early(helper));
    watched[0].fd = -1;  // hung up: the helper is about to end and to say why
  }
}

}  // namespace hutch::host
