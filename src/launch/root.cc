#include "launch/root.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <span>

#include "launch/init_system.h"
#include "launch/line.h"
#include "launch/mounts.h"
#include "launch/overlay.h"
#include "os/linux_abi.h"

namespace hutch::launch {
namespace {

using plan::Stage;

constexpr int kDetach = 2;                   // MNT_DETACH, umount2(2); sys/mount.h clashes with linux/mount.h
constexpr std::uint64_t kRootFiles = 65536;  // inodes of the root tmpfs: it holds mount points and /etc
constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kPlaceMode = 0644;
constexpr std::uint64_t kInert = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
// In the root until it is entered: an empty directory and file of mode 0, to hide others with.
constexpr const char* kCoverDirectory = ".hutch-cover-directory";
constexpr const char* kCoverFile = ".hutch-cover-file";
constexpr const char* kProbeDirectory = ".hutch-probe";  // what enter() leaves
constexpr const char* kSystemPlace = ".hutch-system";    // where a system's root is mounted

using PathBuffer = Line<kPathLimit>;

// The last component; it ends where the path does.
const char* name_of(const BoxPath& path) {
  return path.name().data();
}

FileType type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return FileType::kDirectory;
    case S_IFLNK:
      return FileType::kSymlink;
    case S_IFSOCK:
      return FileType::kSocket;
    case S_IFIFO:
      return FileType::kFifo;
    case S_IFCHR:
      return FileType::kCharacterDevice;
    case S_IFBLK:
      return FileType::kBlockDevice;
    default:
      return FileType::kRegular;
  }
}

