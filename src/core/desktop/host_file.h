// Binds of host files that facts know.
#pragma once

#include <optional>

#include "core/facts/facts.h"
#include "core/plan/step.h"

namespace hutch::desktop {

// The file asked for as `path` at `target`; absent when the host has none. Device nodes keep working.
// Sockets are bound read-only: that keeps nobody from connecting (unix(7) asks the file's own mode).
[[nodiscard]] std::optional<plan::Bind> bind_of(const facts::Facts& facts, const HostPath& path, const BoxPath& target,
                                                plan::BindAccess access);

}  // namespace hutch::desktop
