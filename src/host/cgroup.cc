#include "host/cgroup.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "base/text.h"
#include "os/file.h"

namespace hutch::host {
namespace {

using instance::Usage;

constexpr std::size_t kSmallFile = 64u << 10;
constexpr std::size_t kProcessLimit = 65536;  // of one instance
constexpr auto kAny = std::numeric_limits<unsigned long long>::max();

std::optional<std::string> content_of(const HostPath& file) {
  auto content = os::read_file(file, kSmallFile);
  if (!content) return std::nullopt;
  return std::move(*content);
}

std::string content_or_nothing(const HostPath& file) {
  return content_of(file).value_or("");
}

// A file of one number; "max" counts as absent.
std::optional<std::uint64_t> number_in(const HostPath& file) {
  const auto content = content_of(file);
  if (!content) return std::nullopt;
  const auto number = text::parse_number(text::trim(*content), kAny);
  return number ? std::optional<std::uint64_t>(*number) : std::nullopt;
}

// The number behind a word: "KEY NUMBER" lines, or "KEY=NUMBER" words.
std::optional<std::uint64_t> number_behind(std::string_view content, std::string_view key, char separator) {
  for (const std::string_view line : text::split(content, '\n')) {
    for (const std::string_view word : separator == '=' ? text::split(line, ' ') : std::vector{line}) {
      if (!word.starts_with(key) || word.size() <= key.size() || word[key.size()] != separator) continue;
      if (const auto number = text::parse_number(word.substr(key.size() + 1), kAny)) return *number;
    }
  }
  return std::nullopt;
}

// io.stat has a line a disk.
std::optional<std::uint64_t> sum_over_disks(const HostPath& directory, std::string_view key) {
  const auto content = content_of(directory / "io.stat");
  if (!content) return std::nullopt;
  std::uint64_t sum = 0;
  for (const std::string_view line : text::split(*content, '\n')) sum += number_behind(line, key, '=').value_or(0);
  return sum;
}

// "some avg10=1.23 ...", absent where the kernel keeps no PSI.
std::optional<double> pressure_in(const HostPath& file) {
  constexpr std::string_view kStart = "some avg10=";
  const auto content = content_of(file);
  if (!content || !content->starts_with(kStart)) return std::nullopt;
  return std::strtod(content->c_str() + kStart.size(), nullptr);
}

void add_processes(const HostPath& directory, int depth, std::vector<pid_t>& pids) {
  constexpr int kDeepest = 16;
  if (const auto content = content_of(directory / "cgroup.procs")) {
    for (const std::string_view line : text::split(*content, '\n')) {
      const auto pid = text::parse_number(line, std::numeric_limits<pid_t>::max());
      if (pid && *pid > 0 && pids.size() < kProcessLimit) pids.push_back(static_cast<pid_t>(*pid));
    }
  }
  if (depth == kDeepest) return;
  const auto names = os::list_directory(directory);
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    const HostPath inner = directory / name;
    if (os::exists(inner / "cgroup.procs")) add_processes(inner, depth + 1, pids);
  }
}

void add_descendants(pid_t pid, std::vector<pid_t>& pids) {
  if (pids.size() >= kProcessLimit) return;
  pids.push_back(pid);
  const std::string number = std::to_string(pid);
  const std::string children = content_or_nothing(HostPath::literal("/proc") / number / "task" / number / "children");
  for (const std::string_view word : text::split(children, ' ')) {
    const auto child = text::parse_number(word, std::numeric_limits<pid_t>::max());
    if (child && *child > 0) add_descendants(static_cast<pid_t>(*child), pids);
  }
}

// What processes hold and do, for where no controller counts it.
struct Counted {
  std::uint64_t memory = 0;
  std::uint64_t tasks = 0;
  std::uint64_t processor = 0;
};

Counted count(const std::vector<pid_t>& pids) {
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto tick = 1000000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  Counted counted;
  for (const pid_t pid : pids) {
    const auto stat = content_of(HostPath::literal("/proc") / std::to_string(pid) / "stat");
    const std::size_t end = stat ? stat->rfind(')') : std::string::npos;
    if (end == std::string::npos || end + 2 >= stat->size()) continue;
    // proc(5): the fields behind the command's parenthesis begin with the third, the state.
    const auto fields = text::split(std::string_view(*stat).substr(end + 2), ' ');
    const auto field = [&](std::size_t number) {
      return number - 3 < fields.size() ? text::parse_number(fields[number - 3], kAny).value_or(0) : 0;
    };
    counted.processor += (field(14) + field(15)) * tick;
    counted.tasks += field(20);
    counted.memory += field(24) * page;
  }
  return counted;
}

void read_network(const Running& instance, Usage& usage) {
  const std::string& mode = instance.record.network;
  if (mode == "host" || mode == "none") return;
  const auto content = content_of(HostPath::literal("/proc") / std::to_string(instance.record.init) / "net/dev");
  if (!content) return;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  for (const std::string_view line : text::split(*content, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || text::trim(line.substr(0, colon)) == "lo") continue;
    std::vector<std::uint64_t> numbers;
    for (const std::string_view word : text::split(line.substr(colon + 1), ' ')) {
      if (!word.empty()) numbers.push_back(text::parse_number(word, kAny).value_or(0));
    }
    if (numbers.size() < 9) continue;
    received += numbers[0];
    sent += numbers[8];
  }
  usage.received_bytes = received;
  usage.sent_bytes = sent;
}

bool is_frozen(const HostPath& directory) {
  const auto events = content_of(directory / "cgroup.events");
  return events && number_behind(*events, "frozen", ' ').value_or(0) == 1;
}

std::uint64_t killed_for_memory(const HostPath& directory) {
  const auto events = content_of(directory / "memory.events");
  return events ? number_behind(*events, "oom_kill", ' ').value_or(0) : 0;
}

void read_group(const HostPath& directory, Usage& usage) {
  if (const auto stat = content_of(directory / "cpu.stat")) {
    usage.processor = number_behind(*stat, "usage_usec", ' ').value_or(0);
  }
  usage.memory_peak = number_in(directory / "memory.peak");
  usage.memory_limit = number_in(directory / "memory.max");
  usage.swap = number_in(directory / "memory.swap.current");
  usage.tasks_limit = number_in(directory / "pids.max");
  usage.read_bytes = sum_over_disks(directory, "rbytes");
  usage.written_bytes = sum_over_disks(directory, "wbytes");
  usage.memory_pressure = pressure_in(directory / "memory.pressure");
  usage.processor_pressure = pressure_in(directory / "cpu.pressure");
  usage.killed_for_memory = killed_for_memory(directory);
  usage.is_paused = is_frozen(directory);
}

// The instance's own cgroup; without a unit of its own it shares one with whoever started it.
std::optional<HostPath> own_group(const Running& instance) {
  if (instance.record.scope.empty() || instance.record.init <= 0) return std::nullopt;
  auto directory = cgroup_of(instance.record.init);
  if (!directory || directory->name() != instance.record.scope) return std::nullopt;
  return directory;
}

}  // namespace

