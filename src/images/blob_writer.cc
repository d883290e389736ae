#include "images/blob_writer.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"
#include "os/pipe.h"

namespace hutch::images {
namespace {

constexpr std::size_t kReadSize = 1u << 20;
constexpr int kUnreadLimit = 1024;  // bytes of news in the pipe; the last one always finds room

}  // namespace

Result<BlobWriter> BlobWriter::open(HostPath partial, HostPath directory, image::Digest digest, std::uint64_t size,
                                    os::Fd file) {
  BlobWriter writer(std::move(partial), std::move(directory), std::move(digest), size, std::move(file));
  std::vector<char> piece(kReadSize);
  while (true) {
    const ssize_t count = ::pread(writer.file_.get(), piece.data(), piece.size(), static_cast<off_t>(writer.offset_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read a partial blob")));
    if (count == 0) break;
    writer.offset_ += static_cast<std::uint64_t>(count);
    if (writer.offset_ > size) {
      TRY(writer.reset());
      break;
    }
    writer.hash_.add({piece.data(), static_cast<std::size_t>(count)});
  }
  return writer;
}

Status BlobWriter::append(std::string_view bytes) {
  if (bytes.size() > size_ - offset_) {
    (void)::unlink(partial_.c_str());  // what came before belongs to it
    return failure(ErrorKind::kInvalid, text::format(_("the blob %s is larger than announced"), digest_.str().c_str()));
  }
  hash_.add(bytes);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t count = ::pwrite(file_.get(), rest.data(), rest.size(), static_cast<off_t>(offset_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      // What is hashed and what is written no longer agree: the next writer reads it again.
      return unexpected(system_error(errno, text::format(_("cannot write the blob %s"), digest_.str().c_str())));
    }
    offset_ += static_cast<std::uint64_t>(count);
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  notify('b');
  return {};
}

Status BlobWriter::reset() {
  if (::ftruncate(file_.get(), 0) != 0) return unexpected(system_error(errno, _("cannot empty a partial blob")));
  offset_ = 0;
  hash_ = os::Sha256();
  return {};
}

Status BlobWriter::commit() {
  if (!digest_.empty() && offset_ != size_) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("the blob %s has %llu bytes instead of %llu"), digest_.str().c_str(),
                                static_cast<unsigned long long>(offset_), static_cast<unsigned long long>(size_)));
  }
  const image::Digest found = image::Digest::of_bytes(hash_.value());
  if (!digest_.empty() && found != digest_) {
    (void)::unlink(partial_.c_str());  // the error matters more
    return failure(ErrorKind::kInvalid, text::format(_("the blob's content is %s, but %s was announced"),
                                                     found.str().c_str(), digest_.str().c_str()));
  }
  digest_ = found;
  size_ = offset_;
  if (::rename(partial_.c_str(), (directory_ / found.hex()).c_str()) != 0) {
    return unexpected(system_error(errno, text::format(_("cannot keep the blob %s"), found.str().c_str())));
  }
  notify('c');
  followers_.reset();
  file_.reset();
  return {};
}

Result<os::Fd> BlobWriter::open_reader() const {
  return os::open_path(partial_, O_RDONLY);
}

Result<os::Fd> BlobWriter::follow() {
  os::Pipe pipe = TRY(os::make_pipe());
  if (::fcntl(pipe.write.get(), F_SETFL, O_NONBLOCK) != 0) {
    return unexpected(system_error(errno, _("cannot make a pipe")));
  }
  followers_ = std::move(pipe.write);
  return std::move(pipe.read);
}

void BlobWriter::notify(char what) {
  if (!followers_) return;
  int unread = 0;
  const bool is_known = ::ioctl(followers_.get(), FIONREAD, &unread) == 0;
  if (what == 'b' && is_known && unread > kUnreadLimit) return;
  (void)!::write(followers_.get(), &what, 1);  // a follower that is gone tells by other means; SIGPIPE is ignored
}

}  // namespace hutch::images
