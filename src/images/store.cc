#include "images/store.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/chain.h"
#include "images/index.h"
#include "os/file.h"
#include "os/lock.h"
#include "os/sha256.h"

namespace hutch::images {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr std::string_view kFormat = "1\n";
constexpr std::size_t kFormatLimit = 64;
constexpr std::size_t kPrefixLeast = 4;  // digits of a digest that name an image
constexpr const char* kDirectories[] = {"blobs", "blobs/sha256", "partial", "layers", "staging", "uppers"};

Error not_there(const image::Digest& digest) {
  return Error{.kind = ErrorKind::kNotFound,
               .code = ENOENT,
               .message = text::format(_("the image store has no blob %s"), digest.str().c_str()),
               .context = {},
               .hint = {}};
}

// Setuid files of images lie here under ids of the user: nobody else may reach them.
Status close_to_others(const HostPath& root) {
  struct stat status {};
  if (::stat(root.c_str(), &status) != 0) return unexpected(system_error(errno, _("cannot look at the image store")));
  if (status.st_uid != ::getuid()) {
    return failure(ErrorKind::kDenied, text::format(_("'%s' belongs to somebody else"), root.c_str()));
  }
  if ((status.st_mode & 077) != 0 && ::chmod(root.c_str(), kDirectoryMode) != 0) {
    return unexpected(system_error(errno, _("cannot close the image store to others")));
  }
  return {};
}

// There is one format so far. A later one migrates here, under the exclusive lock, before it writes its own number.
Status check_format(const HostPath& root) {
  const HostPath path = root / "format";
  const auto found = os::read_file(path, kFormatLimit);
  if (!found && found.error().code == ENOENT) return os::replace_file(path, kFormat, 0600);
  if (!found) return unexpected(found.error());
  if (*found == kFormat) return {};
  return failure(ErrorKind::kUnavailable,
                 text::format(_("the image store '%s' is of another format, %s"), text::printable(root.str()).c_str(),
                              text::printable(text::trim(*found)).c_str()),
                 _("use the version of hutch that made it, or a newer one"));
}

bool is_same_file(int fd, const HostPath& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

bool is_named(const image::Record& record, std::string_view name) {
  return std::ranges::find(record.names, name) != record.names.end();
}

bool has_digest(const image::Record& record, std::string_view text) {
  const std::string& hex = record.manifest.digest.hex();
  if (text.starts_with("sha256:")) return hex == text.substr(7);
  return text.size() >= kPrefixLeast && hex.starts_with(text);
}

void add_sorted(std::vector<std::string>& list, std::string_view text) {
  const auto place = std::ranges::lower_bound(list, text);
  if (place == list.end() || *place != text) list.insert(place, std::string(text));
}

Result<std::size_t> find_in(const Records& records, std::string_view text) {
  std::vector<std::size_t> found;
  for (std::size_t index = 0; index < records.size(); ++index) {
    if (is_named(records[index], text)) return index;
    if (has_digest(records[index], text)) found.push_back(index);
  }
  const std::string shown = text::printable(text);
  if (found.size() > 1) {
    return failure(ErrorKind::kInvalid, text::format(_("'%s' begins the digests of several images"), shown.c_str()));
  }
  if (found.empty()) {
    return failure(ErrorKind::kNotFound, text::format(_("there is no image '%s'"), shown.c_str()),
                   _("'hutch image list' shows those that are here"));
  }
  return found.front();
}

}  // namespace

Result<std::vector<image::Digest>> chain_ids(const std::vector<image::Layer>& layers) {
  std::vector<image::Digest> chain;
  for (const image::Layer& layer : layers) {
    if (layer.diff_id.empty()) return failure(ErrorKind::kInvalid, _("a layer has no diff id"));
    chain.push_back(chain.empty()
                        ? layer.diff_id
                        : image::Digest::of_bytes(os::sha256(image::chain_text(chain.back(), layer.diff_id))));
  }
  return chain;
}

std::string random_name() {
  std::array<unsigned char, 8> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) bytes = {};
  std::string name;
  for (const unsigned char byte : bytes) name += text::format("%02x", byte);
  return name;
}

