#include "host/relay.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/i18n.h"

namespace hutch::host {
namespace {

short events_of(const std::vector<pollfd>& watched, int fd, short wanted) {
  short events = 0;
  for (const pollfd& one : watched) {
    if (one.fd == fd && (one.events & wanted) != 0) events = static_cast<short>(events | one.revents);
  }
  return events;
}

}  // namespace

void Route::watch(std::vector<pollfd>& watched) const {
  if (pending_.empty() && from_ >= 0) watched.push_back({.fd = from_, .events = POLLIN, .revents = 0});
  if (!pending_.empty() && to_ >= 0) watched.push_back({.fd = to_, .events = POLLOUT, .revents = 0});
}

void Route::move(const std::vector<pollfd>& watched) {
  if (!pending_.empty() && to_ >= 0 && events_of(watched, to_, POLLOUT) != 0) return write_some();
  if (pending_.empty() && from_ >= 0 && events_of(watched, from_, POLLIN) != 0) read_some();
}

void Route::drain(int milliseconds) {
  while (from_ >= 0 || !pending_.empty()) {
    if (!pending_.empty()) {
      if (to_ < 0) return;
      write_some();
      continue;
    }
    pollfd source{.fd = from_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&source, 1, milliseconds);
    if (ready == 0 || (ready < 0 && errno != EINTR)) return;
    if (ready > 0) read_some();
  }
}

void Route::drop(char byte) {
  const std::size_t place = pending_.find(byte);
  if (place != std::string::npos) pending_.erase(place, 1);
}

int Route::take_finished() {
  const bool is_finished = from_ < 0 && pending_.empty() && closes_target_ && to_ >= 0;
  return is_finished ? std::exchange(to_, -1) : -1;
}

void Route::read_some() {
  std::array<char, 16384> buffer{};
  const ssize_t count = ::read(from_, buffer.data(), buffer.size());
  if (count > 0) {
    pending_.assign(buffer.data(), static_cast<std::size_t>(count));
    if (filter_) filter_(pending_);
  } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
    from_ = -1;
  }
}

void Route::write_some() {
  // Up to PIPE_BUF bytes do not block once poll says so (pipe(7)).
  constexpr std::size_t kPortion = 4096;
  const ssize_t count = ::write(to_, pending_.data(), std::min(pending_.size(), kPortion));
  if (count > 0) {
    pending_.erase(0, static_cast<std::size_t>(count));
  } else if (count < 0 && errno != EINTR && errno != EAGAIN) {
    to_ = -1;  // the reader is gone: what comes is thrown away
    from_ = -1;
    pending_.clear();
  }
}

Status make_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    return unexpected(system_error(errno, _("cannot make a descriptor non-blocking")));
  }
  return {};
}

}  // namespace hutch::host
