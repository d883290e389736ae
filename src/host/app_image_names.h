// How the files of app_images.h are called.
#pragma once

#include <string>

#include "core/facts/facts.h"

namespace hutch::host {

[[nodiscard]] HostPath app_images_directory(const facts::Facts& facts);
// Another one for every change of the file.
[[nodiscard]] Result<std::string> identity_word(const HostPath& image);
// SHA-256 in hexadecimal.
[[nodiscard]] bool is_digest(std::string_view text);

}  // namespace hutch::host
