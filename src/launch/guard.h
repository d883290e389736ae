// `guard` mode: runs a program that does not watch a descriptor itself, and kills it when kLifeDescriptor hangs up.
#pragma once

namespace hutch::launch {

// Returns the program's exit status, or 128 and the signal that ended it.
[[nodiscard]] int guard(char** arguments, char** environment);

}  // namespace hutch::launch
