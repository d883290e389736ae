// A system's root: overlayfs over an image's layers, one directory writable.
#pragma once

#include "core/plan/plan.h"
#include "launch/scratch.h"

namespace hutch::launch {

struct OverlayFault {
  int layer = -1;  // index in lowers, its size for the upper directory, -1 for the mount
  int error = 0;   // 0: mounted
};
// Mounts it on `name` in `directory`, a directory of a mount of this mount namespace. A fresh upper directory takes
// over owner and mode of the topmost layer's root: it is the root directory that the system sees.
[[nodiscard]] OverlayFault mount_overlay(const plan::Overlay& overlay, int directory, const char* name,
                                         Scratch& scratch);

}  // namespace hutch::launch
