// A pipe with named ends.
#pragma once

#include "os/fd.h"

namespace hutch::os {

struct Pipe {
  Fd read;
  Fd write;
};

[[nodiscard]] Result<Pipe> make_pipe();

}  // namespace hutch::os
