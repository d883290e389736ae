#include "host/history.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <ctime>

#include "os/file.h"

namespace hutch::host {
namespace {

// Runs may end while a full file is being turned: some more is read than is kept.
constexpr std::size_t kReadLimit = 2 * instance::kHistoryLimit;

HostPath old_file(const HostPath& file) {
  return file.parent() / "history.old";
}

}  // namespace

HostPath history_file(const facts::Facts& facts) {
  return facts.directories.state / "hutch/history";
}

Result<std::vector<Json>> read_history(const facts::Facts& facts) {
  const HostPath file = history_file(facts);
  std::string text;
  for (const HostPath& part : {old_file(file), file}) {
    auto content = os::read_file(part, kReadLimit);
    if (!content && content.error().code == ENOENT) continue;
    text += TRY(std::move(content));
  }
  return instance::parse_history(text);
}

void note_lost(const facts::Facts& facts, const instance::Record& record) {
  const HostPath file = history_file(facts);
  if (!os::make_directories(file.parent(), 0700)) return;
  const auto fd = os::open_path(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd) (void)os::write_all(fd->get(), instance::lost_line(record, static_cast<std::int64_t>(::time(nullptr))));
}

void turn_history(const HostPath& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) return;
  if (static_cast<std::size_t>(status.st_size) < instance::kHistoryLimit) return;
  (void)::rename(file.c_str(), old_file(file).c_str());  // one that fails is tried again by the next run
}

}  // namespace hutch::host
