// The toolbox's settings, for those who act on them.
#pragma once

#include "core/guest/passwd.h"
#include "core/guest/settings.h"

namespace hutch::guest {

// Refused when anybody but root and the user they name could have written them: they say who may become root.
[[nodiscard]] Result<Settings> read_settings();

// The user of the settings, for an image whose passwd has lost the entry.
[[nodiscard]] User default_user(const Settings& settings);

}  // namespace hutch::guest
