// The system of a toolbox: what stands in the places of the host's /usr, /etc and home.
#pragma once

#include "core/compose/scene.h"
#include "core/network/mode.h"

namespace hutch::compose {

// What root inside, and so any program, can have at most: what containers usually get (capabilities(7)), all of it
// within the user namespace. CAP_CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE
// SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP. Not NET_RAW: a raw packet says where it goes in its own header, past every rule
// of a network mode.
inline constexpr std::uint64_t kSystemCapabilities = 1ULL << 0 | 1ULL << 1 | 1ULL << 3 | 1ULL << 4 | 1ULL << 5 |
                                                     1ULL << 6 | 1ULL << 7 | 1ULL << 8 | 1ULL << 10 | 1ULL << 18 |
                                                     1ULL << 27 | 1ULL << 29 | 1ULL << 31;
inline constexpr std::uint64_t kSystemTasks = 16384;  // processes and threads, where nothing else is said

// /proc, /dev, /sys, /tmp, /run with what hutch brings, and the toolbox's home. Nothing is put into the image itself
// but places to mount these on.
[[nodiscard]] Result<std::vector<plan::Step>> system_base(const Scene& scene, const network::NetworkPlan& network);
[[nodiscard]] std::vector<HostPath> paths_of_system(const Scene& scene);
// Starts as root of the toolbox before anything else does, and adapts the image: user, names, time zone.
[[nodiscard]] plan::Command make_ready(const System& system);
// Behind the barrier: /proc and cgroups of the image's init, when it has one.
[[nodiscard]] std::vector<plan::Step> late_system_steps(const Scene& scene);
[[nodiscard]] std::vector<std::string> system_environment(const System& system);

}  // namespace hutch::compose
