#include "core/portal/table.h"

namespace hutch::portal {

namespace {

constexpr TableRule kTable[] = {
#include "table.inc"
};

}  // namespace

std::span<const TableRule> table() {
  return kTable;
}

}  // namespace hutch::portal
