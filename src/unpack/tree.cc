#include "unpack/tree.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::unpack {
namespace {

constexpr std::uint32_t kPlainMode = 0755;
constexpr std::size_t kUnnamedLimit = 1u << 16;
constexpr int kLinkLimit = 40;  // MAXSYMLINKS, linux/namei.h

tl::unexpected<Error> cannot(const char* what, const std::string& name, int code) {
  return unexpected(system_error(code, text::format(what, text::printable(name).c_str())));
}

// What open_beneath() says where no directory is: nothing, something else, or a symbolic link (openat2(2)).
bool is_elsewhere(int code) {
  return code == ENOENT || code == ENOTDIR || code == ELOOP;
}

Result<std::string> read_link(int directory, const std::string& name) {
  std::string target(kPathLimit + 1, '\0');
  const ssize_t size = ::readlinkat(directory, name.c_str(), target.data(), target.size());
  if (size < 0) return cannot(_("cannot read the symbolic link '%s'"), name, errno);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

}  // namespace

struct Tree::Walk {
  std::deque<std::string> pending;
  std::vector<std::string> done;
  int links = 0;
  bool makes = false;
  bool is_named = false;

  [[nodiscard]] std::string path() const { return text::join(done, "/"); }

  Status follow(const std::string& target) {
    if (++links > kLinkLimit) return failure(ErrorKind::kInvalid, _("the archive has a loop of symbolic links"));
    if (target.starts_with('/')) done.clear();
    const auto parts = text::split(target, '/');
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      if (!part->empty()) pending.emplace_front(*part);
    }
    return {};
  }
};

