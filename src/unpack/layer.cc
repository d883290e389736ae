#include "unpack/layer.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/entry_name.h"

namespace hutch::unpack {
namespace {

using image::EntryName;

tl::unexpected<Error> cannot(const char* what, const Place& place, int code) {
  return unexpected(system_error(code, text::format(what, text::printable(place.full()).c_str())));
}

// Opens the file for writing; what an earlier entry left there makes room.
Result<os::Fd> create_file(Tree& tree, const Place& place, std::uint32_t mode) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  os::Fd file(::openat(place.directory, place.name.c_str(), kFlags, mode));
  if (!file && errno == EEXIST) {
    TRY(tree.clear(place));
    file = os::Fd(::openat(place.directory, place.name.c_str(), kFlags, mode));
  }
  if (!file) return cannot(_("cannot make '%s'"), place, errno);
  return file;
}

Status write_at(int fd, std::string_view bytes, std::uint64_t offset, const Place& place) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot(_("cannot write '%s'"), place, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

class Layer {
 public:
  Layer(Archive& archive, Tree& tree) : archive_(archive), tree_(tree) {}

  Status add(Entry entry) {
    const EntryName name = TRY(image::parse_entry_name(entry.name));
    switch (name.kind) {
      case EntryName::Kind::kIgnored:
        return {};
      case EntryName::Kind::kOpaque:
        return tree_.hide_all(name.directory);
      case EntryName::Kind::kWhiteout: {
        const auto place = TRY(tree_.find(name.directory, name.name));
        if (!place) return {};
        return tree_.hide(*place);
      }
      case EntryName::Kind::kEntry:
        break;
    }
    if (name.name.empty()) return add_root(std::move(entry));
    if (!entry.hard_link.empty()) return add_hard_link(entry, name);
    const Place place = TRY(tree_.place(name.directory, name.name));
    return add_at(std::move(entry), place);
  }

 private:
  Status add_root(Entry entry) {
    if (entry.type != FileType::kDirectory || !entry.hard_link.empty()) {
      return failure(ErrorKind::kInvalid, _("the archive's root is no directory"));
    }
    const os::Fd root = tree_.open_root();
    if (!root) return unexpected(system_error(errno, _("cannot open the layer's root")));
    TRY(clear_extended(root.get()));
    return finish_directory(root.get(), "", std::move(entry));
  }

  Status add_at(Entry entry, const Place& place) {
    switch (entry.type) {
      case FileType::kRegular:
        return add_file(std::move(entry), place);
      case FileType::kDirectory: {
        const os::Fd made = TRY(tree_.make_directory(place));
        return finish_directory(made.get(), place.full(), std::move(entry));
      }
      case FileType::kSymlink:
        return add_symlink(std::move(entry), place);
      case FileType::kFifo:
        return add_fifo(std::move(entry), place);
      case FileType::kSocket:
      case FileType::kCharacterDevice:
      case FileType::kBlockDevice:
        break;
    }
    // Device nodes need the host's root (mknod(2)), and a toolbox has a /dev of its own: whatever was there is gone.
    TRY(tree_.clear(place));
    return tree_.hide(place);
  }

  Status finish_directory(int fd, const std::string& path, Entry entry) {
    const Attributes attributes = attributes_of(std::move(entry));
    TRY(apply_to_file(fd, attributes, 0, tree_.has_own_id_only()));
    return tree_.remember_time(path, attributes.modified);
  }

  Status add_file(Entry entry, const Place& place) {
    const std::uint64_t size = entry.size;
    const Attributes attributes = attributes_of(std::move(entry));
    const std::uint32_t mode = attributes.mode & 0777U;
    const os::Fd file = TRY(create_file(tree_, place, mode));
    std::uint64_t end = 0;
    TRY(archive_.read_content([&](std::string_view bytes, std::uint64_t offset) {
      end = offset + bytes.size();
      return write_at(file.get(), bytes, offset, place);
    }));
    if (end < size && ::ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
      return cannot(_("cannot write '%s'"), place, errno);
    }
    TRY(apply_to_file(file.get(), attributes, mode, tree_.has_own_id_only()));
    return apply_time(file.get(), attributes.modified);
  }

  Status add_symlink(Entry entry, const Place& place) {
    if (entry.points_to.empty() || entry.points_to.size() > kPathLimit) {
      return failure(ErrorKind::kInvalid, text::format(_("the symbolic link '%s' has no usable target"),
                                                       text::printable(place.full()).c_str()));
    }
    TRY(tree_.clear(place));
    if (::symlinkat(entry.points_to.c_str(), place.directory, place.name.c_str()) != 0) {
      return cannot(_("cannot make '%s'"), place, errno);
    }
    const Attributes attributes = attributes_of(std::move(entry));
    return apply_to_name(place.directory, place.name.c_str(), attributes, true, tree_.has_own_id_only());
  }

  Status add_fifo(Entry entry, const Place& place) {
    TRY(tree_.clear(place));
    if (::mknodat(place.directory, place.name.c_str(), S_IFIFO | 0600, 0) != 0) {
      return cannot(_("cannot make '%s'"), place, errno);
    }
    const Attributes attributes = attributes_of(std::move(entry));
    return apply_to_name(place.directory, place.name.c_str(), attributes, false, tree_.has_own_id_only());
  }

  Status add_hard_link(const Entry& entry, const EntryName& name) {
    const EntryName target = TRY(image::parse_link_target(entry.hard_link));
    const auto missing = [&] {
      return failure(ErrorKind::kInvalid,
                     text::format(_("the hard link '%s' points to '%s', which is not there"),
                                  text::printable(entry.name).c_str(), text::printable(entry.hard_link).c_str()));
    };
    if (target.name.empty()) return missing();
    const auto found = TRY(tree_.find(target.directory, target.name));
    if (!found) return missing();
    const Place source = TRY(tree_.place(found->path, found->name));
    const bool is_there = TRY(bring_up(source));
    if (!is_there) return missing();
    // The place of the source is borrowed until the next one: its directory is kept open apart.
    const os::Fd from(::openat(source.directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!from) return cannot(_("cannot enter '%s'"), source, errno);
    const Place place = TRY(tree_.place(name.directory, name.name));
    if (place.full() == source.full()) return {};
    TRY(tree_.clear(place));
    if (::linkat(from.get(), source.name.c_str(), place.directory, place.name.c_str(), 0) != 0) {
      return cannot(_("cannot link '%s'"), place, errno);
    }
    return {};
  }

  // A file of a layer below becomes this layer's own, as overlayfs does it; false: there is nothing to link to.
  Result<bool> bring_up(const Place& place) {
    const auto status = TRY(tree_.look(place));
    if (status) return !is_whiteout(*status) && !S_ISDIR(status->st_mode);
    const auto below = TRY(tree_.look_below(place));
    if (!below || S_ISDIR(below->status.st_mode)) return false;
    const mode_t type = below->status.st_mode & S_IFMT;
    if (type == S_IFREG) {
      TRY(copy_up(place, *below));
      return true;
    }
    if (type != S_IFLNK) return false;
    std::string target(kPathLimit + 1, '\0');
    const ssize_t size = ::readlinkat(below->directory, place.name.c_str(), target.data(), target.size());
    if (size < 0) return cannot(_("cannot read '%s'"), place, errno);
    target.resize(static_cast<std::size_t>(size));
    if (::symlinkat(target.c_str(), place.directory, place.name.c_str()) != 0) {
      return cannot(_("cannot make '%s'"), place, errno);
    }
    const Attributes attributes = TRY(read_attributes(-1, below->status, tree_.has_own_id_only()));
    TRY(apply_to_name(place.directory, place.name.c_str(), attributes, true, tree_.has_own_id_only()));
    return true;
  }

  Status copy_up(const Place& place, const Found& below) {
    const os::Fd source(::openat(below.directory, place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!source) return cannot(_("cannot read '%s'"), place, errno);
    const Attributes attributes = TRY(read_attributes(source.get(), below.status, tree_.has_own_id_only()));
    const os::Fd copy = TRY(create_file(tree_, place, 0600));
    for (ssize_t count = 1; count > 0;) {
      constexpr std::size_t kStep = 1u << 30;
      count = ::sendfile(copy.get(), source.get(), nullptr, kStep);
      if (count < 0 && errno == EINTR) count = 1;
      if (count < 0) return cannot(_("cannot copy '%s'"), place, errno);
    }
    TRY(apply_to_file(copy.get(), attributes, 0600, tree_.has_own_id_only()));
    return apply_time(copy.get(), attributes.modified);
  }

  Archive& archive_;
  Tree& tree_;
};

}  // namespace

Result<std::uint64_t> unpack_layer(Stream& stream, Tree& tree, const image::Limits& limits) {
  Archive archive = TRY(Archive::open(stream));
  Layer layer(archive, tree);
  std::uint64_t entries = 0;
  while (true) {
    auto entry = TRY(archive.next());
    if (!entry) break;
    if (++entries > limits.entries) return failure(ErrorKind::kDenied, _("the layer has too many entries"));
    const std::string name = entry->name;
    TRY_IN(text::format(_("unpacking '%s'"), text::printable(name).c_str()), layer.add(std::move(*entry)));
  }
  TRY(tree.set_times());
  return entries;
}

}  // namespace hutch::unpack
