// How hutch-graft is started, which gives files to a running sandbox and takes them back. It is outside the sandbox's
// pid namespace all the time: nothing inside sees it.
//
//   give            the binds of an encoded Sandbox on kGraftRequest. Prints "mount ID" for each on standard output
//   take SECONDS ID...     after that time, or never if the sandbox ends before: takes these mounts away, wherever they
//   are
//                   by then
// A failure is one line "failed STEP ERRNO", and status 1; then nothing has been given.
#pragma once

namespace hutch::plan {

inline constexpr const char* kModeGive = "give";
inline constexpr const char* kModeTake = "take";

enum GraftDescriptor : int {
  kGraftRequest = 3,
  kGraftInit = 4,  // pidfd of PID 1
};

}  // namespace hutch::plan