os::Fd open_source_path(const HostPath& path) {
  return open_with(AT_FDCWD, path.c_str(), O_PATH, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

}  // namespace

void Root::create(std::uint64_t size) {
  root_ = make_tmpfs(size, kRootFiles, kDirectoryMode, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, lasting_);
  require(root_ >= 0 && attach(root_, AT_FDCWD, "/"), Stage::kRoot);
  tmpfs_ = root_;
  make_covers();
}

void Root::create_system(const plan::Overlay& overlay) {
  require(::mkdirat(tmpfs_, kSystemPlace, kDirectoryMode) == 0, Stage::kRoot);
  const OverlayFault fault = mount_overlay(overlay, tmpfs_, kSystemPlace, lasting_);
  if (fault.error != 0) reporter_.fail(Stage::kRoot, fault.layer, fault.error);
  root_ = lasting_.keep(open_beneath(tmpfs_, kSystemPlace, O_PATH | O_DIRECTORY));
  require(root_ >= 0, Stage::kRoot);
  is_system_ = true;
}

// One that others may enter is the system's, one that they may not the user's.
int Root::make_tmpfs(std::uint64_t size, std::uint64_t inodes, std::uint32_t mode, std::uint64_t attributes,
                     Scratch& scratch) const {
  constexpr std::uint32_t kOthers = 077;
  ShortLine size_text;
  ShortLine inodes_text;
  ShortLine mode_text;
  size_text << size;
  inodes_text << inodes;
  mode_text.octal(mode);
  const Option options[] = {{"size", size_text.c_str()},
                            {"nr_inodes", inodes_text.c_str()},
                            {"mode", mode_text.c_str()},
                            {"uid", "0"},
                            {"gid", "0"}};
  const bool is_root_s = is_system_ && (mode & kOthers) != 0;
  return make_filesystem("tmpfs", std::span(options).first(is_root_s ? 5 : 3), attributes, scratch);
}

bool Root::inherit_owner(int parent, const char* name) const {
  if (!is_system_) return true;
  struct stat above {};
  return ::fstat(parent, &above) == 0 && ::fchownat(parent, name, above.st_uid, above.st_gid, AT_SYMLINK_NOFOLLOW) == 0;
}

void Root::perform(const plan::Step& step, int index) {
  index_ = index;
  if (scratch_.is_filling()) {
    scratch_.close_all();
    parent_ = -1;
  }
  std::visit([this](const auto& it) { act(it); }, step);
}

os::Fd Root::enter() {
  index_ = -1;
  os::Fd probe = clone_bare(tmpfs_, kProbeDirectory);
  require(static_cast<bool>(probe), Stage::kRoot);
  remove_covers();
  require(!is_sealed_ || restrict_mount(root_, MOUNT_ATTR_RDONLY), Stage::kRoot);
  scratch_.close_all();
  require(::fchdir(root_) == 0, Stage::kPivot);
  // Both at ".": the old root ends up on top of the new one and is then taken away, pivot_root(2).
  require(::syscall(SYS_pivot_root, ".", ".") == 0, Stage::kPivot);
  // A system's was mounted in the tmpfs, which is still mounted on the old root, and so comes off first.
  for (int left = is_system_ ? 2 : 1; left > 0; --left) {
    require(::syscall(SYS_umount2, ".", kDetach) == 0, Stage::kPivot);
  }
  require(::chdir("/") == 0, Stage::kPivot);
  lasting_.close_all();
  return probe;
}

int Root::parent_of(const BoxPath& target) {
  const std::string_view path = std::string_view(target.str()).substr(0, target.str().rfind('/'));
  if (path.empty()) return root_;
  if (parent_ >= 0 && path == parent_path_) return parent_;
  os::Fd fd = open_beneath(root_, (PathBuffer() << path.substr(1)).c_str(), O_PATH | O_DIRECTORY);
  if (!fd && errno == ENOENT) fd = make_directories(path.substr(1));
  parent_ = scratch_.keep(std::move(fd));
  require(parent_ >= 0, Stage::kTarget);
  parent_path_ = path;
  return parent_;
}

os::Fd Root::make_directories(std::string_view path) {
  os::Fd current;
  while (!path.empty()) {
    Line<kPathNameLimit> name;
    name << path.substr(0, path.find('/'));
    path.remove_prefix(std::min(name.text().size() + 1, path.size()));
    const int directory = current ? current.get() : root_;
    const int made = ::mkdirat(directory, name.c_str(), kDirectoryMode);
    if (made == 0 ? !inherit_owner(directory, name.c_str()) : errno != EEXIST) return {};
    os::Fd next = open_beneath(directory, name.c_str(), O_PATH | O_DIRECTORY);
    if (!next) return {};
    current = std::move(next);
  }
  return current;
}

void Root::make_place(int parent, const char* name, bool is_directory) {
  const int made = is_directory ? ::mkdirat(parent, name, kDirectoryMode) : ::mknodat(parent, name, kPlaceMode, 0);
  if (made == 0) return require(inherit_owner(parent, name), Stage::kTarget);
  require(errno == EEXIST, Stage::kTarget);
  const os::Fd there = open_beneath(parent, name, O_PATH | (is_directory ? O_DIRECTORY : 0));
  require(static_cast<bool>(there), Stage::kTarget);
}

void Root::forget_parents_at(std::string_view target) {
  const bool is_stale =
      parent_path_.starts_with(target) && (parent_path_.size() == target.size() || parent_path_[target.size()] == '/');
  if (is_stale) parent_ = -1;
}

void Root::mount_on(int mount, const BoxPath& target, bool is_directory) {
  const int parent = parent_of(target);
  make_place(parent, name_of(target), is_directory);
  require(attach(mount, parent, name_of(target)), Stage::kStep);
  forget_parents_at(target.str());
}

int Root::open_source(const plan::Bind& step) {
  os::Fd fd = open_source_path(step.source);
  const bool falls_back = !fd && errno == ENOENT && step.fallback;
  if (falls_back) fd = open_source_path(*step.fallback);
  const int source = scratch_.keep(std::move(fd));
  require(source >= 0, Stage::kSource);
  struct stat status {};
  require(::fstat(source, &status) == 0, Stage::kSource);
  if (type_of(status.st_mode) != step.type) fail(Stage::kIdentity, EINVAL);
  // With a fallback the identity is the fallback's; the source itself is hutch's own.
  const bool is_known = step.identity && (!step.fallback || falls_back);
  const Identity found{.device = status.st_dev, .inode = status.st_ino};
  if (is_known && found != *step.identity) fail(Stage::kIdentity, ESTALE);
  return source;
}

void Root::act(const plan::Bind& step) {
  std::uint64_t attributes = MOUNT_ATTR_NOSUID;
  if (!step.devices) attributes |= MOUNT_ATTR_NODEV;
  if (!step.executable) attributes |= MOUNT_ATTR_NOEXEC;
  if (step.access == plan::BindAccess::kReadOnly) attributes |= MOUNT_ATTR_RDONLY;
  const int source = open_source(step);
  const Tree tree = clone_tree(source, "", attributes, scratch_);
  require(tree.fd >= 0, Stage::kStep);
  const int parent = parent_of(step.target);
  make_place(parent, name_of(step.target), step.type == FileType::kDirectory);
  require(attach(tree, parent, name_of(step.target)), Stage::kStep);
  forget_parents_at(step.target.str());
}

void Root::act(const plan::Tmpfs& step) {
  std::uint64_t attributes = MOUNT_ATTR_NODEV;
  if (!step.set_user_id) attributes |= MOUNT_ATTR_NOSUID;
  if (!step.executable) attributes |= MOUNT_ATTR_NOEXEC;
  const int mount = make_tmpfs(step.size, step.inodes, step.mode, attributes, scratch_);
  require(mount >= 0, Stage::kStep);
  mount_on(mount, step.target, true);
}

void Root::act(const plan::Proc& step) {
  // Must happen while the host's /proc is in sight: without a fully visible one the kernel gives no other.
  const int proc = make_filesystem("proc", {}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, scratch_);
  require(proc >= 0, Stage::kStep);
  mount_on(proc, step.target, true);
  if (step.masked) hide_proc_entries(proc);
}

void Root::act(const plan::Dev& step) {
  constexpr std::uint64_t kSize = 65536;  // bytes and files: there is nothing in it but mount points and links
  constexpr std::uint64_t kInodes = 4096;
  constexpr std::uint32_t kShmMode = 01777;
  const int dev = make_tmpfs(kSize, kInodes, kDirectoryMode, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, scratch_);
  require(dev >= 0, Stage::kStep);
  mount_on(dev, step.target, true);
  // Minor numbers of memory devices and of the terminal, Documentation/admin-guide/devices.txt.
  add_device(dev, "null", 3);
  add_device(dev, "zero", 5);
  add_device(dev, "full", 7);
  add_device(dev, "random", 8);
  add_device(dev, "urandom", 9);
  add_device(dev, "tty", 0);
  add_link(dev, "fd", "/proc/self/fd");
  add_link(dev, "stdin", "/proc/self/fd/0");
  add_link(dev, "stdout", "/proc/self/fd/1");
  add_link(dev, "stderr", "/proc/self/fd/2");
  add_pseudo_terminals(dev);
  const int shm =
      make_tmpfs(step.shm_size, kInodes, kShmMode, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, scratch_);
  require(shm >= 0, Stage::kStep);
  require(::mkdirat(dev, "shm", kDirectoryMode) == 0 && attach(shm, dev, "shm"), Stage::kStep);
}

void Root::add_device(int dev, const char* name, unsigned minor_number) {
  constexpr unsigned kMemory = 1;
  constexpr unsigned kTerminal = 5;
  ShortLine path;
  path << "/dev/" << name;
  const Tree tree = clone_tree(AT_FDCWD, path.c_str(), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, scratch_);
  require(tree.fd >= 0, Stage::kStep);
  struct stat status {};
  require(::fstat(tree.fd, &status) == 0, Stage::kStep);
  const unsigned major_number = minor_number == 0 ? kTerminal : kMemory;
  if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(major_number, minor_number)) fail(Stage::kIdentity, ENODEV);
  require(::mknodat(dev, name, kPlaceMode, 0) == 0, Stage::kTarget);
  require(attach(tree, dev, name), Stage::kStep);
}