Result<Tree> Tree::open(const HostPath& path, Lower lower, bool has_own_id_only) {
  os::Fd root = TRY(os::open_path(path, O_RDONLY | O_DIRECTORY));
  const int unnamed = ::openat(root.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  File times(unnamed < 0 ? nullptr : ::fdopen(unnamed, "w+"));
  if (!times) return unexpected(system_error(errno, _("cannot make a file for directory times")));
  Attributes attributes{.mode = kPlainMode, .uid = 0, .gid = 0, .modified = {}, .extended = {}};
  if (!lower.is_empty()) {
    struct stat status {};
    if (::fstat(lower.top(), &status) != 0) return unexpected(system_error(errno, _("cannot look at a layer")));
    attributes = TRY(read_attributes(lower.top(), status, has_own_id_only));
  }
  TRY(apply_to_file(root.get(), attributes, 0, has_own_id_only));
  Tree tree(path, std::move(root), std::move(lower), has_own_id_only, std::move(times));
  TRY(tree.remember_time("", attributes.modified));
  return tree;
}

os::Fd Tree::open_beneath(const std::string& path, int flags) const {
  auto fd = os::open_at(root_.get(), path.empty() ? "." : path.c_str(), static_cast<std::uint64_t>(flags), 0,
                        RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  if (fd) return std::move(*fd);
  errno = fd.error().code;
  return {};
}

os::Fd Tree::open_root() const {
  return open_beneath("", O_RDONLY | O_DIRECTORY);
}

Result<Place> Tree::place(const std::string& directory, const std::string& name) {
  std::string path = directory;
  if (!directory_ || entered_ != directory) {
    directory_ = open_beneath(directory, O_PATH | O_DIRECTORY);
    if (!directory_) {
      const auto resolved = TRY(resolve(directory, true, true));
      path = resolved.value_or(directory);
      directory_ = open_beneath(path, O_PATH | O_DIRECTORY);
      if (!directory_) return cannot(_("cannot enter '%s'"), path, errno);
    }
    entered_ = path;
  }
  if (!unnamed_.empty()) name_ancestors(path);
  return Place{.directory = directory_.get(), .path = std::move(path), .name = name};
}

Result<std::optional<Place>> Tree::find(const std::string& directory, const std::string& name) {
  const auto path = TRY(resolve(directory, false, false));
  if (!path) return std::optional<Place>();
  directory_ = open_beneath(*path, O_PATH | O_DIRECTORY);
  if (!directory_) return cannot(_("cannot enter '%s'"), *path, errno);
  entered_ = *path;
  return std::optional(Place{.directory = directory_.get(), .path = *path, .name = name});
}

Result<std::optional<std::string>> Tree::resolve(const std::string& directory, bool makes, bool is_named) {
  Walk walk;
  walk.makes = makes;
  walk.is_named = is_named;
  if (!directory.empty()) {
    for (const std::string_view part : text::split(directory, '/')) walk.pending.emplace_back(part);
  }
  while (!walk.pending.empty()) {
    const std::string name = std::move(walk.pending.front());
    walk.pending.pop_front();
    const bool exists = TRY(step(walk, name));
    if (!exists) return std::optional<std::string>();
  }
  return std::optional(walk.path());
}

Result<bool> Tree::step(Walk& walk, const std::string& name) {
  if (name == ".") return true;
  if (name == "..") {
    if (!walk.done.empty()) walk.done.pop_back();  // above the root is the root
    return true;
  }
  const std::string path = walk.path();
  const os::Fd directory = open_beneath(path, O_PATH | O_DIRECTORY);
  if (!directory) return cannot(_("cannot enter '%s'"), path, errno);
  const Place place{.directory = directory.get(), .path = path, .name = name};
  const auto status = TRY(look(place));
  if (status && S_ISDIR(status->st_mode)) {
    walk.done.push_back(name);
    return true;
  }
  if (status && S_ISLNK(status->st_mode)) {
    const std::string target = TRY(read_link(directory.get(), name));
    TRY(walk.follow(target));
    return true;
  }
  const bool is_free = !status;
  const auto below = TRY(look_below(place));
  if (is_free && below && S_ISLNK(below->status.st_mode)) {
    const std::string target = TRY(read_link(below->directory, name));
    TRY(walk.follow(target));
    return true;
  }
  const bool is_below = is_free && below && S_ISDIR(below->status.st_mode);
  if (!is_below && !walk.makes) return false;
  if (!is_free) TRY(clear(place));
  TRY(make_like(place, is_below ? below : std::nullopt));
  if (!is_free && below && S_ISDIR(below->status.st_mode)) TRY(make_opaque(place.full()));
  walk.done.push_back(name);
  if (!walk.is_named) unnamed_.insert(walk.path());
  if (unnamed_.size() > kUnnamedLimit) return failure(ErrorKind::kDenied, _("the layer has too many whiteouts"));
  return true;
}

Status Tree::make_like(const Place& place, const std::optional<Found>& below) {
  Attributes attributes{.mode = kPlainMode, .uid = 0, .gid = 0, .modified = {}, .extended = {}};
  if (below) {
    const os::Fd model(::openat(below->directory, place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!model) return cannot(_("cannot enter '%s'"), place.full(), errno);
    attributes = TRY(read_attributes(model.get(), below->status, has_own_id_only_));
  }
  if (::mkdirat(place.directory, place.name.c_str(), 0700) != 0) {
    return cannot(_("cannot make the directory '%s'"), place.full(), errno);
  }
  const os::Fd made = open_beneath(place.full(), O_RDONLY | O_DIRECTORY);
  if (!made) return cannot(_("cannot enter '%s'"), place.full(), errno);
  TRY(apply_to_file(made.get(), attributes, 0700, has_own_id_only_));
  return remember_time(place.full(), attributes.modified);
}

Result<std::optional<struct stat>> Tree::look(const Place& place) const {
  struct stat status {};
  if (::fstatat(place.directory, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return std::optional(status);
  if (errno == ENOENT) return std::optional<struct stat>();
  return cannot(_("cannot look at '%s'"), place.full(), errno);
}

// The root of an overlay is never opaque.
Result<bool> Tree::shows_below(const std::string& directory) const {
  if (lower_.is_empty()) return false;
  for (std::size_t end = 0; end < directory.size();) {
    end = std::min(directory.find('/', end + 1), directory.size());
    const os::Fd part = open_beneath(directory.substr(0, end), O_RDONLY | O_DIRECTORY);
    if (!part && is_elsewhere(errno)) return false;
    if (!part) return cannot(_("cannot enter '%s'"), directory, errno);
    const bool hides_below = TRY(is_opaque(part.get()));
    if (hides_below) return false;
  }
  return true;
}

Result<std::optional<Found>> Tree::look_below(const Place& place) {
  const bool is_shown = TRY(shows_below(place.path));
  if (!is_shown) return std::optional<Found>();
  return lower_.find(place.path, place.name);
}

Status Tree::clear(const Place& place) {
  const auto status = TRY(look(place));
  if (!status) return {};
  if (!S_ISDIR(status->st_mode)) {
    if (::unlinkat(place.directory, place.name.c_str(), 0) == 0) return {};
    return cannot(_("cannot remove '%s'"), place.full(), errno);
  }
  const std::string gone = place.full() + "/";
  std::erase_if(unnamed_, [&](const std::string& path) { return (path + "/").starts_with(gone); });
  if ((entered_ + "/").starts_with(gone)) directory_.reset();
  const HostPath path = TRY(path_.join(place.full()));
  return os::remove_tree(path);
}

Result<os::Fd> Tree::make_directory(const Place& place) {
  auto status = TRY(look(place));
  bool hides_below = false;
  if (status && !S_ISDIR(status->st_mode)) {
    const auto below = TRY(look_below(place));
    hides_below = below && S_ISDIR(below->status.st_mode);
    TRY(clear(place));
    status.reset();
  }
  if (!status && ::mkdirat(place.directory, place.name.c_str(), 0700) != 0) {
    return cannot(_("cannot make the directory '%s'"), place.full(), errno);
  }
  if (hides_below) TRY(make_opaque(place.full()));
  if (!unnamed_.empty()) unnamed_.erase(place.full());
  os::Fd made = open_beneath(place.full(), O_RDONLY | O_DIRECTORY);
  if (!made) return cannot(_("cannot enter '%s'"), place.full(), errno);
  if (status) TRY(clear_extended(made.get()));
  return made;
}

Status Tree::make_opaque(const std::string& path) {
  const os::Fd directory = open_beneath(path, O_RDONLY | O_DIRECTORY);
  if (!directory || ::fsetxattr(directory.get(), kOpaqueAttribute, "y", 1, 0) != 0) {
    return cannot(_("cannot hide what is below '%s'"), path, errno);
  }
  return {};
}

Status Tree::hide(const Place& place) {
  const auto below = TRY(look_below(place));
  if (!below) return {};
  const auto status = TRY(look(place));
  const bool is_directory = status && S_ISDIR(status->st_mode);
  if (is_directory && !unnamed_.contains(place.full())) {
    if (S_ISDIR(below->status.st_mode)) TRY(make_opaque(place.full()));
    return purge(place.full());
  }
  if (status && !is_directory) return {};
  TRY(clear(place));
  if (::mknodat(place.directory, place.name.c_str(), S_IFCHR, makedev(0, 0)) != 0) {
    return cannot(_("cannot make a whiteout of '%s'"), place.full(), errno);
  }
  // Equal archives make equal trees.
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = 0}, {.tv_sec = 0, .tv_nsec = 0}};
  if (::utimensat(place.directory, place.name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return cannot(_("cannot make a whiteout of '%s'"), place.full(), errno);
  }
  return {};
}

Status Tree::hide_all(const std::string& directory) {
  if (directory.empty()) {
    const std::vector<std::string> names = TRY(lower_.names(""));
    for (const std::string& name : names) {
      const Place place = TRY(this->place("", name));
      TRY(hide(place));
    }
    return {};
  }
  const auto path = TRY(resolve(directory, false, false));
  if (!path) return {};
  if (path->empty()) return hide_all("");
  name_ancestors(*path);
  TRY(purge(*path));
  const std::size_t slash = path->rfind('/');
  const Place place{.directory = -1,
                    .path = slash == path->npos ? "" : path->substr(0, slash),
                    .name = path->substr(slash == path->npos ? 0 : slash + 1)};
  const auto below = TRY(look_below(place));
  if (!below || !S_ISDIR(below->status.st_mode)) return {};
  return make_opaque(*path);
}

// Whiteouts, and directories made for them, are not to be seen where nothing shows from below.
Status Tree::purge(const std::string& path) {
  const os::Fd directory = open_beneath(path, O_PATH | O_DIRECTORY);
  if (!directory) return cannot(_("cannot enter '%s'"), path, errno);
  const std::vector<std::string> names = TRY(os::list_directory(directory.get()));
  for (const std::string& name : names) {
    const Place place{.directory = directory.get(), .path = path, .name = name};
    const auto status = TRY(look(place));
    if (!status) continue;
    const bool is_directory = S_ISDIR(status->st_mode);
    if (is_whiteout(*status) || (is_directory && unnamed_.contains(place.full()))) {
      TRY(clear(place));
    } else if (is_directory) {
      TRY(purge(place.full()));
    }
  }
  return {};
}

void Tree::name_ancestors(const std::string& path) {
  for (std::size_t end = 0; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    unnamed_.erase(path.substr(0, end));
  }
}

Status Tree::remember_time(const std::string& path, const Time& modified) {
  const std::uint64_t size = path.size();
  std::FILE* const file = times_.get();
  const bool is_written = std::fwrite(&modified, sizeof modified, 1, file) == 1 &&
                          std::fwrite(&size, sizeof size, 1, file) == 1 &&
                          (size == 0 || std::fwrite(path.data(), size, 1, file) == 1);
  if (!is_written) return unexpected(system_error(errno, _("cannot note a directory's time")));
  return {};
}

Status Tree::set_times() {
  std::FILE* const file = times_.get();
  if (std::fflush(file) != 0 || std::fseek(file, 0, SEEK_SET) != 0) {
    return unexpected(system_error(errno, _("cannot note a directory's time")));
  }
  Time modified;
  std::uint64_t size = 0;
  while (std::fread(&modified, sizeof modified, 1, file) == 1 && std::fread(&size, sizeof size, 1, file) == 1) {
    std::string path(size, '\0');
    if (size > 0 && std::fread(path.data(), size, 1, file) != 1) break;
    const os::Fd directory = open_beneath(path, O_RDONLY | O_DIRECTORY);
    if (!directory && is_elsewhere(errno)) continue;  // it was replaced later
    if (!directory) return cannot(_("cannot enter '%s'"), path, errno);
    TRY(apply_time(directory.get(), modified));
  }
  if (std::ferror(file) != 0) return unexpected(system_error(EIO, _("cannot note a directory's time")));
  return {};
}

}  // namespace hutch::unpack
