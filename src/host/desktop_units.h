// The user manager's units that keep exports up to date, and the session bus that has to hear of new services.
#pragma once

#include <vector>

#include "core/facts/facts.h"
#include "host/exports.h"

namespace hutch::host {

// A path unit that runs `hutch desktop refresh` when entries of the system change, there as long as there are exports.
// What the user manager has to say about it is no error: without one, nothing watches.
[[nodiscard]] Status keep_watch(const facts::Facts& facts, ExportChanges& changes);
[[nodiscard]] Status end_watch(const facts::Facts& facts, ExportChanges& changes);
// The session bus reads its service files again.
void reload_services(const facts::Facts& facts);

}  // namespace hutch::host
