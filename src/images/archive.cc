#include "images/archive.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "images/bag.h"
#include "images/docker_archive.h"
#include "images/layout.h"
#include "images/worker.h"
#include "os/file.h"

namespace hutch::images {
namespace {

// Absolute and without symlinks: what a policy's scopes are about.
Result<HostPath> real_path(const std::string& text) {
  char buffer[PATH_MAX];
  if (::realpath(text.c_str(), buffer) == nullptr) {
    Error error = system_error(errno, text::format(_("cannot open '%s'"), text::printable(text).c_str()));
    const bool is_name = !text.starts_with('/') && !text.starts_with('.');
    if (error.code == ENOENT && is_name) error.hint = _("'hutch image pull' gets images from registries");
    return unexpected(std::move(error));
  }
  return HostPath::parse(buffer);
}

// One that is no regular file is refused later.
bool is_compressed(int file) {
  char start[6] = {};
  const ssize_t count = ::pread(file, start, sizeof start, 0);
  return is_compressed_archive({start, count > 0 ? static_cast<std::size_t>(count) : 0});
}

struct Place {
  std::string path;
  std::string name;  // behind the last colon
};

// The whole text when it is there, else what stands before its last colon.
Place place_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || ::access(text.c_str(), F_OK) == 0) return {.path = text, .name = {}};
  return {.path = text.substr(0, colon), .name = text.substr(colon + 1)};
}

// An archive is read here and there, so one that is compressed as a whole is written down decompressed.
Result<os::Fd> decompressed(const Store& store, const HostPath& path, os::Fd file) {
  if (!is_compressed(file.get())) return file;
  os::Fd plain = TRY(os::open_path(store.root(), O_TMPFILE | O_RDWR, 0600));
  Worker worker(store);
  TRY_IN(text::printable(path.str()), worker.perform({.act = image::Act::kDecompress}, {file.get(), plain.get()}));
  return plain;
}

Result<std::unique_ptr<Source>> open_file(const Store& store, const HostPath& path, os::Fd given,
                                          const std::string& name) {
  os::Fd file = TRY(decompressed(store, path, std::move(given)));
  Bag bag = TRY_IN(text::printable(path.str()), Bag::of_archive(std::move(file)));
  if (bag.has("index.json")) return open_layout_archive(path, std::move(bag), name);
  if (bag.has("manifest.json")) {
    return TRY_IN(text::printable(path.str()), open_docker_archive(path, std::move(bag), name));
  }
  return failure(ErrorKind::kInvalid, text::format(_("'%s' holds no image"), text::printable(path.str()).c_str()),
                 _("a root file system becomes an image with 'hutch image import'"));
}

// What comes through a pipe is written down as well.
Result<os::Fd> spool(const Store& store) {
  constexpr std::size_t kPiece = 256u << 10;
  os::Fd file = TRY(os::open_path(store.root(), O_TMPFILE | O_RDWR, 0600));
  std::string buffer(kPiece, '\0');
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count == 0) return file;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read standard input")));
    TRY(os::write_all(file.get(), std::string_view(buffer.data(), static_cast<std::size_t>(count))));
  }
}

}  // namespace

bool is_compressed_archive(std::string_view start) {
  constexpr std::string_view kMagics[] = {"\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd\x37zXZ"};
  return std::any_of(std::begin(kMagics), std::end(kMagics),
                     [&](std::string_view magic) { return start.starts_with(magic); });
}

Result<std::unique_ptr<Source>> open_archive(const std::string& text, const Store& store) {
  if (text == "-") {
    os::Fd spooled = TRY(spool(store));
    return open_file(store, HostPath::literal("/dev/stdin"), std::move(spooled), {});
  }
  constexpr std::string_view kLayout = "oci:";
  Place place{.path = text, .name = {}};
  for (const std::string_view prefix :
       {kLayout, std::string_view("oci-archive:"), std::string_view("docker-archive:")}) {
    if (text.starts_with(prefix)) place = place_of(text.substr(prefix.size()));
  }
  const HostPath path = TRY(real_path(place.path));
  const auto directory = os::open_path(path, O_PATH | O_DIRECTORY);
  if (directory || text.starts_with(kLayout)) return open_layout(path, place.name);
  os::Fd file = TRY(os::open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  return open_file(store, path, std::move(file), place.name);
}

}  // namespace hutch::images