std::optional<HostPath> cgroup_of(pid_t pid) {
  const std::string content = content_or_nothing(HostPath::literal("/proc") / std::to_string(pid) / "cgroup");
  for (const std::string_view line : text::split(content, '\n')) {
    if (!line.starts_with("0::/")) continue;
    // The hybrid layout has the v2 hierarchy one level down (systemd's docs/CGROUP_DELEGATION.md).
    for (const char* const root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      auto directory = HostPath::parse(root + std::string(line.substr(3)));
      if (directory && os::exists(*directory / "cgroup.procs")) return std::move(*directory);
    }
  }
  return std::nullopt;
}

std::vector<pid_t> processes_of(const Running& instance) {
  std::vector<pid_t> pids;
  if (const auto directory = own_group(instance)) {
    add_processes(*directory, 0, pids);
  } else if (instance.record.init > 0) {
    add_descendants(instance.record.init, pids);
  }
  return pids;
}

instance::Usage usage_of(const Running& instance) {
  Usage usage;
  const auto directory = own_group(instance);
  if (directory) read_group(*directory, usage);
  const auto memory = directory ? number_in(*directory / "memory.current") : std::nullopt;
  const auto tasks = directory ? number_in(*directory / "pids.current") : std::nullopt;
  if (!memory || !tasks) {
    const Counted counted = count(processes_of(instance));
    usage.memory = counted.memory;
    usage.tasks = counted.tasks;
    if (!directory) usage.processor = counted.processor;
  }
  if (memory) usage.memory = *memory;
  if (tasks) usage.tasks = *tasks;
  read_network(instance, usage);
  return usage;
}

const char* state_of(const Running& instance) {
  Usage usage;
  if (const auto directory = own_group(instance)) {
    usage.is_paused = is_frozen(*directory);
    usage.killed_for_memory = killed_for_memory(*directory);
  }
  return instance::state_of(usage);
}

bool is_paused(const Running& instance) {
  const auto directory = own_group(instance);
  return directory && is_frozen(*directory);
}

}  // namespace hutch::host
