#include "host/app_images.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "host/app_image_names.h"
#include "os/file.h"
#include "os/lock.h"

namespace hutch::host {

HostPath app_images_directory(const facts::Facts& facts) {
  return facts.directories.cache / "hutch/appimages";
}

Result<std::string> identity_word(const HostPath& image) {
  struct stat status {};
  if (::stat(image.c_str(), &status) != 0) {
    return unexpected(system_error(errno, text::format(_("cannot read '%s'"), text::printable(image.str()).c_str())));
  }
  return text::format(
      "%llx-%llx-%llx-%llx.%lx-%llx.%lx", static_cast<unsigned long long>(status.st_dev),
      static_cast<unsigned long long>(status.st_ino), static_cast<unsigned long long>(status.st_size),
      static_cast<unsigned long long>(status.st_mtim.tv_sec), static_cast<unsigned long>(status.st_mtim.tv_nsec),
      static_cast<unsigned long long>(status.st_ctim.tv_sec), static_cast<unsigned long>(status.st_ctim.tv_nsec));
}

bool is_digest(std::string_view text) {
  constexpr std::size_t kDigestSize = 64;
  return text.size() == kDigestSize && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::optional<UnpackedImage>> find_unpacked(const facts::Facts& facts, const HostPath& image) {
  const HostPath directory = app_images_directory(facts);
  const auto content = os::read_file(directory / "files" / TRY(identity_word(image)), 4096);
  if (!content || !is_digest(text::trim(*content))) return std::nullopt;
  const std::string digest(text::trim(*content));
  auto lock = os::open_path(directory / (digest + ".lock"), O_RDWR | O_NOFOLLOW);
  if (!lock) return std::nullopt;
  TRY(os::wait_for_lock(lock->get(), os::LockKind::kShared));
  (void)::futimens(lock->get(), nullptr);  // when it was last used; a read-only cache is used as well
  const HostPath root = directory / digest / "squashfs-root";
  if (!os::exists(root)) return std::nullopt;
  return UnpackedImage{.root = root, .lock = std::move(*lock)};
}

}  // namespace hutch::host
