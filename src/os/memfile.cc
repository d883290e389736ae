#include "os/memfile.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/i18n.h"
#include "os/file.h"

namespace hutch::os {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Result<Fd> make_sealed_file(const char* name, std::string_view content) {
  Fd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return unexpected(system_error(errno, _("cannot make a file in memory")));
  TRY(write_all(fd.get(), content));
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) {
    return unexpected(system_error(errno, _("cannot seal a file in memory")));
  }
  return fd;
}

Result<MappedFile> MappedFile::map(int fd, std::size_t limit, bool must_be_sealed) {
  if (must_be_sealed) {
    const int seals = ::fcntl(fd, F_GET_SEALS);
    if (seals < 0) return unexpected(system_error(errno, _("not a sealed file")));
    if ((seals & kSeals) != kSeals) return unexpected(system_error(EPERM, _("not a sealed file")));
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0) return unexpected(system_error(errno, _("cannot map a file")));
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit) return unexpected(system_error(EFBIG, _("cannot map a file")));
  if (size == 0) return MappedFile(std::string_view());
  void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) return unexpected(system_error(errno, _("cannot map a file")));
  return MappedFile(std::string_view(static_cast<const char*>(address), size));
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) (void)::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace hutch::os
