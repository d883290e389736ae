#include "core/plan/limit_arguments.h"

#include <utility>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::plan {
namespace {

Error no_limit(const std::string& argument) {
  return Error{.kind = ErrorKind::kUsage,
               .code = 0,
               .message = text::format(_("'%s' is no limit"), text::printable(argument).c_str()),
               .context = {},
               .hint = {}};
}

// Calls `visit(name, member)` for each limit that is one number.
template <class Record, class Visit>
void for_each_number(Record& limits, Visit visit) {
  visit("memory", limits.memory);
  visit("memory-high", limits.memory_high);
  visit("swap", limits.swap);
  visit("cpu", limits.cpu_percent);
  visit("cpu-weight", limits.cpu_weight);
  visit("tasks", limits.tasks);
  visit("io-weight", limits.io_weight);
}

std::string argument_of(const char* name, const Bandwidth& bandwidth) {
  return text::format("%s=%llu:%s", name, static_cast<unsigned long long>(bandwidth.rate), bandwidth.path.c_str());
}

Result<Bandwidth> bandwidth_of(const std::string& argument, const std::string& value) {
  const std::size_t colon = value.find(':');
  const auto rate = text::parse_number(value.substr(0, colon), kUnlimited);
  if (!rate || colon == std::string::npos) return unexpected(no_limit(argument));
  return Bandwidth{.path = TRY(HostPath::parse(value.substr(colon + 1))), .rate = *rate};
}

}  // namespace

std::vector<std::string> limit_arguments(const Limits& limits) {
  std::vector<std::string> arguments;
  for_each_number(limits, [&](const char* name, const auto& value) {
    if (value) arguments.push_back(text::format("%s=%llu", name, static_cast<unsigned long long>(*value)));
  });
  if (limits.io_read) arguments.push_back(argument_of("io-read", *limits.io_read));
  if (limits.io_write) arguments.push_back(argument_of("io-write", *limits.io_write));
  if (!limits.oomd.empty()) arguments.push_back("oomd=" + limits.oomd);
  return arguments;
}

Result<Limits> parse_limit_arguments(const std::vector<std::string>& arguments) {
  Limits limits;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos) return unexpected(no_limit(argument));
    const std::string name = argument.substr(0, equals);
    const std::string value = argument.substr(equals + 1);
    bool is_known = true;
    if (name == "io-read") {
      limits.io_read = TRY(bandwidth_of(argument, value));
    } else if (name == "io-write") {
      limits.io_write = TRY(bandwidth_of(argument, value));
    } else if (name == "oomd") {
      limits.oomd = value;
    } else {
      const auto number = text::parse_number(value, kUnlimited);
      is_known = false;
      for_each_number(limits, [&]<class T>(const char* candidate, std::optional<T>& member) {
        if (name != candidate || !number || !std::in_range<T>(*number)) return;
        member = static_cast<T>(*number);
        is_known = true;
      });
    }
    if (!is_known) return unexpected(no_limit(argument));
  }
  return limits;
}

}  // namespace hutch::plan
