// pasta(1) on a sandbox's network namespace, ended by `hutch-launch guard` with the sandbox: it watches no descriptor
// itself.
#pragma once

#include <sys/types.h>

#include "core/plan/plan.h"
#include "host/helper.h"
#include "os/pipe.h"

namespace hutch::coordinate {

struct StartingPasta {
  host::Helper helper;
  os::Fd ready;  // a byte arrives once the namespace is connected
};

[[nodiscard]] Result<StartingPasta> start_pasta(const plan::Pasta& pasta, const HostPath& launcher, int life,
                                                pid_t init);

}  // namespace hutch::coordinate