Result<Store> Store::open(const HostPath& root) {
  TRY(os::make_directories(root, kDirectoryMode));
  TRY(close_to_others(root));
  os::Fd lock = TRY(os::open_path(root / "lock", O_RDWR | O_CREAT, 0600));
  TRY(os::wait_for_lock(lock.get(), os::LockKind::kShared));
  TRY(check_format(root));
  for (const char* const name : kDirectories) TRY(os::make_directories(root / name, kDirectoryMode));
  keep_reserve(root);
  return Store(root, std::move(lock));
}

HostPath Store::blob_path(const image::Digest& digest) const {
  return root_ / "blobs/sha256" / digest.hex();
}

bool Store::has_blob(const image::Digest& digest) const {
  return !digest.empty() && os::exists(blob_path(digest));
}

Result<os::Fd> Store::open_blob(const image::Digest& digest) const {
  if (digest.empty()) return unexpected(not_there(digest));
  auto fd = os::open_path(blob_path(digest), O_RDONLY);
  if (!fd && fd.error().code == ENOENT) return unexpected(not_there(digest));
  return fd;
}

Result<std::string> Store::read_blob(const image::Digest& digest, std::size_t limit) const {
  const os::Fd fd = TRY(open_blob(digest));
  std::string bytes = TRY(os::read_all(fd.get(), limit));
  if (image::Digest::of_bytes(os::sha256(bytes)) != digest) {
    return failure(ErrorKind::kInvalid, text::format(_("the blob %s is damaged"), digest.str().c_str()),
                   _("run 'hutch image check --repair'"));
  }
  return bytes;
}

Status Store::put_blob(const image::Digest& digest, std::string_view bytes) const {
  if (has_blob(digest)) return {};
  if (image::Digest::of_bytes(os::sha256(bytes)) != digest) {
    return failure(ErrorKind::kInvalid, text::format(_("the blob's content is not %s"), digest.str().c_str()));
  }
  const HostPath partial = root_ / "partial" / ("new-" + random_name());
  TRY(os::replace_file(partial, bytes, 0600, os::Lasting::kProcess));
  if (::rename(partial.c_str(), blob_path(digest).c_str()) == 0) return {};
  return unexpected(system_error(errno, text::format(_("cannot keep the blob %s"), digest.str().c_str())));
}

Result<Store::BlobClaim> Store::begin_blob(const image::Digest& digest, std::uint64_t size) const {
  if (digest.empty()) return unexpected(not_there(digest));
  if (size > image::kBlobSizeLimit) {
    return failure(ErrorKind::kDenied, text::format(_("the blob %s is larger than allowed"), digest.str().c_str()));
  }
  const HostPath path = root_ / "partial" / digest.hex();
  while (true) {
    if (has_blob(digest)) return BlobClaim(Present());
    os::Fd file = TRY(os::open_path(path, O_RDWR | O_CREAT, 0600));
    const bool is_ours = TRY(os::try_lock(file.get(), os::LockKind::kExclusive));
    if (!is_ours) return BlobClaim(Busy());
    if (!is_same_file(file.get(), path)) continue;  // its writer has just finished, or given it up
    if (has_blob(digest)) {
      (void)::unlink(path.c_str());  // ours, empty, made since
      continue;
    }
    auto writer = TRY(BlobWriter::open(path, root_ / "blobs/sha256", digest, size, std::move(file)));
    return BlobClaim(std::move(writer));
  }
}

Result<BlobWriter> Store::begin_new_blob() const {
  const HostPath path = root_ / "partial" / ("new-" + random_name());
  os::Fd file = TRY(os::open_path(path, O_RDWR | O_CREAT | O_EXCL, 0600));
  return BlobWriter::open(path, root_ / "blobs/sha256", {}, image::kBlobSizeLimit, std::move(file));
}

