#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/doctor/describe.h"
#include "host/examine.h"
#include "host/probe.h"
#include "host/queries.h"

namespace hutch::app {

Result<int> doctor(bool json) {
  facts::Facts facts = TRY(host::probe());
  host::look_at_network(facts);
  std::vector<doctor::Observation> observations = host::examine(facts);
  if (auto more = host::ask_doctor()) {
    for (doctor::Observation& observation : *more) observations.push_back(std::move(observation));
  } else {
    print_error(more.error());
  }
  const std::vector<doctor::Check> checks = doctor::checks(facts, observations);
  if (json) {
    print_json(doctor::to_json(checks));
  } else {
    print_coloured(doctor::describe(checks, wants_colours()));
  }
  return doctor::is_healthy(checks) ? kSucceeded : kFailed;
}

}  // namespace hutch::app
