// The history file, core/instance/history.h.
#pragma once

#include "core/facts/facts.h"
#include "core/instance/history.h"

namespace hutch::host {

[[nodiscard]] HostPath history_file(const facts::Facts& facts);
// Finished runs, oldest first: of this file and the one before it.
[[nodiscard]] Result<std::vector<Json>> read_history(const facts::Facts& facts);
// For a run whose supervisor cannot: one that was killed. What cannot be written is not.
void note_lost(const facts::Facts& facts, const instance::Record& record);
// A file that has grown too long becomes the old one.
void turn_history(const HostPath& file);

}  // namespace hutch::host
