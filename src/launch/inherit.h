// What hutch-launch is started with: descriptors at fixed numbers (core/plan/channel.h), and nothing else that counts.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/plan/channel.h"

namespace hutch::launch {

// argv[2] that lets a run go on without kSeccompDescriptor; tests and benchmarks of single walls use it.
inline constexpr const char* kWithoutSeccomp = "--without-seccomp";
// PID 1's end of the pair with the supervisor, and the detached mount that proves Landlock, across the re-exec: numbers
// that mean something else outside.
inline constexpr int kInitChannel = plan::kCoordinatorDescriptor;
inline constexpr int kProbeDescriptor = plan::kFrontEndDescriptor;

struct Start {
  bool has_filter = false;  // kSeccompDescriptor is open
  // Asked before anything else is opened, which could take their numbers.
  bool has_control = false;
  bool has_coordinator = false;
  bool has_life = false;
  bool has_log = false;
  bool waives_filter = false;      // kWithoutSeccomp was given
  std::vector<char*> environment;  // what we were given, for the front end at the end
};

// Copies what is needed of argv and the environment and wipes the rest: both stay readable in /proc otherwise.
[[nodiscard]] Start take_start(int argc, char** argv, char** environment);

[[nodiscard]] bool is_open(int fd);
// Descriptors 0-2 that are closed become /dev/null.
[[nodiscard]] bool open_missing_standards();
// Closes everything but 0 to kLifeDescriptor and `passed`, and makes everything above 2 close-on-exec.
[[nodiscard]] bool close_unlisted(std::span<const std::int32_t> passed);
// The first of 0-2 and `passed` that is closed, so that its number could become something of ours, or a directory, and
// so a way around every mount.
struct DescriptorFault {
  int fd = -1;
  int error = 0;  // 0: all are fine
};
[[nodiscard]] DescriptorFault find_bad_descriptor(std::span<const std::int32_t> passed);
// The mask of ignored signals in the text of /proc/self/status (proc(5)); all of them when it cannot be told.
[[nodiscard]] std::uint64_t parse_ignored_signals(std::string_view status);
// Every signal at its default disposition (a fresh program has no handlers, so those ignored are all that differ), this
// set blocked.
void reset_signals(std::span<const int> blocked);

[[nodiscard]] plan::Sandbox decode_plan_or_fail();
// Gives back the mapped pages of this program's file, of which set-up touched nearly all and waiting needs a few: those
// come back by themselves.
void release_program_pages();

}  // namespace hutch::launch
