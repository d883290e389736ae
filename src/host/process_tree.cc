#include "host/process_tree.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/text.h"
#include "host/cgroup.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::size_t kFileLimit = 64u << 10;

std::string command_of(const HostPath& process, std::string_view name) {
  auto command = os::read_file(process / "cmdline", kFileLimit);
  if (!command || command->empty()) return "[" + std::string(name) + "]";
  while (command->ends_with('\0')) command->pop_back();
  std::replace(command->begin(), command->end(), '\0', ' ');
  return std::move(*command);
}

void add_below(pid_t parent, int depth, std::multimap<pid_t, TreeProcess>& by_parent,
               std::vector<TreeProcess>& result) {
  const auto [first, last] = by_parent.equal_range(parent);
  for (auto child = first; child != last; ++child) {
    child->second.depth = depth;
    result.push_back(child->second);
    add_below(child->first == child->second.pid ? 0 : child->second.pid, depth + 1, by_parent, result);
  }
}

}  // namespace

std::vector<TreeProcess> process_tree(const Running& instance) {
  std::vector<pid_t> pids = processes_of(instance);
  std::sort(pids.begin(), pids.end());
  std::multimap<pid_t, TreeProcess> by_parent;  // equal keys stay in the order they came in
  for (const pid_t pid : pids) {
    const HostPath process = HostPath::literal("/proc") / std::to_string(pid);
    const auto stat = os::read_file(process / "stat", kFileLimit);
    const std::size_t open = stat ? stat->find('(') : std::string::npos;
    const std::size_t close = stat ? stat->rfind(')') : std::string::npos;
    if (open == std::string::npos || close == std::string::npos || close + 4 >= stat->size()) continue;
    const auto fields = text::split(std::string_view(*stat).substr(close + 4), ' ');
    const auto number = text::parse_number(fields.front(), std::numeric_limits<pid_t>::max());
    const auto parent = static_cast<pid_t>(number.value_or(0));
    const bool is_inside = parent != pid && std::binary_search(pids.begin(), pids.end(), parent);
    by_parent.emplace(
        is_inside ? parent : 0,
        TreeProcess{
            .pid = pid, .parent = parent, .command = command_of(process, stat->substr(open + 1, close - open - 1))});
  }
  std::vector<TreeProcess> result;
  add_below(0, 0, by_parent, result);
  return result;
}

}  // namespace hutch::host
