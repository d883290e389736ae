#include "images/bag.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/tar_header.h"
#include "os/file.h"

namespace hutch::images {
namespace {

Error missing(const std::string& name) {
  return Error{.kind = ErrorKind::kNotFound,
               .code = 0,
               .message = text::format(_("'%s' is not there"), text::printable(name).c_str()),
               .context = {},
               .hint = {}};
}

Result<std::uint64_t> size_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return unexpected(system_error(errno, _("cannot read")));
  if (!S_ISREG(status.st_mode)) return failure(ErrorKind::kInvalid, _("not a regular file"));
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::string> read_at(int fd, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read")));
    if (count == 0) return failure(ErrorKind::kInvalid, _("the file ends too early"));
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

std::string without_nul(const std::string& text) {
  return text.substr(0, text.find('\0'));
}

}  // namespace

Result<Bag> Bag::of_directory(const HostPath& directory) {
  Bag bag;
  bag.base_ = TRY(os::open_path(directory, O_PATH | O_DIRECTORY));
  return bag;
}

Result<Bag> Bag::of_archive(os::Fd archive) {
  Bag bag;
  bag.is_archive_ = true;
  const std::uint64_t end = TRY(size_of(archive.get()));
  image::PaxChanges changes;
  std::uint64_t at = 0;
  while (at + image::kTarBlock <= end) {
    const std::string block = TRY(read_at(archive.get(), at, image::kTarBlock));
    image::TarHeader header = TRY(image::parse_tar_header(block));
    if (header.kind == image::MemberKind::kEnd) break;
    const bool is_about_next = header.kind == image::MemberKind::kPax || header.kind == image::MemberKind::kLongName ||
                               header.kind == image::MemberKind::kLongLink;
    if (!is_about_next && changes.size) header.size = *changes.size;
    const std::uint64_t data = at + image::kTarBlock;
    if (header.size > end - data) return failure(ErrorKind::kInvalid, _("the file ends too early"));
    at = data + header.size + image::tar_padding(header.size).size();
    if (is_about_next) {
      if (header.size > image::kPaxLimit) return failure(ErrorKind::kInvalid, _("a header is too long"));
      const std::string text = TRY(read_at(archive.get(), data, header.size));
      if (header.kind == image::MemberKind::kLongName) changes.name = without_nul(text);
      if (header.kind == image::MemberKind::kLongLink) changes.target = without_nul(text);
      if (header.kind == image::MemberKind::kPax) changes = TRY(image::parse_pax(text));
      continue;
    }
    const std::string name = image::normal_member_name(changes.name.value_or(header.name));
    Member member{.offset = data, .size = header.size};
    if (header.kind == image::MemberKind::kLink) {
      // A hard link names a member, a symlink a place beside it; docker writes only the latter.
      const std::string target = changes.target.value_or(header.target);
      const bool is_symlink = block[156] == '2';
      member.link = image::normal_member_name(is_symlink ? name.substr(0, name.rfind('/') + 1) + target : target);
    }
    changes = {};
    const bool is_kept = header.kind == image::MemberKind::kFile || !member.link.empty();
    if (name.empty() || !is_kept) continue;
    if (bag.members_.size() >= image::kMemberLimit)
      return failure(ErrorKind::kInvalid, _("an archive of too many files"));
    bag.members_[name] = std::move(member);
  }
  bag.base_ = std::move(archive);
  return bag;
}

const Bag::Member* Bag::find(const std::string& name) const {
  constexpr int kLinkLimit = 8;
  std::string wanted = image::normal_member_name(name);
  for (int count = 0; count < kLinkLimit; ++count) {
    const auto found = members_.find(wanted);
    if (found == members_.end()) return nullptr;
    if (found->second.link.empty()) return &found->second;
    wanted = found->second.link;
  }
  return nullptr;
}

Result<Slice> Bag::open(const std::string& name) const {
  if (is_archive_) {
    const Member* const member = find(name);
    if (member == nullptr) return unexpected(missing(name));
    return Slice{.file = TRY(os::duplicate(base_.get())), .offset = member->offset, .size = member->size};
  }
  auto file = os::open_at(base_.get(), name.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, RESOLVE_BENEATH);
  if (!file && file.error().code == ENOENT) return unexpected(missing(name));
  Slice slice{.file = TRY(std::move(file))};
  slice.size = TRY_IN(text::printable(name), size_of(slice.file.get()));
  return slice;
}

Result<std::string> Bag::read(const std::string& name, std::size_t limit) const {
  const Slice slice = TRY(open(name));
  if (slice.size > limit) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("'%s' has more than %zu bytes"), text::printable(name).c_str(), limit));
  }
  return read_at(slice.file.get(), slice.offset, static_cast<std::size_t>(slice.size));
}

bool Bag::has(const std::string& name) const {
  return open(name).has_value();
}

Result<std::string> read_piece(const Slice& slice, std::uint64_t from, std::size_t most) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(most, slice.size - from));
  return read_at(slice.file.get(), slice.offset + from, size);
}

}  // namespace hutch::images
