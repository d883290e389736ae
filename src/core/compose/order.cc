#include "core/compose/order.h"

#include <algorithm>

namespace hutch::compose {
namespace {

using plan::Step;
using plan::target_of;

bool is_directory(const Step& step) {
  return std::holds_alternative<plan::Dir>(step);
}

// A base step that a grant replaces: it would be made inside the host's own directory, or it is a link on the way to a
// place that something is mounted at.
bool is_replaced(const Step& step, const std::vector<Step>& granted) {
  const bool is_link = std::holds_alternative<plan::Symlink>(step);
  return std::any_of(granted.begin(), granted.end(), [&](const Step& grant) {
    const bool is_bind = std::holds_alternative<plan::Bind>(grant);
    if (is_bind && target_of(step).is_at_or_below(target_of(grant))) return true;
    return is_link && target_of(grant).is_below(target_of(step));
  });
}

}  // namespace

std::vector<Step> in_order(std::vector<Step> base, std::vector<Step> granted, const std::vector<Step>& late) {
  std::erase_if(base, [&](const Step& step) { return is_replaced(step, granted); });
  std::vector<Step> steps = std::move(base);
  std::move(granted.begin(), granted.end(), std::back_inserter(steps));
  std::erase_if(steps, [&](const Step& step) {
    return std::any_of(late.begin(), late.end(),
                       [&](const Step& other) { return target_of(other) == target_of(step); });
  });
  // A parent's path is a prefix of its children's, so the order of texts is an order of the tree.
  std::stable_sort(steps.begin(), steps.end(), [](const Step& left, const Step& right) {
    if (target_of(left) != target_of(right)) return target_of(left) < target_of(right);
    return !is_directory(left) && is_directory(right);
  });
  const auto same_place = [](const Step& left, const Step& right) { return target_of(left) == target_of(right); };
  steps.erase(std::unique(steps.begin(), steps.end(), same_place), steps.end());
  return steps;
}

}  // namespace hutch::compose
