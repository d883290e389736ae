// Override files: changed under one lock, written whole, and never when a person wrote them.
#pragma once

#include "core/facts/facts.h"
#include "core/profile/model.h"
#include "os/fd.h"

namespace hutch::host {

// Held while an override is read, changed and written; waits for whoever holds it.
[[nodiscard]] Result<os::Fd> lock_overrides(const facts::Facts& facts);

// An empty layer when there is no such file. kDenied when the file does not read as write_override() writes it:
// somebody keeps comments or an order of their own there.
[[nodiscard]] Result<profile::Layer> read_override(const HostPath& file);
// A layer that says nothing removes the file.
[[nodiscard]] Status write_override(const HostPath& file, const profile::Layer& layer);

// The text of an override as hutch writes it.
[[nodiscard]] std::string override_text(const profile::Layer& layer);

}  // namespace hutch::host
