// What a run was refused: $XDG_STATE_HOME/hutch/refusals/ID, written by hutch-witness while it runs, read by `hutch
// why`.
//
// Lines of words. The first of a kind is written at once, how often it came at the end:
//   refused NAME MEMBER OBJECT     a call on a bus that the proxy did not pass on
//   unseen NAME MEMBER             a question for a name the app does not see
//   call NUMBER ARCHITECTURE       a system call, AUDIT_ARCH_* in hexadecimal
//   unroutable NUMBER | blocked NUMBER     packets, at the end
//   times NUMBER INDEX             how often the line with this index (from 0, of the first three kinds) came
//   more NUMBER                    kinds left out because there were too many
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::instance {

inline constexpr std::size_t kRefusalLimit = 256;          // kinds that are kept of one run
inline constexpr std::size_t kRefusalLineLimit = 512;      // bytes of one
inline constexpr std::size_t kRefusalsLimit = 256u << 10;  // bytes of the file

struct Refusal {
  enum class Kind : std::uint8_t { kBusCall, kUnseenName, kSystemCall } kind = Kind::kBusCall;
  std::string name;    // bus name
  std::string member;  // INTERFACE.MEMBER
  std::uint32_t number = 0;
  std::uint32_t architecture = 0;
  std::uint64_t times = 1;
  bool operator==(const Refusal&) const = default;
};

struct Refusals {
  std::vector<Refusal> list;  // in the order they first came
  std::uint64_t unroutable = 0;
  std::uint64_t blocked = 0;
  std::uint64_t left_out = 0;
  bool was_traced = false;  // system calls were watched
  bool operator==(const Refusals&) const = default;
  [[nodiscard]] bool empty() const { return list.empty() && unroutable == 0 && blocked == 0; }
};

// Lines that make no sense are left out.
[[nodiscard]] Refusals parse_refusals(std::string_view text);

}  // namespace hutch::instance
