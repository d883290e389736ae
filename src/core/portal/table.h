// The rules of portals/*.toml as a table, written by portals/compile.py at build time.
#pragma once

#include <span>
#include <string_view>

#include "core/plan/plan.h"

namespace hutch::portal {

// What opens a rule: a portal or feature grant of that name, any portal, or any portal together with a network.
enum class Trigger { kPortal, kFeature, kBase, kNetwork };

struct TableRule {
  Trigger trigger = Trigger::kPortal;
  std::string_view name;
  plan::Bus bus = plan::Bus::kSession;
  std::string_view option;  // of xdg-dbus-proxy
};

[[nodiscard]] std::span<const TableRule> table();

}  // namespace hutch::portal
