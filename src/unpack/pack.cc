#include "unpack/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>
#include <vector>

#include "base/i18n.h"
#include "base/path.h"
#include "base/text.h"
#include "unpack/attributes.h"

namespace hutch::unpack {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::size_t kPiece = 256u << 10;
constexpr std::size_t kStretchLimit = 10000;        // of a file with holes; beyond, holes become zeros
constexpr std::int64_t kHoleFileLimit = 1LL << 40;  // bytes of a file with holes
constexpr std::size_t kLinkedLimit = 1u << 20;      // files with several names
constexpr std::int64_t kDiskBlock = 512;            // st_blocks, stat(2)
constexpr mode_t kPermissions = 07777;

tl::unexpected<Error> cannot_read(const std::string& path) {
  return unexpected(system_error(errno, text::format(_("cannot read '%s'"), text::printable(path).c_str())));
}

struct FreeArchive {
  void operator()(archive* writer) const { (void)::archive_write_free(writer); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
};
using ArchiveEntry = std::unique_ptr<archive_entry, FreeEntry>;

// Where the file has content; empty: all of it.
std::vector<std::pair<std::int64_t, std::int64_t>> stretches_of(int fd, const struct stat& status) {
  std::vector<std::pair<std::int64_t, std::int64_t>> stretches;
  if (status.st_blocks >= (status.st_size + kDiskBlock - 1) / kDiskBlock) return stretches;
  off_t at = 0;
  while (at < status.st_size && stretches.size() < kStretchLimit) {
    const off_t begin = ::lseek(fd, at, SEEK_DATA);
    if (begin < 0 || begin >= status.st_size) break;
    at = std::min<off_t>(::lseek(fd, begin, SEEK_HOLE), status.st_size);
    if (at <= begin) return {};
    stretches.emplace_back(begin, at - begin);
  }
  if (stretches.size() >= kStretchLimit) return {};
  if (stretches.empty()) stretches.emplace_back(0, 0);
  return stretches;
}

class Packer {
 public:
  Packer(bool has_own_id_only, Encoder& encoder) : has_own_id_only_(has_own_id_only), encoder_(encoder) {}

  Status open() {
    writer_.reset(::archive_write_new());
    const bool is_open = writer_ && ::archive_write_set_format_pax(writer_.get()) == ARCHIVE_OK &&
                         ::archive_write_set_bytes_in_last_block(writer_.get(), 1) == ARCHIVE_OK &&
                         ::archive_write_open(writer_.get(), this, nullptr, write, nullptr) == ARCHIVE_OK;
    if (!is_open) return failure(ErrorKind::kSystem, _("libarchive cannot be set up"));
    return {};
  }

  Status add(const Difference& difference) {
    const std::string name = difference.name();
    if (name.starts_with(kWhiteout)) {
      return failure(ErrorKind::kInvalid,
                     text::format(_("'%s' cannot be in an image: its name means that something is gone"),
                                  text::printable(difference.path).c_str()));
    }
    if (!difference.now) return add_whiteout(difference.path, name);
    return add_found(*difference.now, difference.path, name);
  }

  // The root itself: archives have it first.
  Status add_root(int directory) {
    struct stat status {};
    if (::fstat(directory, &status) != 0) return cannot_read("/");
    const Attributes attributes = TRY(read_attributes(directory, status, has_own_id_only_));
    return write_header(begin("./", status, attributes));
  }

  Status finish() {
    if (::archive_write_close(writer_.get()) != ARCHIVE_OK) return fault();
    return {};
  }

  [[nodiscard]] std::uint64_t entries() const { return entries_; }

 private:
  static la_ssize_t write(archive*, void* self, const void* bytes, std::size_t size) {
    auto& packer = *static_cast<Packer*>(self);
    packer.written_ = packer.encoder_.add({static_cast<const char*>(bytes), size});
    return packer.written_ ? static_cast<la_ssize_t>(size) : -1;
  }

  tl::unexpected<Error> fault() {
    if (!written_) return unexpected(written_.error());
    const char* const what = ::archive_error_string(writer_.get());
    return failure(ErrorKind::kSystem, text::format(_("writing the archive failed: %s"), what == nullptr ? "?" : what));
  }

  // A name that is no UTF-8 is a warning: it is written as it is, and marked so.
  Status write_header(const ArchiveEntry& entry) {
    if (::archive_write_header(writer_.get(), entry.get()) < ARCHIVE_WARN) return fault();
    ++entries_;
    return {};
  }

  static ArchiveEntry begin(const std::string& path, const struct stat& status, const Attributes& attributes) {
    ArchiveEntry entry(::archive_entry_new());
    ::archive_entry_set_pathname(entry.get(), path.c_str());
    ::archive_entry_set_mode(entry.get(), (status.st_mode & S_IFMT) | (attributes.mode & kPermissions));
    ::archive_entry_set_uid(entry.get(), attributes.uid);
    ::archive_entry_set_gid(entry.get(), attributes.gid);
    ::archive_entry_set_mtime(entry.get(), attributes.modified.seconds,
                              static_cast<long>(attributes.modified.nanoseconds));
    for (const auto& [name, value] : attributes.extended) {
      ::archive_entry_xattr_add_entry(entry.get(), name.c_str(), value.data(), value.size());
    }
    return entry;
  }

  Status add_whiteout(const std::string& path, const std::string& name) {
    const std::string place = path.substr(0, path.size() - name.size()) + std::string(kWhiteout) + name;
    struct stat status {};
    status.st_mode = S_IFREG;
    const ArchiveEntry entry = begin(place, status, {});
    ::archive_entry_set_size(entry.get(), 0);
    return write_header(entry);
  }

