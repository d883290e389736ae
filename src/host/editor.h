// The user's text editor.
#pragma once

#include "base/path.h"

namespace hutch::host {

// Lets the user edit a file and waits; $VISUAL, $EDITOR, else Debian's `editor`, else vi.
[[nodiscard]] Status edit_file(const HostPath& file);

}  // namespace hutch::host
