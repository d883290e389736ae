#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/text.h"
#include "core/compose/secrets.h"
#include "host/boxes.h"
#include "os/copy_tree.h"
#include "os/file.h"
#include "os/real_directory.h"

namespace hutch::host {
namespace {

constexpr int kDepth = 6;
constexpr std::size_t kLookedAtMost = 20000;  // entries, so that an end is never held up

Moment begun_at(const struct statx& status) {
  constexpr Moment kSecond = 1'000'000'000;
  return status.stx_btime.tv_sec * kSecond + status.stx_btime.tv_nsec;
}

class Search {
 public:
  Search(const HostPath& home, Moment since, std::size_t most) : home_(home), since_(since), most_(most) {}

  void look_into(const HostPath& directory, int depth) {
    auto names = os::list_directory(directory);
    if (!names) return;
    for (const std::string& name : *names) {
      if (name.starts_with('.') || found_.size() >= most_ || ++looked_at_ > kLookedAtMost) continue;
      const auto path = directory.join(name);
      struct statx status {};
      if (!path ||
          ::statx(AT_FDCWD, path->c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &status) != 0) {
        continue;
      }
      if (S_ISDIR(status.stx_mode) && depth > 0) look_into(*path, depth - 1);
      const bool is_dated = (status.stx_mask & STATX_BTIME) != 0;
      if (S_ISREG(status.stx_mode) && is_dated && begun_at(status) >= since_) {
        found_.emplace_back(path->relative_to(home_));
      }
    }
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  HostPath home_;
  Moment since_;
  std::size_t most_;
  std::size_t looked_at_ = 0;
  std::vector<std::string> found_;
};

// "letter.txt", "letter (2).txt", ...
std::string numbered(const std::string& path, int number) {
  if (number == 1) return path;
  const std::size_t slash = path.rfind('/') + 1;  // 0 where there is none
  const std::size_t dot = path.rfind('.');
  const std::size_t at = dot == std::string::npos || dot <= slash ? path.size() : dot;
  return path.substr(0, at) + text::format(" (%d)", number) + path.substr(at);
}

// What an app made for itself must not start anything outside: no place that is read or searched for programs, no
// desktop entry, and no directory that somebody may read for its name alone.
bool may_come_out(const facts::Facts& facts, const std::vector<HostPath>& guarded, const std::string& file) {
  const auto to = facts.user.home.join(file);
  if (!to || file.ends_with(".desktop")) return false;
  const std::size_t slash = file.find('/');
  struct stat status {};
  if (slash != std::string::npos) {
    const auto top = facts.user.home.join(file.substr(0, slash));
    if (!top || ::lstat(top->c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  }
  return std::none_of(guarded.begin(), guarded.end(), [&](const HostPath& place) { return to->is_at_or_below(place); });
}

// Takes what makes a file a program. Not through a link: the app may have put one on the way.
bool make_plain(const os::Fd& home, const std::string& file) {
  const auto fd =
      os::open_at(home.get(), file.c_str(), O_RDONLY | O_NONBLOCK, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  struct stat status {};
  const bool is_file = fd && ::fstat(fd->get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
  return is_file && ::fchmod(fd->get(), status.st_mode & 0666) == 0;
}

}  // namespace

std::vector<std::string> files_since(const HostPath& home, Moment since, std::size_t most) {
  Search search(home, since, most);
  search.look_into(home, kDepth);
  return search.take();
}

Result<std::vector<HostPath>> move_out(const facts::Facts& facts, const HostPath& home,
                                       const std::vector<std::string>& files) {
  constexpr int kTries = 100;
  std::vector<HostPath> guarded = compose::start_up_paths(facts);
  for (const auto& more : {compose::secret_paths(facts), compose::own_places(facts)}) {
    guarded.insert(guarded.end(), more.begin(), more.end());
  }
  const os::Fd inside = TRY(os::open_path(home, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  std::vector<HostPath> places;
  for (const std::string& file : files) {
    if (!may_come_out(facts, guarded, file) || !make_plain(inside, file)) continue;
    const HostPath from = TRY(home.join(file));
    for (int number = 1;; ++number) {
      const HostPath to = TRY(facts.user.home.join(numbered(file, number)));
      TRY(os::make_real_directories(to.parent(), 0755));
      auto moved = os::move_tree(from, to, to.parent() / ".hutch-part");
      if (!moved && moved.error().kind == ErrorKind::kConflict && number < kTries) continue;
      TRY(std::move(moved));
      places.push_back(to);
      break;
    }
  }
  return places;
}

}  // namespace hutch::host
