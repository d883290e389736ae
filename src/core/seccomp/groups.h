// System calls sorted by purpose: every call of x86-64, aarch64 and i386 stands in exactly one group, and the group
// says whether programs get it. Names are libseccomp's; calls of one architecture alone are harmless on the others.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace hutch::seccomp {

enum class Stance : std::uint8_t {
  kAllowed,    // every program
  kForeign,    // with `multiarch`: calls of the second ABI
  kDebug,      // with `devel` or `ptrace`
  kProfiling,  // with `devel`
  kRoot,       // with `nested-userns` or `nested-sandbox`: what a browser's own sandbox does beside namespaces
  kMounts,     // with `nested-sandbox`
  kFallback,   // answered ENOSYS: programs have another way
  kDenied,     // answered EPERM
};

struct Group {
  const char* name;
  const char* purpose;  // what the calls are for; for the denied ones, why they are
  Stance stance;
  std::span<const char* const> calls;
};

[[nodiscard]] std::span<const Group> groups();
[[nodiscard]] const Group* group_of(std::string_view call);

// Calls younger than the oldest libseccomp we build with (2.5.4, Linux 5.17): a library that does not know them yet
// leaves them unknown, and unknown numbers are answered ENOSYS.
[[nodiscard]] std::span<const char* const> younger_calls();

}  // namespace hutch::seccomp
