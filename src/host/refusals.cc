#include "host/refusals.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::size_t kKept = 200;  // files
constexpr std::chrono::seconds kPatience(2);
constexpr int kPause = 5;  // milliseconds

HostPath file_of(const HostPath& directory, const InstanceId& id, bool traced) {
  return directory / (id.str() + (traced ? ".calls" : ".bus"));
}

// A witness holds the lock as long as it writes (flock(2): it does nothing for that but live).
Result<std::string> read_when_concluded(const HostPath& file, bool is_over) {
  const os::Fd fd = TRY(os::open_path(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (is_over && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && std::chrono::steady_clock::now() < deadline) {
    (void)::poll(nullptr, 0, kPause);
  }
  return os::read_all(fd.get(), instance::kRefusalsLimit);
}

}  // namespace

HostPath refusals_directory(const facts::Facts& facts) {
  return facts.directories.state / "hutch/refusals";
}

Result<os::Fd> create_refusals(const HostPath& directory, const InstanceId& id, bool traced) {
  TRY(os::make_directories(directory, 0700));
  const HostPath file = file_of(directory, id, traced);
  TRY(os::remove_tree(file));  // of an earlier run of this id, which somebody may be reading
  os::Fd fd = TRY(os::open_path(file, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  (void)::flock(fd.get(), LOCK_EX | LOCK_NB);  // nobody else has it
  return fd;
}

void forget_refusals(const HostPath& directory, const InstanceId& id) {
  for (const bool traced : {false, true}) (void)os::remove_tree(file_of(directory, id, traced));  // of no use any more
}

Result<instance::Refusals> read_refusals(const HostPath& directory, const InstanceId& id, bool is_over) {
  instance::Refusals all;
  for (const bool traced : {false, true}) {
    auto text = read_when_concluded(file_of(directory, id, traced), is_over);
    if (!text && text.error().code == ENOENT) continue;
    instance::Refusals part = instance::parse_refusals(TRY(std::move(text)));
    std::move(part.list.begin(), part.list.end(), std::back_inserter(all.list));
    all.unroutable += part.unroutable;
    all.blocked += part.blocked;
    all.left_out += part.left_out;
    all.was_traced = all.was_traced || traced;
  }
  return all;
}

void prune_refusals(const HostPath& directory) {
  const auto names = os::list_directory(directory);
  if (!names || names->size() <= kKept) return;
  std::vector<std::pair<std::int64_t, std::string>> files;
  for (const std::string& name : *names) {
    struct stat status {};
    if (::lstat((directory / name).c_str(), &status) == 0) files.emplace_back(status.st_mtim.tv_sec, name);
  }
  std::sort(files.begin(), files.end());
  for (std::size_t index = 0; index + kKept / 2 < files.size(); ++index) {
    (void)os::remove_tree(directory / files[index].second);  // tried again by the next run
  }
}

}  // namespace hutch::host
