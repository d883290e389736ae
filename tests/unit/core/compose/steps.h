// Questions about a plan's steps.
#pragma once

#include <algorithm>
#include <string>

#include "core/plan/plan.h"

namespace hutch::test {

inline const plan::Step* step_at(const plan::Plan& plan, const std::string& target) {
  const auto found = std::find_if(plan.sandbox.steps.begin(), plan.sandbox.steps.end(), [&](const plan::Step& step) {
    return !std::holds_alternative<plan::AwaitHelpers>(step) && !std::holds_alternative<plan::Seal>(step) &&
           plan::target_of(step).str() == target;
  });
  return found == plan.sandbox.steps.end() ? nullptr : &*found;
}

inline const plan::Bind* bind_at(const plan::Plan& plan, const std::string& target) {
  const plan::Step* const step = step_at(plan, target);
  return step == nullptr ? nullptr : std::get_if<plan::Bind>(step);
}

// Whether some step brings this host path, or anything below it, into the sandbox.
inline bool brings(const plan::Plan& plan, const std::string& source) {
  const HostPath path = HostPath::literal(source.c_str());
  return std::any_of(plan.sandbox.steps.begin(), plan.sandbox.steps.end(), [&](const plan::Step& step) {
    const auto* const bind = std::get_if<plan::Bind>(&step);
    return bind != nullptr && (bind->source.is_at_or_below(path) || path.is_at_or_below(bind->source));
  });
}

inline std::string variable(const plan::Plan& plan, const std::string& name) {
  for (const std::string& entry : plan.sandbox.environment) {
    if (entry.starts_with(name + "=")) return entry.substr(name.size() + 1);
  }
  return "(unset)";
}

template <class Type>
const Type* helper_of(const plan::Plan& plan) {
  for (const plan::Helper& helper : plan.helpers) {
    if (const auto* const found = std::get_if<Type>(&helper)) return found;
  }
  return nullptr;
}

}  // namespace hutch::test
