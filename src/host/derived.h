// Derived profiles: asked for once, then kept until the program or the package database changes.
#pragma once

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::host {

// The profile of a program of root's that nobody wrote one for; absent when it shows no windows.
[[nodiscard]] std::optional<profile::Layer> derived_profile(const facts::Facts& facts, const HostPath& program);

}  // namespace hutch::host
