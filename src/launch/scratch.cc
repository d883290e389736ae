#include "launch/scratch.h"

#include <linux/close_range.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hutch::launch {

int Scratch::keep(os::Fd fd) {
  if (!fd) return -1;
  if (count_ == kCapacity) return -1;  // callers keep far from it; the descriptor is closed
  return fds_[count_++] = fd.release();
}

void Scratch::close_all() {
  const int saved = errno;
  std::sort(fds_.begin(), fds_.begin() + static_cast<std::ptrdiff_t>(count_));
  for (std::size_t first = 0; first < count_;) {
    std::size_t last = first;
    while (last + 1 < count_ && fds_[last + 1] == fds_[last] + 1) ++last;
    (void)::close_range(static_cast<unsigned>(fds_[first]), static_cast<unsigned>(fds_[last]), 0);  // cannot fail
    first = last + 1;
  }
  count_ = 0;
  errno = saved;
}

}  // namespace hutch::launch
