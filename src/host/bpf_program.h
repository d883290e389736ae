// A system call filter as classic BPF (seccomp(2), <linux/filter.h>): one decision tree over the call numbers for each
// architecture, with checks of arguments in its leaves.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <map>
#include <vector>

namespace hutch::host {

// Compares the low 32 bits of an argument. The kernel takes these arguments as int or unsigned int: what stands in the
// upper half is ignored by it and must be ignored here (CVE-2019-10063).
struct ArgumentTest {
  unsigned argument = 0;
  std::uint32_t mask = 0xffffffff;
  std::uint32_t value = 0;
  bool must_differ = false;
  bool operator==(const ArgumentTest&) const = default;
};

// The answer when all tests hold; SECCOMP_RET_*.
struct Clause {
  std::vector<ArgumentTest> tests;
  std::uint32_t answer = 0;
  bool operator==(const Clause&) const = default;
};

// What happens on a call: the first clause that holds, else `otherwise`.
struct CallRule {
  std::vector<Clause> clauses;
  std::uint32_t otherwise = 0;
  bool operator==(const CallRule&) const = default;
};

struct ArchitectureRules {
  std::uint32_t architecture = 0;           // AUDIT_ARCH_*
  bool has_x32 = false;                     // refuse numbers with the x32 bit, which share the architecture's value
  std::map<std::uint32_t, CallRule> calls;  // by number
  CallRule unknown;                         // every other number
};

// Calls of an architecture that is not listed end the process. Deterministic: equal rules give equal bytes.
[[nodiscard]] std::vector<sock_filter> assemble(const std::vector<ArchitectureRules>& architectures);

}  // namespace hutch::host
