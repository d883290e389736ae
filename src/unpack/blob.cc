#include "unpack/blob.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"

namespace hutch::unpack {

Status Blob::await_more() {
  char news[4096];
  const ssize_t count = ::read(pipe_.get(), news, sizeof news);
  if (count < 0 && errno == EINTR) return {};
  if (count < 0) return unexpected(system_error(errno, _("cannot wait for the rest of the blob")));
  if (count == 0) return failure(ErrorKind::kInvalid, _("the blob was not completed"));
  if (std::find(news, news + count, 'c') != news + count) pipe_.reset();
  return {};
}

Result<std::size_t> Blob::read(std::span<char> buffer) {
  while (true) {
    const bool was_complete = !pipe_;
    const ssize_t count = ::pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read the blob")));
    if (count > 0 || was_complete) {
      offset_ += static_cast<std::uint64_t>(count);
      return static_cast<std::size_t>(count);
    }
    TRY(await_more());
  }
}

}  // namespace hutch::unpack
