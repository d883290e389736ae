#include "core/plan/report.h"

#include <cstdlib>
#include <limits>

#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/channel.h"
#include "core/plan/wire.h"
#include "os/memfile.h"

namespace hutch::app {
namespace {

// The supervisor has no environment: the language is the one the app was to have.
void take_language(const plan::Sandbox& sandbox) {
  for (const std::string& entry : sandbox.environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || !(entry.starts_with("LANG") || entry.starts_with("LC_"))) continue;
    (void)::setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);  // untranslated is good enough
  }
}

std::optional<std::int32_t> number_of(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const auto number = text::parse_number(text.substr(is_negative ? 1 : 0), std::numeric_limits<std::int32_t>::max());
  if (!number) return std::nullopt;
  return static_cast<std::int32_t>(is_negative ? -static_cast<std::int64_t>(*number)
                                               : static_cast<std::int64_t>(*number));
}

}  // namespace

Result<int> report(const std::string& stage, const std::string& step, const std::string& error) {
  const auto numbers = {number_of(stage), number_of(step), number_of(error)};
  for (const auto& number : numbers) {
    if (!number) return failure(ErrorKind::kUsage, _("--report takes three numbers"));
  }
  const os::MappedFile encoded = TRY(os::MappedFile::map(plan::kPlanDescriptor, plan::kWireLimit, true));
  const plan::Sandbox sandbox = TRY(plan::decode_sandbox(encoded.bytes()));
  take_language(sandbox);
  TRY(begin());
  const plan::StepReport report{
      .stage = static_cast<plan::Stage>(*number_of(stage)), .step = *number_of(step), .error = *number_of(error)};
  if (report.stage != plan::Stage::kCoordinator) print_error(plan::explain_failure(sandbox, report));
  return plan::exit_code(report);
}

}  // namespace hutch::app
