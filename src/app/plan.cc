#include "app/prepare.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "core/plan/describe.h"

namespace hutch::app {

Result<int> plan(const RunRequest& request) {
  const Prepared prepared = TRY(prepare(request, Purpose::kShow));
  if (request.json) {
    print_json(plan::to_json(prepared.plan));
  } else {
    if (!prepared.note.empty()) print_note(prepared.note);
    print_text(plan::describe(prepared.plan));
  }
  return kSucceeded;
}

}  // namespace hutch::app
