#include "core/plan/plan.h"

#include <algorithm>

namespace hutch::plan {

const BoxPath& target_of(const Step& step) {
  static const BoxPath root;
  return std::visit(
      [](const auto& act) -> const BoxPath& {
        if constexpr (requires { act.target; }) {
          return act.target;
        } else {
          return root;
        }
      },
      step);
}

bool needs_coordinator(const Plan& plan) {
  const bool awaits = std::any_of(plan.sandbox.steps.begin(), plan.sandbox.steps.end(),
                                  [](const Step& step) { return std::holds_alternative<AwaitHelpers>(step); });
  const bool maps_ranges = !plan.sandbox.namespaces.uid_ranges.empty() || !plan.sandbox.namespaces.gid_ranges.empty();
  return awaits || maps_ranges || !plan.helpers.empty() || plan.scope.has_value() || plan.identity.has_value();
}

}  // namespace hutch::plan
