#include <utility>

#include "app/prepare.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "core/plan/describe.h"
#include "host/probe.h"

namespace hutch::app {

Result<int> plan(const RunRequest& request) {
  facts::Facts facts = TRY(host::probe());
  const Prepared prepared = TRY(prepare(std::move(facts), request, Purpose::kShow));
  if (request.json) {
    print_json(plan::to_json(prepared.plan));
  } else {
    if (!prepared.note.empty()) print_note(prepared.note);
    print_text(plan::describe(prepared.plan));
  }
  return kSucceeded;
}

}  // namespace hutch::app
