// Icons of apps as files (Icon Theme Specification: every theme falls back to hicolor, then to pixmaps).
#pragma once

#include <optional>
#include <string>

#include "core/facts/facts.h"

namespace hutch::host {

// The PNG or SVG behind an entry's Icon: a name or an absolute path.
[[nodiscard]] std::optional<HostPath> find_icon(const facts::Facts& facts, const std::string& icon);

}  // namespace hutch::host