void Root::add_pseudo_terminals(int dev) {
  constexpr Option kOptions[] = {{"ptmxmode", "0666"}, {"max", "256"}};
  const int terminals = make_filesystem("devpts", kOptions, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, scratch_);
  require(terminals >= 0, Stage::kStep);
  require(::mkdirat(dev, "pts", kDirectoryMode) == 0 && attach(terminals, dev, "pts"), Stage::kStep);
  add_link(dev, "ptmx", "pts/ptmx");
}

void Root::add_link(int directory, const char* name, const char* points_to) {
  require(::symlinkat(points_to, directory, name) == 0 && inherit_owner(directory, name), Stage::kStep);
}

void Root::act(const plan::Dir& step) {
  const int parent = parent_of(step.target);
  if (::mkdirat(parent, name_of(step.target), step.mode) == 0) {
    return require(inherit_owner(parent, name_of(step.target)), Stage::kTarget);
  }
  make_place(parent, name_of(step.target), true);
}

void Root::act(const plan::File& step) {
  const int parent = parent_of(step.target);
  const os::Fd file = open_beneath(parent, name_of(step.target), O_WRONLY | O_CREAT | O_EXCL, step.mode);
  require(static_cast<bool>(file) && inherit_owner(parent, name_of(step.target)), Stage::kTarget);
  std::string_view rest = step.content;
  while (!rest.empty()) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    require(written >= 0 || errno == EINTR, Stage::kStep);
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Root::act(const plan::Symlink& step) {
  add_link(parent_of(step.target), name_of(step.target), step.points_to.c_str());
}

void Root::make_covers() {
  require(::mkdirat(tmpfs_, kCoverDirectory, 0) == 0 && ::mknodat(tmpfs_, kCoverFile, 0, 0) == 0 &&
              ::mkdirat(tmpfs_, kProbeDirectory, kDirectoryMode) == 0,
          Stage::kRoot);
}

// They had to keep their names as long as they were being mounted; without one nobody can find or fill them.
void Root::remove_covers() {
  require(::unlinkat(tmpfs_, kCoverDirectory, AT_REMOVEDIR) == 0 && ::unlinkat(tmpfs_, kCoverFile, 0) == 0 &&
              ::unlinkat(tmpfs_, kProbeDirectory, AT_REMOVEDIR) == 0,
          Stage::kRoot);
}

void Root::hide(int directory, std::initializer_list<const char*> names, bool is_directory) {
  Tree tree;
  for (const char* const name : names) {
    if (tree.fd < 0) tree = clone_tree(tmpfs_, is_directory ? kCoverDirectory : kCoverFile, kInert, scratch_);
    require(tree.fd >= 0, Stage::kStep);
    if (attach(tree, directory, name)) {
      tree = {};
    } else {
      require(errno == ENOENT, Stage::kStep);  // not in this kernel: the cover serves for the next
    }
  }
}

void Root::act(const plan::Mask& step) {
  const int there = scratch_.keep(open_beneath(root_, step.target.c_str() + 1, O_PATH));
  if (there < 0 && errno == ENOENT) return;
  require(there >= 0, Stage::kTarget);
  struct stat status {};
  require(::fstat(there, &status) == 0, Stage::kTarget);
  hide(there, {""}, S_ISDIR(status.st_mode));
  forget_parents_at(step.target.str());
}

void Root::act(const plan::ControlGroups& step) {
  // What a mount shows begins at the cgroup that the cgroup namespace was made in: cgroup_namespaces(7). That is the
  // scope's, whose limits are none of the system's business; so it gets one below, and a namespace that begins there.
  constexpr const char* kGroup = "system";
  constexpr std::uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  const int scope = make_filesystem("cgroup2", {}, kAttributes, scratch_);
  require(scope >= 0, Stage::kStep);
  remove_groups(open_beneath(scope, kGroup, O_RDONLY | O_DIRECTORY));  // of a run that was killed, if there was one
  (void)::unlinkat(scope, kGroup, AT_REMOVEDIR);
  require(::mkdirat(scope, kGroup, kDirectoryMode) == 0, Stage::kStep);
  const os::Fd processes = open_beneath(scope, "system/cgroup.procs", O_WRONLY);
  require(processes && ::write(processes.get(), "0", 1) == 1 && ::unshare(CLONE_NEWCGROUP) == 0, Stage::kStep);
  const int groups = make_filesystem("cgroup2", {}, kAttributes, scratch_);
  require(groups >= 0, Stage::kStep);
  mount_on(groups, step.target, true);
}

void Root::act(const plan::Seal& step) {
  if (step.target.is_root()) {
    is_sealed_ = true;  // when it is entered: until then it holds the covers
    return;
  }
  const int mount = scratch_.keep(open_beneath(root_, step.target.c_str() + 1, O_PATH));
  require(mount >= 0, Stage::kTarget);
  require(restrict_mount(mount, MOUNT_ATTR_RDONLY), Stage::kStep);
}

void Root::hide_proc_entries(int proc) {
  // What proc(5) and sysfs-like files there tell about the whole machine rather than the sandbox.
  hide(proc,
       {"config.gz", "interrupts", "kallsyms", "kcore", "key-users", "keys", "latency_stats", "pagetypeinfo",
        "sched_debug", "sysrq-trigger", "timer_list"},
       false);
  hide(proc, {"acpi", "asound", "scsi"}, true);
  for (const char* const name : {"bus", "fs", "irq", "sys"}) {
    const Tree tree = clone_tree(proc, name, kInert, scratch_);
    if (tree.fd < 0 && errno == ENOENT) continue;  // depends on the kernel's configuration
    require(tree.fd >= 0 && attach(tree, proc, name), Stage::kStep);
  }
}

}  // namespace hutch::launch
