// Classic BPF as seccomp(2) runs it, in user space: the instructions a filter may use, nothing else.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace hutch::host {

struct Run {
  std::uint32_t answer = 0;  // SECCOMP_RET_*
  unsigned steps = 0;
};

inline std::vector<sock_filter> instructions_of(const std::string& bytes) {
  std::vector<sock_filter> program(bytes.size() / sizeof(sock_filter));
  std::memcpy(program.data(), bytes.data(), bytes.size());
  return program;
}

// Absent when the kernel would not take the program: an unknown instruction, a read outside the data, a jump behind the
// end, no return.
inline std::optional<Run> run(const std::vector<sock_filter>& program, const seccomp_data& data) {
  std::uint32_t accumulator = 0;
  unsigned steps = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& now = program[at];
    ++steps;
    switch (now.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (now.k % 4 != 0 || now.k > sizeof data - 4) return std::nullopt;
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + now.k, 4);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= now.k;
        break;
      case BPF_JMP | BPF_JA:
        at += now.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += accumulator == now.k ? now.jt : now.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += accumulator >= now.k ? now.jt : now.jf;
        break;
      case BPF_RET | BPF_K:
        return Run{.answer = now.k, .steps = steps};
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace hutch::host
