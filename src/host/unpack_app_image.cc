#include <elf.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/app_image.h"
#include "core/plan/channel.h"
#include "core/plan/wire.h"
#include "core/seccomp/policy.h"
#include "host/app_image_names.h"
#include "host/app_images.h"
#include "host/helper.h"
#include "host/probe.h"
#include "host/queries.h"
#include "host/seccomp_compile.h"
#include "os/exact_copy.h"
#include "os/file.h"
#include "os/lock.h"
#include "os/memfile.h"

namespace hutch::host {
namespace {

constexpr int kPatience = 600'000;                // milliseconds
constexpr std::time_t kUnusedLimit = 30 * 86400;  // seconds

// One file, whatever its name leads to meanwhile: whoever may rename directories on the way could show one image to be
// hashed, and another to be unpacked.
struct Image {
  HostPath path;
  os::Fd file;
  [[nodiscard]] HostPath own_path() const { return HostPath::literal("/proc/self/fd") / std::to_string(file.get()); }
};

Error changed(const HostPath& image) {
  return Error{
      .kind = ErrorKind::kConflict,
      .code = 0,
      .message = text::format(_("'%s' was changed while it was unpacked"), text::printable(image.str()).c_str()),
      .context = {},
      .hint = {}};
}

bool is_same(const facts::PathFact* fact, int file) {
  struct stat status {};
  return fact != nullptr && ::fstat(file, &status) == 0 &&
         fact->identity == Identity{.device = status.st_dev, .inode = status.st_ino};
}

template <class Header>
std::uint64_t end_of(const char* bytes) {
  Header header;
  std::memcpy(&header, bytes, sizeof header);
  return static_cast<std::uint64_t>(header.e_shoff) + std::uint64_t{header.e_shentsize} * header.e_shnum;
}

// Of an image of type 2 the file system begins where the ELF file ends, with its section headers (AppImage
// specification). Absent: it is none, or does not begin there.
std::optional<std::uint64_t> file_system_offset(int image) {
  char head[sizeof(Elf64_Ehdr)] = {};
  if (::pread(image, head, sizeof head, 0) != sizeof head) return std::nullopt;
  const std::uint64_t end = head[EI_CLASS] == ELFCLASS64 ? end_of<Elf64_Ehdr>(head) : end_of<Elf32_Ehdr>(head);
  char magic[4] = {};
  constexpr std::uint64_t kOffsetLimit = 64u << 20;
  const bool is_there = end < kOffsetLimit && ::pread(image, magic, sizeof magic, static_cast<off_t>(end)) == 4;
  if (!is_there || std::string_view(magic, sizeof magic) != "hsqs") return std::nullopt;
  return end;
}

// By coreutils: this program links no library for it.
Result<std::string> digest_of(const Image& image) {
  constexpr int kNumber = 3;
  const os::Captured captured = TRY(os::run_and_capture({.program = HostPath::literal("/usr/bin/sha256sum"),
                                                         .arguments = {"sha256sum", "--zero", "/dev/fd/3"},
                                                         .environment = {},
                                                         .descriptors = {{image.file.get(), kNumber}}},
                                                        kPathLimit + 256));
  const std::string digest = captured.output.substr(0, captured.output.find(' '));
  if (is_digest(digest)) return digest;
  return failure(ErrorKind::kUnavailable,
                 text::format(_("cannot compute the digest of '%s'"), text::printable(image.path.str()).c_str()));
}

Status await_end(Helper& helper) {
  pollfd watched{.fd = helper.process.pidfd(), .events = POLLIN, .revents = 0};
  int count = 0;
  while ((count = ::poll(&watched, 1, kPatience)) < 0 && errno == EINTR) continue;
  if (count <= 0) return failure(ErrorKind::kUnavailable, _("unpacking takes too long"));
  return {};
}

Status unpack_into(facts::Facts& facts, const Image& from, const HostPath& output) {
  const HostPath& image = from.path;
  // An image could unpack itself; but nothing of it runs before it is in a sandbox of its own.
  const auto offset = file_system_offset(from.file.get());
  if (!offset) {
    return failure(ErrorKind::kInvalid, text::format(_("'%s' is not an AppImage of type 2, or is damaged"),
                                                     text::printable(image.str()).c_str()));
  }
  const HostPath unpacker = HostPath::literal("/usr/bin/unsquashfs");
  if (!os::exists(unpacker)) {
    return failure(ErrorKind::kUnavailable, _("unsquashfs is missing, which unpacks AppImages"),
                   _("install squashfs-tools"));
  }
  look_up(facts, compose::unpacking_paths(unpacker, image, output));
  if (!is_same(facts.find(image), from.file.get())) return unexpected(changed(image));  // the launcher refuses another
  const plan::Sandbox sandbox = TRY(compose::unpacking_sandbox(facts, unpacker, image, output, *offset));
  const HostPath launcher = TRY(find_program("hutch-launch"));
  const std::string filter = TRY(compile_seccomp(seccomp::policy_for_helper()));
  const os::Fd seccomp = TRY(os::make_sealed_file("hutch-seccomp", filter));
  const os::Fd encoded = TRY(os::make_sealed_file("hutch-sandbox", plan::encode(sandbox)));
  const os::Fd self = TRY(os::open_path(launcher, O_RDONLY));
  Helper helper = TRY(start_helper("unsquashfs", {.program = launcher,
                                                  .arguments = {"hutch-launch", plan::kModeHelper},
                                                  .environment = {},
                                                  .descriptors = {{encoded.get(), plan::kPlanDescriptor},
                                                                  {seccomp.get(), plan::kSeccompDescriptor},
                                                                  {self.get(), plan::kSelfDescriptor}}}));
  TRY(await_end(helper));
  struct stat root {};
  const bool has_root = ::lstat((output / "squashfs-root").c_str(), &root) == 0 && S_ISDIR(root.st_mode);
  if (has_root && os::exists(output / "squashfs-root/AppRun")) return {};
  return unexpected(ended_early(helper));
}

void prune(const HostPath& directory) {
  const auto names = os::list_directory(directory);
  if (!names) return;
  for (const std::string& name : *names) {
    constexpr std::string_view kSuffix = ".lock";
    if (!name.ends_with(kSuffix) || !is_digest(name.substr(0, name.size() - kSuffix.size()))) continue;
    const auto lock = os::open_path(directory / name, O_RDWR | O_NOFOLLOW);
    struct stat status {};
    if (!lock || ::fstat(lock->get(), &status) != 0 || ::time(nullptr) - status.st_mtime < kUnusedLimit) continue;
    const auto is_ours = os::try_lock(lock->get(), os::LockKind::kExclusive);
    if (!is_ours || !*is_ours) continue;  // it runs
    const std::string digest = name.substr(0, name.size() - kSuffix.size());
    (void)os::remove_tree(directory / digest);  // a later run tries again
    (void)os::remove_tree(directory / name);
  }
  const HostPath files = directory / "files";
  const auto words = os::list_directory(files);
  if (!words) return;
  for (const std::string& word : *words) {
    const auto digest = os::read_file(files / word, 4096);
    const bool is_known =
        digest && is_digest(text::trim(*digest)) && os::exists(directory / std::string(text::trim(*digest)));
    if (!is_known) (void)os::remove_tree(files / word);
  }
}

}  // namespace

Status unpack_app_image(facts::Facts& facts, const HostPath& path) {
  const Image image{.path = path, .file = TRY(os::open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY))};
  const HostPath directory = app_images_directory(facts);
  TRY(os::make_directories(directory / "files", 0700));
  const std::string word = TRY(identity_word(image.own_path()));
  const std::string digest = TRY(digest_of(image));
  const os::Fd lock = TRY(os::open_path(directory / (digest + ".lock"), O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  TRY(os::wait_for_lock(lock.get(), os::LockKind::kExclusive));  // one unpacks, the others find it unpacked
  if (!os::exists(directory / digest)) {
    const HostPath part = directory / (digest + ".part");
    TRY(os::remove_tree(part));  // of one that was killed
    TRY(os::make_directories(part, 0700));
    auto done = unpack_into(facts, image, part);
    if (done && TRY(identity_word(image.own_path())) != word) done = unexpected(changed(path));
    if (!done) {
      (void)os::remove_tree(part);
      return done;
    }
    TRY(os::rename(part, directory / digest));
  }
  TRY(os::replace_file(directory / "files" / word, digest + "\n", 0600, os::Lasting::kProcess));
  prune(directory);
  return {};
}

}  // namespace hutch::host