  Status add_found(const Found& found, const std::string& path, const std::string& name) {
    const struct stat& status = found.status;
    if (S_ISSOCK(status.st_mode)) return {};
    const bool has_names = !S_ISDIR(status.st_mode) && status.st_nlink > 1;
    if (has_names) {
      if (linked_.size() >= kLinkedLimit) return failure(ErrorKind::kInvalid, _("there are too many files"));
      const auto [first, is_first] = linked_.emplace(std::pair(status.st_dev, status.st_ino), path);
      if (!is_first) return add_link(path, first->second, status);
    }
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) return add_opened(found, path, name);
    const Attributes attributes = TRY(read_attributes(-1, status, has_own_id_only_));
    const ArchiveEntry entry = begin(path, status, attributes);
    if (S_ISLNK(status.st_mode)) {
      std::string target(kPathLimit + 1, '\0');
      const ssize_t size = ::readlinkat(found.directory, name.c_str(), target.data(), target.size());
      if (size < 0) return cannot_read(path);
      target.resize(static_cast<std::size_t>(size));
      ::archive_entry_set_symlink(entry.get(), target.c_str());
    }
    if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) ::archive_entry_set_rdev(entry.get(), status.st_rdev);
    return write_header(entry);
  }

  Status add_link(const std::string& path, const std::string& first, const struct stat& status) {
    struct stat file = status;
    file.st_mode = S_IFREG | (status.st_mode & kPermissions);
    const Attributes attributes{.mode = status.st_mode & kPermissions,
                                .uid = has_own_id_only_ ? 0 : status.st_uid,
                                .gid = has_own_id_only_ ? 0 : status.st_gid,
                                .modified = {.seconds = status.st_mtim.tv_sec, .nanoseconds = status.st_mtim.tv_nsec},
                                .extended = {}};
    const ArchiveEntry entry = begin(path, file, attributes);
    ::archive_entry_set_hardlink(entry.get(), first.c_str());
    return write_header(entry);
  }

  Status add_opened(const Found& found, const std::string& path, const std::string& name) {
    const bool is_directory = S_ISDIR(found.status.st_mode);
    const int kind = is_directory ? O_DIRECTORY : O_NONBLOCK;
    const os::Fd file(::openat(found.directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return cannot_read(path);
    const Attributes attributes = TRY(read_attributes(file.get(), status, has_own_id_only_));
    const ArchiveEntry entry = begin(is_directory ? path + "/" : path, status, attributes);
    if (is_directory) return write_header(entry);
    ::archive_entry_set_size(entry.get(), status.st_size);
    const auto stretches = stretches_of(file.get(), status);
    if (!stretches.empty() && status.st_size > kHoleFileLimit) {
      return failure(ErrorKind::kInvalid,
                     text::format(_("'%s' is too large for an image"), text::printable(path).c_str()));
    }
    for (const auto& [at, length] : stretches) ::archive_entry_sparse_add_entry(entry.get(), at, length);
    TRY(write_header(entry));
    return write_content(file.get(), path, static_cast<std::uint64_t>(status.st_size), stretches);
  }

  // The writer is given every byte, and leaves out those of holes.
  Status write_content(int file, const std::string& path, std::uint64_t size,
                       const std::vector<std::pair<std::int64_t, std::int64_t>>& stretches) {
    const bool is_whole = stretches.empty();
    std::uint64_t at = 0;
    for (const auto& [begin, length] : stretches) {
      TRY(write_zeros(static_cast<std::uint64_t>(begin) - at));
      TRY(copy(file, path, static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(length)));
      at = static_cast<std::uint64_t>(begin + length);
    }
    return is_whole ? copy(file, path, 0, size) : write_zeros(size - at);
  }

  Status copy(int file, const std::string& path, std::uint64_t at, std::uint64_t left) {
    while (left > 0) {
      const ssize_t count =
          ::pread(file, buffer_.data(), std::min<std::uint64_t>(left, kPiece), static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return cannot_read(path);
      if (count == 0) return failure(ErrorKind::kConflict, _("a file changed while it was read"));
      TRY(write_data({buffer_.data(), static_cast<std::size_t>(count)}));
      at += static_cast<std::uint64_t>(count);
      left -= static_cast<std::uint64_t>(count);
    }
    return {};
  }

  Status write_zeros(std::uint64_t left) {
    while (left > 0) {
      const std::size_t part = std::min<std::uint64_t>(left, kPiece);
      TRY(write_data(std::string_view(zeros_).substr(0, part)));
      left -= part;
    }
    return {};
  }

  Status write_data(std::string_view bytes) {
    const la_ssize_t count = ::archive_write_data(writer_.get(), bytes.data(), bytes.size());
    if (count < 0 || static_cast<std::size_t>(count) != bytes.size()) return fault();
    return {};
  }

  bool has_own_id_only_;
  Encoder& encoder_;
  std::unique_ptr<archive, FreeArchive> writer_;
  Status written_;
  std::uint64_t entries_ = 0;
  std::map<std::pair<dev_t, ino_t>, std::string> linked_;  // their first names
  std::string buffer_ = std::string(kPiece, '\0');
  std::string zeros_ = std::string(kPiece, '\0');
};

}  // namespace

Result<std::uint64_t> pack_layer(States& states, std::uint64_t entry_limit, bool has_own_id_only, Encoder& encoder) {
  Packer packer(has_own_id_only, encoder);
  TRY(packer.open());
  TRY(packer.add_root(states.now().top()));
  TRY(states.walk(entry_limit, [&](const Difference& difference) { return packer.add(difference); }));
  TRY(packer.finish());
  TRY(encoder.finish());
  return packer.entries();
}

}  // namespace hutch::unpack
