#include "host/sockets_below.h"

#include <dirent.h>

#include <memory>

namespace hutch::host {
namespace {

constexpr int kDepth = 3;
constexpr std::size_t kEntriesMost = 3000;  // of all directories together: some milliseconds

struct Close {
  void operator()(DIR* directory) const { (void)::closedir(directory); }
};

void look_into(const HostPath& directory, int depth, std::size_t most, std::size_t& entries,
               std::vector<HostPath>& found) {
  const std::unique_ptr<DIR, Close> stream(::opendir(directory.c_str()));
  if (!stream) return;
  while (const dirent* const entry = ::readdir(stream.get())) {
    if (++entries > kEntriesMost || found.size() >= most) return;
    const std::string_view name = entry->d_name;
    const auto path = name == "." || name == ".." ? Result<HostPath>(directory) : directory.join(name);
    if (!path || *path == directory) continue;
    if (entry->d_type == DT_SOCK) found.push_back(*path);
    if (entry->d_type == DT_DIR && depth > 1) look_into(*path, depth - 1, most, entries, found);
  }
}

}  // namespace

std::vector<HostPath> sockets_below(const HostPath& directory, std::size_t most) {
  std::vector<HostPath> found;
  std::size_t entries = 0;
  look_into(directory, kDepth, most, entries, found);
  return found;
}

}  // namespace hutch::host
