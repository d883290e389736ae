#include "core/instance/usage.h"

#include "base/text.h"

namespace hutch::instance {

Json to_json(const Usage& usage) {
  Json json;
  json["state"] = state_of(usage);
  json["processor_usec"] = usage.processor;
  json["memory"] = usage.memory;
  json["tasks"] = usage.tasks;
  const auto add = [&](const char* name, const auto& value) {
    if (value) json[name] = *value;
  };
  add("memory_peak", usage.memory_peak);
  add("memory_limit", usage.memory_limit);
  add("swap", usage.swap);
  add("tasks_limit", usage.tasks_limit);
  add("read_bytes", usage.read_bytes);
  add("written_bytes", usage.written_bytes);
  add("received_bytes", usage.received_bytes);
  add("sent_bytes", usage.sent_bytes);
  add("memory_pressure", usage.memory_pressure);
  add("processor_pressure", usage.processor_pressure);
  json["killed_for_memory"] = usage.killed_for_memory;
  return json;
}

std::string size_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"", "k", "M", "G", "T", "P", "E"};
  std::size_t unit = 0;
  auto value = static_cast<double>(bytes);
  while (value >= 1000 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return text::format(unit > 0 && value < 10 ? "%.1f%s" : "%.0f%s", value, kUnits[unit]);
}

const char* state_of(const Usage& usage) {
  if (usage.is_paused) return "paused";
  return usage.killed_for_memory > 0 ? "memory" : "running";
}

}  // namespace hutch::instance