Status Store::await_blob(const image::Digest& digest) const {
  const HostPath path = root_ / "partial" / digest.hex();
  auto file = os::open_path(path, O_RDWR);
  if (!file && file.error().code == ENOENT) return {};
  if (!file) return unexpected(std::move(file).error());
  return os::wait_for_lock(file->get(), os::LockKind::kExclusive);
}

Status Store::put_image(const image::Record& record) const {
  const std::vector<image::Digest> chain = TRY(chain_ids(record.layers));
  for (const image::Descriptor* const blob : {&record.manifest, &record.config}) {
    if (!has_blob(blob->digest)) return unexpected(not_there(blob->digest));
  }
  for (const image::Digest& layer : chain) {
    if (has_layer(layer)) continue;
    return failure(ErrorKind::kNotFound, text::format(_("the layer %s is not unpacked"), layer.str().c_str()));
  }
  for (const std::string& name : record.names) {
    if (!name.empty() && name.size() <= image::kNameLimit) continue;
    return failure(ErrorKind::kInvalid, _("an image's name is too long"));
  }
  TRY(sync());
  return change_index(root_, [&record](Records& records) -> Status {
    for (image::Record& other : records) {
      if (other.manifest.digest == record.manifest.digest) continue;
      std::erase_if(other.names, [&](const std::string& name) { return is_named(record, name); });
    }
    const auto known = std::ranges::find(records, record.manifest.digest,
                                         [](const image::Record& other) { return other.manifest.digest; });
    image::Record entered = record;
    if (known != records.end()) {
      entered.names = known->names;
      entered.users = known->users;
      records.erase(known);
    }
    for (const std::string& name : record.names) add_sorted(entered.names, name);
    for (const std::string& user : record.users) add_sorted(entered.users, user);
    records.push_back(std::move(entered));
    return {};
  });
}

Result<std::vector<image::Record>> Store::images() const {
  return read_index(root_);
}

Result<image::Record> Store::find_image(std::string_view name_or_digest) const {
  Records records = TRY(read_index(root_));
  const std::size_t found = TRY(find_in(records, name_or_digest));
  return std::move(records[found]);
}

Status Store::remove_image(std::string_view name_or_digest) const {
  return change_index(root_, [&](Records& records) -> Status {
    const std::size_t found = TRY(find_in(records, name_or_digest));
    image::Record& record = records[found];
    const bool is_by_name = is_named(record, name_or_digest);
    std::erase(record.names, name_or_digest);
    if (is_by_name && (!record.names.empty() || !record.users.empty())) return {};
    if (!record.users.empty()) {
      return failure(ErrorKind::kConflict,
                     text::format(_("the image is in use: %s"), text::printable(record.users.front()).c_str()));
    }
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(found));
    return {};
  });
}

Status Store::add_user(const image::Digest& manifest, std::string_view user) const {
  return change_index(root_, [&](Records& records) -> Status {
    const std::size_t found = TRY(find_in(records, manifest.str()));
    add_sorted(records[found].users, user);
    return {};
  });
}

Status Store::remove_user(const image::Digest& manifest, std::string_view user) const {
  return change_index(root_, [&](Records& records) -> Status {
    const std::size_t found = TRY(find_in(records, manifest.str()));
    std::erase(records[found].users, user);
    return {};
  });
}

bool Store::has_layer(const image::Digest& chain) const {
  return !chain.empty() && os::exists(layer_tree(chain));
}

HostPath Store::layer_tree(const image::Digest& chain) const {
  return root_ / "layers" / chain.hex() / "tree";
}

Status Store::sync() const {
  const os::Fd root = TRY(os::open_path(root_, O_RDONLY | O_DIRECTORY));
  if (::syncfs(root.get()) != 0) return unexpected(system_error(errno, _("cannot bring the image store to the disk")));
  return {};
}

Result<bool> Store::lock(os::LockKind kind) const {
  return os::try_lock(lock_.get(), kind);
}

}  // namespace hutch::images
