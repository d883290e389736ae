#include "unpack/lower.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::unpack {
namespace {

Error cannot_look(const std::string& name, int code) {
  return system_error(code, text::format(_("cannot look at '%s' in a layer below"), text::printable(name).c_str()));
}

// Absent: no such name.
Result<std::optional<struct stat>> look(int directory, const std::string& name) {
  struct stat status {};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return std::optional(status);
  if (errno == ENOENT) return std::optional<struct stat>();
  return unexpected(cannot_look(name, errno));
}

Result<std::shared_ptr<os::Fd>> open_directory(int directory, const std::string& name) {
  auto fd =
      std::make_shared<os::Fd>(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!*fd) return unexpected(cannot_look(name, errno));
  return fd;
}

}  // namespace

bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
}

Result<bool> is_opaque(int directory) {
  char value = 0;
  if (::fgetxattr(directory, kOpaqueAttribute, &value, 1) == 1) return value == 'y';
  if (errno == ENODATA || errno == EOPNOTSUPP || errno == ERANGE) return false;
  return unexpected(system_error(errno, _("cannot look at a layer")));
}

Result<Lower::Stack> Lower::descend(const Stack& stack, const std::string& name) {
  Stack below;
  for (const auto& part : stack) {
    const auto status = TRY(look(part->get(), name));
    if (!status) continue;
    if (!S_ISDIR(status->st_mode)) break;  // a whiteout, or a file over whatever is below it
    below.push_back(TRY(open_directory(part->get(), name)));
    const bool hides_rest = TRY(is_opaque(below.back()->get()));
    if (hides_rest) break;
  }
  return below;
}

Result<const Lower::Stack*> Lower::enter(const std::string& directory) {
  if (stack_ && entered_ == directory) return &*stack_;
  stack_.reset();
  Stack stack;
  for (const os::Fd& tree : trees_) stack.push_back(TRY(open_directory(tree.get(), ".")));
  if (!directory.empty()) {
    for (const std::string_view name : text::split(directory, '/')) stack = TRY(descend(stack, std::string(name)));
  }
  stack_ = std::move(stack);
  entered_ = directory;
  return &*stack_;
}

Result<std::optional<Found>> Lower::find(const std::string& directory, const std::string& name) {
  if (trees_.empty()) return std::optional<Found>();
  const Stack* const stack = TRY(enter(directory));
  for (const auto& part : *stack) {
    const auto status = TRY(look(part->get(), name));
    if (!status) continue;
    if (is_whiteout(*status)) break;
    return std::optional(Found{.directory = part->get(), .status = *status});
  }
  return std::optional<Found>();
}

Result<std::vector<std::string>> Lower::names(const std::string& directory) {
  std::vector<std::string> all;
  const Stack* const stack = TRY(enter(directory));
  for (const auto& part : *stack) {
    const std::vector<std::string> names = TRY(os::list_directory(part->get()));
    all.insert(all.end(), names.begin(), names.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace hutch::unpack
