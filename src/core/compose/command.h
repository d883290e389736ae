// What is started, where, and the files it is handed.
#pragma once

#include "core/compose/scene.h"

namespace hutch::compose {

struct Started {
  plan::Command command;
  std::vector<plan::Step> steps;               // the program and files, where nothing else shows them
  std::vector<plan::DocumentGrant> documents;  // files that go through the document portal
};
// `steps` are all that is shown already. Files that are not go through the document portal when `has_documents`, and
// their argument becomes "<document:N>"; else they are bound at their own place.
[[nodiscard]] Result<Started> started(const Scene& scene, const std::vector<plan::Step>& steps, bool has_documents);

[[nodiscard]] std::vector<HostPath> paths_of_command(const profile::Request& request, const Launch& launch);

}  // namespace hutch::compose
