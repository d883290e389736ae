#include "core/plan/report.h"

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

std::optional<std::int32_t> number_of(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const auto number = text::parse_number(text.substr(is_negative ? 1 : 0), std::numeric_limits<std::int32_t>::max());
  if (!number) return std::nullopt;
  return static_cast<std::int32_t>(is_negative ? -static_cast<std::int64_t>(*number)
                                               : static_cast<std::int64_t>(*number));
}

}  // namespace

Result<int> report(const std::string& stage, const std::string& step, const std::string& error) {
  const auto stage_number = number_of(stage);
  const auto step_number = number_of(step);
  const auto error_number = number_of(error);
  const bool is_known =
      stage_number && *stage_number >= 0 && *stage_number <= static_cast<int>(plan::Stage::kSupervise);
  if (!is_known || !step_number || !error_number) return failure(ErrorKind::kUsage, _("--report takes three numbers"));
  TRY(begin());
  const os::MappedFile encoded = TRY(os::MappedFile::map(plan::kPlanDescriptor, plan::kWireLimit, true));
  const plan::Sandbox sandbox = TRY(plan::decode_sandbox(encoded.bytes()));
  const plan::StepReport report{
      .stage = static_cast<plan::Stage>(*number_of(stage)), .step = *number_of(step), .error = *number_of(error)};
  print_error(plan::explain_failure(sandbox, report));
  return plan::exit_code(report);
}

}  // namespace hutch::app
