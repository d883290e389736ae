#include "host/bpf_program.h"

#include <linux/seccomp.h>

#include <bit>
#include <cstddef>
#include <span>

namespace hutch::host {
namespace {

using Code = std::vector<sock_filter>;

constexpr std::uint32_t kX32Bit = 0x40000000;  // __X32_SYSCALL_BIT
constexpr std::uint32_t kNoCall = 0xffffffff;  // what a tracer writes to skip a call; never x32
constexpr std::size_t kShortJump = 255;

sock_filter statement(std::uint16_t code, std::uint32_t value) {
  return {.code = code, .jt = 0, .jf = 0, .k = value};
}

sock_filter jump(std::uint16_t test, std::uint32_t value, std::size_t if_true, std::size_t if_false) {
  return {.code = static_cast<std::uint16_t>(BPF_JMP | test | BPF_K),
          .jt = static_cast<std::uint8_t>(if_true),
          .jf = static_cast<std::uint8_t>(if_false),
          .k = value};
}

sock_filter answer(std::uint32_t value) {
  return statement(BPF_RET | BPF_K, value);
}

sock_filter load(std::size_t offset) {
  return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

// The low half of an argument.
sock_filter load_argument(unsigned argument) {
  constexpr std::size_t kLow = std::endian::native == std::endian::little ? 0 : sizeof(std::uint32_t);
  return load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t) + kLow);
}

void append(Code& code, const Code& more) {
  code.insert(code.end(), more.begin(), more.end());
}

Code clause_code(const Clause& clause) {
  Code code;
  std::vector<std::size_t> tests;
  for (const ArgumentTest& test : clause.tests) {
    code.push_back(load_argument(test.argument));
    if (test.mask != 0xffffffff) code.push_back(statement(BPF_ALU | BPF_AND | BPF_K, test.mask));
    tests.push_back(code.size());
    code.push_back(jump(BPF_JEQ, test.value, 0, 0));
  }
  code.push_back(answer(clause.answer));
  for (std::size_t index = 0; index < tests.size(); ++index) {
    // A test that fails goes behind the clause.
    const auto behind = static_cast<std::uint8_t>(code.size() - tests[index] - 1);
    (clause.tests[index].must_differ ? code[tests[index]].jt : code[tests[index]].jf) = behind;
  }
  return code;
}

Code leaf_code(const CallRule& rule) {
  Code code;
  for (const Clause& clause : rule.clauses) append(code, clause_code(clause));
  code.push_back(answer(rule.otherwise));
  return code;
}

// Numbers from `first` up to the next interval's first.
struct Interval {
  std::uint32_t first = 0;
  const CallRule* rule = nullptr;
};

std::vector<Interval> intervals_of(const ArchitectureRules& rules) {
  std::vector<Interval> result;
  const auto add = [&result](std::uint32_t first, const CallRule& rule) {
    if (result.empty() || !(*result.back().rule == rule)) result.push_back({first, &rule});
  };
  std::uint32_t next = 0;
  for (const auto& [number, rule] : rules.calls) {
    if (number != next) add(next, rules.unknown);
    add(number, rule);
    next = number + 1;
  }
  add(next, rules.unknown);
  return result;
}

Code tree_code(std::span<const Interval> intervals) {
  if (intervals.size() == 1) return leaf_code(*intervals.front().rule);
  const std::size_t middle = intervals.size() / 2;
  const Code below = tree_code(intervals.first(middle));
  const Code above = tree_code(intervals.subspan(middle));
  Code code;
  if (below.size() <= kShortJump) {
    code.push_back(jump(BPF_JGE, intervals[middle].first, below.size(), 0));
  } else {
    code.push_back(jump(BPF_JGE, intervals[middle].first, 0, 1));
    code.push_back(statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(below.size())));
  }
  append(code, below);
  append(code, above);
  return code;
}

Code architecture_code(const ArchitectureRules& rules) {
  Code code{load(offsetof(seccomp_data, nr))};
  if (rules.has_x32) {
    code.push_back(jump(BPF_JGE, kX32Bit, 0, 2));
    code.push_back(jump(BPF_JEQ, kNoCall, 1, 0));
    code.push_back(answer(SECCOMP_RET_KILL_PROCESS));
  }
  append(code, tree_code(intervals_of(rules)));
  return code;
}

}  // namespace

std::vector<sock_filter> assemble(const std::vector<ArchitectureRules>& architectures) {
  Code code{load(offsetof(seccomp_data, arch))};
  for (const ArchitectureRules& rules : architectures) {
    const Code body = architecture_code(rules);
    code.push_back(jump(BPF_JEQ, rules.architecture, 1, 0));
    code.push_back(statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(body.size())));
    append(code, body);
  }
  code.push_back(answer(SECCOMP_RET_KILL_PROCESS));
  return code;
}

}  // namespace hutch::host
