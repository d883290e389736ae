#include "unpack/states.h"

#include <fcntl.h>

#include <algorithm>

#include "base/i18n.h"
#include "base/path.h"
#include "os/file.h"

namespace hutch::unpack {
namespace {

constexpr int kDepthLimit = 512;

Result<Lower> open_stack(const std::vector<std::string>& trees) {
  std::vector<os::Fd> opened;
  for (const std::string& tree : trees) {
    const HostPath path = TRY(HostPath::parse(tree));
    opened.push_back(TRY(os::open_path(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)));
  }
  return Lower(std::move(opened));
}

bool is_directory(const std::optional<Found>& found) {
  return found && S_ISDIR(found->status.st_mode);
}

}  // namespace

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

Result<States> States::open(const std::vector<std::string>& now, const std::vector<std::string>& before) {
  Lower first = TRY(open_stack(now));
  Lower second = TRY(open_stack(before));
  return States(std::move(first), std::move(second));
}

Status States::walk(std::uint64_t entry_limit, const Visit& visit) {
  entries_left_ = entry_limit;
  return walk_directory("", 0, visit);
}

Status States::walk_directory(const std::string& directory, int depth, const Visit& visit) {
  if (depth > kDepthLimit) return failure(ErrorKind::kInvalid, _("a directory tree is nested too deeply"));
  std::vector<std::string> names = TRY(now_.names(directory));
  const std::vector<std::string> others = TRY(before_.names(directory));
  names.insert(names.end(), others.begin(), others.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() > entries_left_) return failure(ErrorKind::kInvalid, _("there are too many files"));
  entries_left_ -= names.size();
  std::vector<std::string> directories;
  for (const std::string& name : names) {
    Difference difference{.path = directory.empty() ? name : directory + "/" + name,
                          .now = TRY(now_.find(directory, name)),
                          .before = TRY(before_.find(directory, name))};
    if (!difference.now && !difference.before) continue;
    const bool is_on_both = difference.now && difference.before;
    if (is_on_both && is_same_file(difference.now->status, difference.before->status)) continue;
    if (is_directory(difference.now)) directories.push_back(difference.path);
    TRY(visit(difference));
  }
  for (const std::string& one : directories) TRY(walk_directory(one, depth + 1, visit));
  return {};
}

}  // namespace hutch::unpack
