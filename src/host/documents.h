// Files handed to an app through the document portal.
#pragma once

#include <string>
#include <vector>

#include "base/id.h"
#include "core/plan/plan.h"

namespace hutch::host {

// The portal's file system on the host, started where it is not running.
[[nodiscard]] Result<HostPath> document_directory(const std::string& session_bus);

// Gives each file to the app, with exactly the access asked for, and returns the paths under which the app finds them:
// RUNTIME/doc/ID/NAME, the app's view being bound at RUNTIME/doc.
[[nodiscard]] Result<std::vector<std::string>> share_documents(const std::string& session_bus, const AppId& app,
                                                               const std::vector<plan::DocumentGrant>& grants);

}  // namespace hutch::host
