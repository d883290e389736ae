// The root of a helper of ours: its program and libraries, read-only, and a Landlock rule beside each.
#pragma once

#include <vector>

#include "core/facts/facts.h"
#include "core/plan/plan.h"

namespace hutch::portal {

// What has to be looked up for add_program(), besides the program itself.
[[nodiscard]] std::vector<HostPath> library_paths();
// The program, its loader and libraries.
[[nodiscard]] Status add_program(plan::Sandbox& sandbox, const facts::Facts& facts, const HostPath& program);
// A read-only host file at its own place, and the Landlock rule beside it.
void show(plan::Sandbox& sandbox, const facts::PathFact& fact, const HostPath& at, plan::LandlockAccess access);

}  // namespace hutch::portal
