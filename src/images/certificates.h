// Certificates for one registry: containers-certs.d(5).
#pragma once

#include <string>

#include "images/http.h"

namespace hutch::images {

// From `named` when it is not "", else from the certs.d/HOST directories of the user, podman and docker.
[[nodiscard]] Result<Security> security_for(const std::string& domain, const std::string& named);

}  // namespace hutch::images
