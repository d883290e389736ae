#include "launch/relay.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "launch/line.h"

namespace hutch::launch {
namespace {

// The same terminal through a description of our own: O_NONBLOCK on the inherited one would be the shell's as well.
os::Fd reopen(int terminal) {
  ShortLine path;
  path << "/proc/self/fd/" << terminal;
  os::Fd own(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (own) return own;
  return os::Fd(::fcntl(terminal, F_DUPFD_CLOEXEC, 0));  // another user's after su(1)
}

// A terminal that does not control this process knows no background.
bool is_foreground(int terminal) {
  const pid_t group = ::tcgetpgrp(terminal);
  return group < 0 || group == ::getpgrp();
}

bool is_worth_a_retry(int error) {
  return error == EAGAIN || error == EINTR;
}

}  // namespace

Relay::Relay(int host, os::Fd inside) : host_(reopen(host)), inside_(std::move(inside)) {}

bool Relay::start() {
  if (!host_ || ::fcntl(inside_.get(), F_SETFL, O_RDWR | O_NONBLOCK) != 0) return false;
  resume();
  return true;
}

void Relay::ask(pollfd (&polled)[2]) const {
  const bool reads_host = is_attached_ && is_host_open_ && inward_.is_empty();
  const bool reads_inside = is_inside_open_ && !is_lent_ && outward_.is_empty();
  polled[0].events = static_cast<short>((reads_host ? POLLIN : 0) | (outward_.is_empty() ? 0 : POLLOUT));
  polled[1].events = static_cast<short>((reads_inside ? POLLIN : 0) | (inward_.is_empty() ? 0 : POLLOUT));
  polled[0].fd = polled[0].events == 0 ? -1 : host_.get();  // a hang-up is reported unasked, and for ever
  polled[1].fd = polled[1].events == 0 ? -1 : inside_.get();
}

void Relay::copy(const pollfd (&polled)[2]) {
  if (polled[0].fd >= 0 && polled[0].revents != 0 && is_attached_ && inward_.is_empty() && is_host_open_) {
    is_host_open_ = inward_.fill(host_.get());
  }
  if (polled[1].fd >= 0 && polled[1].revents != 0 && outward_.is_empty() && is_inside_open_) {
    is_inside_open_ = outward_.fill(inside_.get());
  }
  if (!inward_.is_empty()) inward_.drain(inside_.get());
  if (!outward_.is_empty()) outward_.drain(host_.get());
}

int Relay::lend() {
  suspend();
  is_lent_ = true;
  return inside_.get();
}

void Relay::take_back() {
  is_lent_ = false;
  resume();
}

void Relay::finish() {
  constexpr int kPatience = 1000;         // milliseconds for a terminal that does not take what is left
  if (is_lent_) is_inside_open_ = false;  // whoever has it reads what is left
  while (is_inside_open_ || !outward_.is_empty()) {
    if (outward_.is_empty()) is_inside_open_ = outward_.fill(inside_.get());
    if (outward_.is_empty()) break;
    outward_.drain(host_.get());
    pollfd full{.fd = host_.get(), .events = POLLOUT, .revents = 0};
    if (!outward_.is_empty() && ::poll(&full, 1, kPatience) <= 0) break;
  }
  raw_.reset();
}

void Relay::suspend() {
  if (is_attached_) raw_->suspend();
  is_attached_ = false;
}

void Relay::resume() {
  if (is_lent_ || !is_foreground(host_.get())) return;
  if (!raw_) {
    auto raw = os::RawTerminal::enter(host_.get());
    if (!raw) return;
    raw_.emplace(std::move(*raw));
  } else if (!raw_->resume()) {
    return;
  }
  is_attached_ = true;
  copy_size();
}

bool Relay::Buffer::fill(int from) {
  const ssize_t count = ::read(from, bytes_.data(), bytes_.size());
  if (count < 0) return is_worth_a_retry(errno);  // EIO: the last process on the other side is gone
  begin_ = 0;
  end_ = static_cast<std::size_t>(count);
  return count > 0;
}

void Relay::Buffer::drain(int to) {
  const ssize_t count = ::write(to, bytes_.data() + begin_, end_ - begin_);
  if (count >= 0) {
    begin_ += static_cast<std::size_t>(count);
  } else if (!is_worth_a_retry(errno)) {
    begin_ = end_;  // nobody will ever read it
  }
}

}  // namespace hutch::launch
