#include "coordinate/units.h"

#include <cstdlib>

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/limit_arguments.h"
#include "host/scope.h"

namespace hutch::coordinate {
namespace {

Result<HostPath> runtime_directory() {
  const char* const value = std::getenv("XDG_RUNTIME_DIR");
  if (value == nullptr) return failure(ErrorKind::kUnavailable, _("XDG_RUNTIME_DIR is not set"));
  return HostPath::parse(value);
}

}  // namespace

bool acts_on_unit(const std::string& mode) {
  return mode == "limit" || mode == "freeze" || mode == "thaw";
}

Status act_on_unit(const std::string& mode, const std::vector<std::string>& arguments) {
  const HostPath directory = TRY(runtime_directory());
  const std::string& unit = arguments.front();
  if (mode != "limit") return host::freeze(directory, unit, mode == "freeze");
  const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
  return host::change_limits(directory, unit, TRY(plan::parse_limit_arguments(words)));
}

}  // namespace hutch::coordinate
