#include "core/plan/words.h"

#include "base/text.h"

namespace hutch::plan {

const char* word_of(FileType type) {
  switch (type) {
    case FileType::kRegular:
      return "file";
    case FileType::kDirectory:
      return "directory";
    case FileType::kSymlink:
      return "link";
    case FileType::kSocket:
      return "socket";
    case FileType::kFifo:
      return "fifo";
    case FileType::kCharacterDevice:
      return "character-device";
    case FileType::kBlockDevice:
      return "block-device";
  }
  return "unknown";
}

const char* word_of(Bus bus) {
  switch (bus) {
    case Bus::kSession:
      return "session";
    case Bus::kSystem:
      return "system";
    case Bus::kAccessibility:
      return "accessibility";
  }
  return "unknown";
}

const char* word_of(LandlockAccess access) {
  switch (access) {
    case LandlockAccess::kRead:
      return "read";
    case LandlockAccess::kReadExecute:
      return "read-execute";
    case LandlockAccess::kReadWrite:
      return "read-write";
    case LandlockAccess::kReadWriteExecute:
      return "read-write-execute";
    case LandlockAccess::kDevices:
      return "devices";
    case LandlockAccess::kReadWriteNodes:
      return "read-write-nodes";
  }
  return "unknown";
}

std::vector<std::string> namespace_words(const Namespaces& namespaces) {
  std::vector<std::string> words = {"user", "mount", "pid"};
  if (namespaces.network) words.emplace_back("network");
  if (namespaces.ipc) words.emplace_back("ipc");
  if (namespaces.uts) words.emplace_back("uts");
  if (namespaces.cgroup) words.emplace_back("cgroup");
  if (namespaces.time) words.emplace_back("time");
  return words;
}

std::vector<std::string> limit_words(const Plan& plan) {
  std::vector<std::string> words;
  const auto add = [&](const char* name, const auto& value) {
    if (!value) return;
    const bool is_unlimited = *value == kUnlimited;
    words.push_back(is_unlimited ? text::format("%s infinity", name)
                                 : text::format("%s %llu", name, static_cast<unsigned long long>(*value)));
  };
  const auto add_bandwidth = [&](const char* name, const std::optional<Bandwidth>& value) {
    if (!value) return;
    words.push_back(text::format("%s %llu on the disk of %s", name, static_cast<unsigned long long>(value->rate),
                                 text::printable(value->path.str()).c_str()));
  };
  const auto add_seconds = [&](const char* name, std::uint64_t value) {
    if (value != 0) words.push_back(text::format("%s %llu s", name, static_cast<unsigned long long>(value)));
  };
  add_seconds("time", plan.sandbox.watch.time_limit);
  add_seconds("idle", plan.sandbox.watch.idle_limit);
  if (!plan.scope) return words;
  const Limits& limits = plan.scope->limits;
  add("memory", limits.memory);
  add("memory-high", limits.memory_high);
  add("swap", limits.swap);
  add("cpu-percent", limits.cpu_percent);
  add("cpu-weight", limits.cpu_weight);
  add("tasks", limits.tasks);
  add("io-weight", limits.io_weight);
  add_bandwidth("io-read", limits.io_read);
  add_bandwidth("io-write", limits.io_write);
  if (!limits.oomd.empty()) words.push_back("oomd " + text::printable(limits.oomd));
  return words;
}

std::string numbers_text(const std::vector<std::int32_t>& numbers) {
  std::vector<std::string> parts;
  for (const std::int32_t number : numbers) parts.push_back(std::to_string(number));
  return parts.empty() ? "none" : text::join(parts, " ");
}

}  // namespace hutch::plan
