#include "host/toolboxes.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"
#include "os/lock.h"

namespace hutch::host {
namespace {

constexpr mode_t kPrivate = 0700;
constexpr mode_t kRootMode = 0755;
constexpr std::size_t kStackLimit = 4u << 20;  // bytes of stack.json

std::string random_digits() {
  std::array<unsigned char, 8> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) bytes = {};
  std::string digits;
  for (const unsigned char byte : bytes) digits += text::format("%02x", byte);
  return digits;
}

Status make_directory(const HostPath& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return {};
  return unexpected(system_error(errno, text::format(_("cannot make directory '%s'"), path.c_str())));
}

// Never over something that is there.
Status move(const HostPath& from, const HostPath& to) {
  if (::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EEXIST || errno == ENOTEMPTY) {
    return failure(ErrorKind::kConflict,
                   text::format(_("there is a toolbox '%s' already"), text::printable(to.name()).c_str()),
                   _("choose another name"));
  }
  return unexpected(system_error(errno, text::format(_("cannot name '%s'"), text::printable(to.str()).c_str())));
}

Status sync_directory(const HostPath& path) {
  const os::Fd directory = TRY(os::open_path(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(directory.get()) == 0) return {};
  return unexpected(system_error(errno, text::format(_("cannot write '%s'"), path.c_str())));
}

}  // namespace

HostPath toolboxes_directory(const facts::Facts& facts) {
  return facts.directories.data / "hutch/toolboxes";
}

HostPath image_store(const facts::Facts& facts) {
  return facts.directories.data / "hutch/images";
}

Result<std::vector<std::string>> list_toolboxes(const facts::Facts& facts) {
  auto names = os::list_directory(toolboxes_directory(facts));
  if (!names && names.error().code == ENOENT) return std::vector<std::string>();
  if (!names) return unexpected(std::move(names).error());
  std::erase_if(*names, [](const std::string& name) { return !BoxName::parse(name); });
  return names;
}

Result<Toolbox> read_toolbox(const facts::Facts& facts, const std::string& name) {
  Toolbox toolbox;
  toolbox.name = TRY(BoxName::parse(name));
  toolbox.directory = toolboxes_directory(facts) / name;
  const HostPath file = toolbox.directory / "toolbox.toml";
  const auto text = os::read_file(file, toolbox::kFileLimit);
  if (!text && text.error().code == ENOENT) {
    const std::vector<std::string> names = TRY(list_toolboxes(facts));
    const std::vector<std::string_view> views(names.begin(), names.end());
    const auto near = text::nearest(name, views);
    return failure(ErrorKind::kInvalid, text::format(_("there is no toolbox '%s'"), text::printable(name).c_str()),
                   near ? text::format(_("did you mean '%s'?"), std::string(*near).c_str())
                        : std::string(_("'hutch toolbox list' shows what there is, 'hutch create' makes one")));
  }
  if (!text) return unexpected(text.error());
  toolbox.declared = TRY(toolbox::parse_toolbox(*text, file.str()));
  const std::string stack = TRY(os::read_file(toolbox.directory / "stack.json", kStackLimit));
  toolbox.stack = TRY_IN(text::format(_("toolbox '%s'"), name.c_str()), toolbox::parse_stack(stack));
  return toolbox;
}

Result<os::Fd> lock_toolbox(const Toolbox& toolbox) {
  os::Fd lock = TRY(os::open_path(toolbox.directory / "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  // Whoever has just left holds it for a moment longer.
  constexpr int kAttempts = 100;
  constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 7'000'000};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (TRY(os::try_lock(lock.get(), os::LockKind::kExclusive))) return lock;
    (void)::nanosleep(&kPause, nullptr);  // cut short, it is tried sooner
  }
  return failure(ErrorKind::kConflict,
                 text::format(_("toolbox '%s' is running, or being changed"), toolbox.name.c_str()),
                 text::format("hutch toolbox stop %s", toolbox.name.c_str()));
}

Result<os::Fd> hold_store(const facts::Facts& facts) {
  const HostPath store = image_store(facts);
  TRY(os::make_directories(store, kPrivate));
  os::Fd lock = TRY(os::open_path(store / "lock", O_RDWR | O_CREAT, 0600));
  TRY(os::wait_for_lock(lock.get(), os::LockKind::kShared));
  return lock;
}

Result<std::string> make_upper(const facts::Facts& facts) {
  const HostPath uppers = image_store(facts) / "uppers";
  TRY(os::make_directories(uppers, kPrivate));
  std::string name = random_digits();
  TRY(make_directory(uppers / name, kPrivate));
  // The launcher gives it the owner and mode of the image's root.
  TRY(make_directory(uppers / name / "tree", kRootMode));
  TRY(make_directory(uppers / name / "work", kPrivate));
  return name;
}

Status add_toolbox(const facts::Facts& facts, const Toolbox& toolbox, const std::string& permissions) {
  const HostPath parent = toolboxes_directory(facts);
  TRY(os::make_directories(parent, kPrivate));
  Toolbox unnamed = toolbox;
  unnamed.directory = parent / ("." + random_digits());
  TRY(make_directory(unnamed.directory, kPrivate));
  const auto fill = [&]() -> Status {
    TRY(make_directory(unnamed.home(), kPrivate));
    TRY(write_declaration(unnamed));
    TRY(write_stack(unnamed));
    if (!permissions.empty()) TRY(os::replace_file(unnamed.permissions(), permissions, 0600));
    TRY(move(unnamed.directory, toolbox.directory));
    return sync_directory(parent);
  };
  auto filled = fill();
  if (!filled) (void)os::remove_tree(unnamed.directory);  // the first error matters; a sweep takes what stays
  return filled;
}

Status write_stack(const Toolbox& toolbox) {
  return os::replace_file(toolbox.directory / "stack.json", toolbox::format(toolbox.stack), 0600);
}

Status write_declaration(const Toolbox& toolbox) {
  const HostPath file = toolbox.directory / "toolbox.toml";
  const std::string text = toolbox::format(toolbox.declared);
  TRY(toolbox::parse_toolbox(text, file.str()));  // what could not be read again would lose it
  return os::replace_file(file, text, 0600);
}

Status rename_toolbox(const facts::Facts& facts, const Toolbox& toolbox, const BoxName& name) {
  const HostPath parent = toolboxes_directory(facts);
  TRY(move(toolbox.directory, parent / name.str()));
  return sync_directory(parent);
}

Status forget_toolbox(const facts::Facts& facts, const Toolbox& toolbox) {
  const HostPath parent = toolboxes_directory(facts);
  TRY(move(toolbox.directory, parent / (".gone-" + random_digits())));
  return sync_directory(parent);
}

// The root directory of a layer is root's inside (image formats leave no other owner to it), so its owner tells.
Result<bool> has_own_id_only(const facts::Facts& facts, const toolbox::Stack& stack) {
  std::size_t own = 0;
  for (const image::Digest& layer : stack.base) {
    const HostPath tree = image_store(facts) / "layers" / layer.hex() / "tree";
    struct stat status {};
    if (::stat(tree.c_str(), &status) != 0) {
      return unexpected(system_error(errno, text::format(_("cannot open '%s'"), tree.c_str())));
    }
    own += status.st_uid == facts.user.uid ? 1 : 0;
  }
  if (own == 0 || own == stack.base.size()) return own != 0;
  return failure(ErrorKind::kConflict,
                 _("some layers of the image were unpacked with subordinate ids and some without"),
                 "hutch image check");
}

plan::Overlay root_of(const facts::Facts& facts, const toolbox::Stack& stack) {
  const HostPath store = image_store(facts);
  plan::Overlay root;
  for (auto frozen = stack.frozen.rbegin(); frozen != stack.frozen.rend(); ++frozen) {
    root.lowers.push_back(store / "uppers" / *frozen / "tree");
  }
  for (auto layer = stack.base.rbegin(); layer != stack.base.rend(); ++layer) {
    root.lowers.push_back(store / "layers" / layer->hex() / "tree");
  }
  root.upper = store / "uppers" / stack.upper / "tree";
  root.work = store / "uppers" / stack.upper / "work";
  return root;
}

}  // namespace hutch::host
