// Blobs of a registry, several at once.
#pragma once

#include <string>

#include "images/intake.h"
#include "images/session.h"

namespace hutch::images {

inline constexpr std::size_t kParallel = 6;  // blobs at once

// All that the intake hands out; a blob's path is `directory` and its digest.
[[nodiscard]] Status download(Session& session, const std::string& scope, const std::string& directory, Intake& intake);

}  // namespace hutch::images
