#include "unpack/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <utility>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::unpack {
namespace {

constexpr std::size_t kAttributeCount = 256;       // of one entry
constexpr std::size_t kAttributeSize = 64u << 10;  // XATTR_SIZE_MAX, linux/limits.h
constexpr std::size_t kContentLimit = 1ULL << 50;  // of one file, holes included

la_ssize_t read_stream(archive*, void* stream, const void** bytes) {
  const std::string_view piece = static_cast<Stream*>(stream)->next();
  *bytes = piece.data();
  return static_cast<la_ssize_t>(piece.size());
}

tl::unexpected<Error> damaged(const char* what) {
  return failure(ErrorKind::kInvalid, text::format(_("the archive is damaged: %s"), what));
}

std::optional<FileType> type_of(archive_entry* entry) {
  switch (::archive_entry_filetype(entry)) {
    case AE_IFREG:
      return FileType::kRegular;
    case AE_IFDIR:
      return FileType::kDirectory;
    case AE_IFLNK:
      return FileType::kSymlink;
    case AE_IFIFO:
      return FileType::kFifo;
    case AE_IFCHR:
      return FileType::kCharacterDevice;
    case AE_IFBLK:
      return FileType::kBlockDevice;
    case AE_IFSOCK:
      return FileType::kSocket;
    default:
      return std::nullopt;
  }
}

Status take_attributes(archive_entry* source, Entry& entry) {
  (void)::archive_entry_xattr_reset(source);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (::archive_entry_xattr_next(source, &name, &value, &size) == ARCHIVE_OK) {
    if (size > kAttributeSize || entry.attributes.size() >= kAttributeCount) {
      return damaged(_("an entry has too many extended attributes"));
    }
    entry.attributes.emplace_back(name, std::string(static_cast<const char*>(value), size));
  }
  return {};
}

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

void Archive::Free::operator()(archive* reader) const {
  (void)::archive_read_free(reader);  // nothing is left to be done about it
}

Result<Archive> Archive::open(Stream& stream) {
  Reader reader(::archive_read_new());
  // "hdrcharset" BINARY: names are bytes, whatever the locale. Without "read_concatenated_archives" the first end mark
  // is the end, as other unpackers have it.
  const bool is_ready = reader && ::archive_read_support_format_tar(reader.get()) == ARCHIVE_OK &&
                        ::archive_read_support_format_empty(reader.get()) == ARCHIVE_OK;
  if (!is_ready) return failure(ErrorKind::kSystem, _("libarchive cannot be set up"));
  Archive archive(stream, std::move(reader));
  if (::archive_read_open(archive.reader_.get(), &stream, nullptr, read_stream, nullptr) != ARCHIVE_OK) {
    return unexpected(archive.fault());
  }
  return archive;
}

Error Archive::fault() {
  if (stream_->has_ended()) {
    if (auto status = stream_->fault(); !status) return std::move(status).error();
  }
  const char* const why = ::archive_error_string(reader_.get());
  return std::move(damaged(text::printable(why == nullptr ? "" : why).c_str()).value());
}

Result<std::optional<Entry>> Archive::next() {
  archive_entry* source = nullptr;
  const int result = ::archive_read_next_header(reader_.get(), &source);
  if (result == ARCHIVE_EOF) {
    if (stream_->has_ended()) TRY(stream_->fault());
    return std::optional<Entry>();
  }
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return unexpected(fault());
  Entry entry;
  entry.name = text_of(::archive_entry_pathname(source));
  entry.hard_link = text_of(::archive_entry_hardlink(source));
  entry.points_to = text_of(::archive_entry_symlink(source));
  const auto type = type_of(source);
  if (entry.name.empty()) return damaged(_("an entry has no name"));
  if (!type && entry.hard_link.empty()) return damaged(_("an entry is of an unknown type"));
  entry.type = type.value_or(FileType::kRegular);
  entry.mode = static_cast<std::uint32_t>(::archive_entry_perm(source)) & 07777U;
  const la_int64_t uid = ::archive_entry_uid(source);
  const la_int64_t gid = ::archive_entry_gid(source);
  const la_int64_t size = ::archive_entry_size(source);
  // The last id is "none" (chown(2)).
  if (!std::in_range<std::uint32_t>(uid) || !std::in_range<std::uint32_t>(gid) || uid == UINT32_MAX ||
      gid == UINT32_MAX) {
    return damaged(_("an owner's id is out of range"));
  }
  if (size < 0 || static_cast<std::uint64_t>(size) > kContentLimit) return damaged(_("a size is out of range"));
  entry.uid = static_cast<std::uint32_t>(uid);
  entry.gid = static_cast<std::uint32_t>(gid);
  entry.size = static_cast<std::uint64_t>(size);
  entry.modified = {.seconds = ::archive_entry_mtime(source), .nanoseconds = ::archive_entry_mtime_nsec(source)};
  TRY(take_attributes(source, entry));
  return std::optional<Entry>(std::move(entry));
}

Status Archive::read_content(const Piece& piece) {
  while (true) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int result = ::archive_read_data_block(reader_.get(), &bytes, &size, &offset);
    if (result == ARCHIVE_EOF) return {};
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return unexpected(fault());
    if (size == 0) continue;
    if (offset < 0 || static_cast<std::uint64_t>(offset) > kContentLimit) return damaged(_("a size is out of range"));
    TRY(piece({static_cast<const char*>(bytes), size}, static_cast<std::uint64_t>(offset)));
  }
}

}  // namespace hutch::unpack
