#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "core/plan/graft.h"
#include "core/plan/wire.h"
#include "graft/graft.h"
#include "launch/mounts.h"
#include "launch/scratch.h"
#include "os/linux_abi.h"
#include "os/memfile.h"

namespace hutch::graft {
namespace {

constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kPlaceMode = 0644;

int fail(int step, int error) {
  (void)std::printf("failed %d %d\n", step, error);
  return 1;
}

bool is_what_was_planned(int source, const plan::Bind& bind) {
  struct stat status {};
  if (::fstat(source, &status) != 0) return false;
  errno = ESTALE;
  const bool is_directory = bind.type == FileType::kDirectory;
  if (S_ISDIR(status.st_mode) != is_directory || (!is_directory && !S_ISREG(status.st_mode))) return false;
  return bind.identity && *bind.identity == Identity{.device = status.st_dev, .inode = status.st_ino};
}

// A detached copy, with its attributes before anybody can reach it.
launch::Tree tree_of(const plan::Bind& bind, launch::Scratch& scratch) {
  std::uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  if (!bind.executable) attributes |= MOUNT_ATTR_NOEXEC;
  if (bind.access == plan::BindAccess::kReadOnly) attributes |= MOUNT_ATTR_RDONLY;
  const int source = scratch.keep(
      launch::open_with(AT_FDCWD, bind.source.c_str(), O_PATH, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS));
  if (source < 0 || !is_what_was_planned(source, bind)) return {};
  const launch::Tree tree = launch::clone_tree(source, "", attributes, scratch);
  if (tree.is_bare) return {};  // a kernel that needs the host's /proc for it
  return tree;
}

// The directory that will hold the target, made where it is missing; no symlink is followed on the way.
os::Fd parent_of(int root, const BoxPath& target) {
  os::Fd current = launch::open_beneath(root, ".", O_PATH | O_DIRECTORY);
  const BoxPath above = target.parent();
  for (const std::string_view part : above.components()) {
    if (!current) return {};
    const std::string name(part);
    if (::mkdirat(current.get(), name.c_str(), kDirectoryMode) != 0 && errno != EEXIST && errno != EROFS) return {};
    current = launch::open_beneath(current.get(), name.c_str(), O_PATH | O_DIRECTORY);
  }
  return current;
}

// The place itself: what stands there already will do if it is of that kind and no symlink.
os::Fd place_of(const os::Fd& parent, const plan::Bind& bind) {
  if (!parent) return {};
  const std::string name(bind.target.name());
  const bool is_directory = bind.type == FileType::kDirectory;
  const int made = is_directory ? ::mkdirat(parent.get(), name.c_str(), kDirectoryMode)
                                : ::mknodat(parent.get(), name.c_str(), kPlaceMode, 0);
  if (made != 0 && errno != EEXIST) return {};
  return launch::open_beneath(parent.get(), name.c_str(), O_PATH | (is_directory ? O_DIRECTORY : 0));
}

std::uint64_t mount_id(int fd) {
  struct statx status {};
  return ::statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) == 0 ? status.stx_mnt_id : 0;
}

struct Given {
  os::Fd parent;
  std::string name;
  int mount = -1;  // borrowed
};

void take_back(const std::vector<Given>& all) {
  for (auto given = all.rbegin(); given != all.rend(); ++given) {
    (void)detach(given->parent.get(), given->name.c_str());  // nothing better can be done
  }
}

}  // namespace

int give() {
  // |          | user       | mnt        |
  // | here     | host's     | host's     |
  auto request = os::MappedFile::map(plan::kGraftRequest, plan::kWireLimit, true);
  const auto sandbox =
      request ? plan::decode_sandbox(request->bytes()) : Result<plan::Sandbox>(unexpected(request.error()));
  if (!sandbox) return fail(-1, EBADMSG);
  if (::setns(plan::kGraftInit, CLONE_NEWUSER) != 0 || ::unshare(CLONE_NEWNS) != 0) return fail(-1, errno);
  // |          | sandbox's  | a copy     |
  launch::Scratch scratch;
  std::vector<launch::Tree> trees;
  std::vector<const plan::Bind*> binds;
  for (const plan::Step& step : sandbox->steps) {
    const auto* const bind = std::get_if<plan::Bind>(&step);
    const int index = static_cast<int>(trees.size());
    if (bind == nullptr) return fail(index, EINVAL);
    trees.push_back(tree_of(*bind, scratch));
    binds.push_back(bind);
    if (trees.back().fd < 0) return fail(index, errno);
  }
  if (::setns(plan::kGraftInit, CLONE_NEWNS) != 0) return fail(-1, errno);
  // |          | sandbox's  | sandbox's  |
  ::umask(0);
  const os::Fd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::vector<Given> all;
  for (std::size_t index = 0; index < trees.size(); ++index) {
    os::Fd parent = parent_of(root.get(), binds[index]->target);
    const os::Fd place = place_of(parent, *binds[index]);
    const bool is_attached = place && launch::attach(trees[index], place.get(), "");
    if (!is_attached) {
      const int error = errno;
      take_back(all);
      return fail(static_cast<int>(index), error);
    }
    all.push_back(
        {.parent = std::move(parent), .name = std::string(binds[index]->target.name()), .mount = trees[index].fd});
  }
  for (const Given& given : all) {
    (void)std::printf("mount %llu\n", static_cast<unsigned long long>(mount_id(given.mount)));
  }
  return 0;
}

}  // namespace hutch::graft
