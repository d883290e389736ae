#include "host/seccomp_compile.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <string_view>

#include "base/i18n.h"
#include "base/text.h"
#include "core/seccomp/groups.h"
#include "host/bpf_program.h"

namespace hutch::host {
namespace {

constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t refuse(int error) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

constexpr std::uint32_t kNumberLimit = 1024;     // no architecture numbers its calls further, but for the next line
constexpr std::uint32_t kArmPrivate = 0x0f0000;  // __ARM_NR_BASE

// clone(2) has no CLONE_NEWTIME: its bit belongs to the exit signal there.
constexpr std::uint32_t kNewNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr std::uint32_t kNewTime = 0x80;  // CLONE_NEWTIME, unshare(2)
constexpr std::uint32_t kSetIdBits = S_ISUID | S_ISGID;
constexpr std::uint32_t kQueryPersonality = 0xffffffff;
constexpr std::uint32_t kMultipathTcp = 262;  // IPPROTO_MPTCP

constexpr std::uint32_t kInit = 1;
constexpr std::uint32_t kWhoUser = 2;      // PRIO_USER, setpriority(2)
constexpr std::uint32_t kWhoUserOfIo = 3;  // IOPRIO_WHO_USER, ioprio_set(2)

CallRule refuse_bits(unsigned argument, std::uint32_t bits) {
  return {.clauses = {{.tests = {{.argument = argument, .mask = bits, .value = 0, .must_differ = true}},
                       .answer = refuse(EPERM)}},
          .otherwise = kAllow};
}

CallRule refuse_values(unsigned argument, std::initializer_list<std::uint32_t> values) {
  CallRule rule{.clauses = {}, .otherwise = kAllow};
  for (const std::uint32_t value : values) {
    rule.clauses.push_back({.tests = {{.argument = argument, .value = value}}, .answer = refuse(EPERM)});
  }
  return rule;
}

// Priorities of PID 1, by its number or as one of the user's processes.
CallRule refuse_for_init(std::uint32_t all_of_user) {
  CallRule rule = refuse_values(1, {kInit});
  rule.clauses.push_back({.tests = {{.argument = 0, .value = all_of_user}}, .answer = refuse(EPERM)});
  return rule;
}

CallRule allow_values(unsigned argument, const std::vector<std::uint32_t>& values) {
  CallRule rule{.clauses = {}, .otherwise = refuse(EPERM)};
  for (const std::uint32_t value : values) {
    rule.clauses.push_back({.tests = {{.argument = argument, .value = value}}, .answer = kAllow});
  }
  return rule;
}

// open(2) takes a mode only when it may make a file.
CallRule refuse_setid_creation(unsigned flags) {
  const ArgumentTest has_bits{.argument = flags + 1, .mask = kSetIdBits, .value = 0, .must_differ = true};
  return {.clauses = {{.tests = {{.argument = flags, .mask = O_CREAT, .value = 0, .must_differ = true}, has_bits},
                       .answer = refuse(EPERM)},
                      {.tests = {{.argument = flags, .mask = O_TMPFILE, .value = O_TMPFILE}, has_bits},
                       .answer = refuse(EPERM)}},
          .otherwise = kAllow};
}

// TCP, UDP and ping; everything else (SCTP, DCCP, L2TP, ...) would make the kernel load a module for it.
void add_internet(CallRule& rule, std::uint32_t family) {
  constexpr std::uint32_t kTypes = 0xf;  // SOCK_TYPE_MASK, linux/net.h; above it are flags
  const ArgumentTest is_family{.argument = 0, .value = family};
  const ArgumentTest is_raw{.argument = 1, .mask = kTypes, .value = SOCK_RAW};
  rule.clauses.push_back({.tests = {is_family, is_raw}, .answer = refuse(EPERM)});
  for (const std::uint32_t protocol : {std::uint32_t{0}, std::uint32_t{IPPROTO_TCP}, std::uint32_t{IPPROTO_UDP},
                                       std::uint32_t{IPPROTO_ICMP}, std::uint32_t{IPPROTO_ICMPV6}, kMultipathTcp}) {
    rule.clauses.push_back({.tests = {is_family, {.argument = 2, .value = protocol}}, .answer = kAllow});
  }
  rule.clauses.push_back({.tests = {is_family}, .answer = refuse(EPROTONOSUPPORT)});
}

CallRule socket_rule(const plan::SeccompPolicy& policy) {
  CallRule rule{.clauses = {}, .otherwise = refuse(EAFNOSUPPORT)};
  for (const std::int32_t number : policy.socket_families) {
    const auto family = static_cast<std::uint32_t>(number);
    if (number == AF_INET || number == AF_INET6) {
      add_internet(rule, family);
      continue;
    }
    if (number != AF_NETLINK) {
      rule.clauses.push_back({.tests = {{.argument = 0, .value = family}}, .answer = kAllow});
      continue;
    }
    for (const std::int32_t protocol : policy.netlink_protocols) {
      const ArgumentTest is_protocol{.argument = 2, .value = static_cast<std::uint32_t>(protocol)};
      rule.clauses.push_back({.tests = {{.argument = 0, .value = family}, is_protocol}, .answer = kAllow});
    }
    rule.clauses.push_back({.tests = {{.argument = 0, .value = family}}, .answer = refuse(EPROTONOSUPPORT)});
  }
  return rule;
}

CallRule personality_rule(const plan::SeccompPolicy& policy) {
  std::vector<std::uint32_t> personas{PER_LINUX, kQueryPersonality};
  if (policy.foreign_abi) personas.push_back(PER_LINUX32);
  if (policy.allows_ptrace) personas.push_back(ADDR_NO_RANDOMIZE);  // debuggers
  return allow_values(0, personas);
}

// An allowed call; some only with certain arguments.
CallRule allowed_rule(std::string_view name, const plan::SeccompPolicy& policy) {
  const std::uint32_t namespaces = policy.allows_new_userns ? 0 : kNewNamespaces;
  // Terminal injection: CVE-2017-5226, CVE-2023-1523.
  if (name == "ioctl") return refuse_values(1, {TIOCSTI, TIOCLINUX});
  if (name == "socket") return socket_rule(policy);
  if (name == "socketpair") {
    return {.clauses = {{.tests = {{.argument = 0, .value = AF_UNIX}}, .answer = kAllow}},
            .otherwise = refuse(EAFNOSUPPORT)};
  }
  if (name == "personality") return personality_rule(policy);
  if (name == "clone" && namespaces != 0) return refuse_bits(0, namespaces);
  if (name == "unshare" && namespaces != 0) return refuse_bits(0, namespaces | kNewTime);
  const bool checks_modes = !policy.allows_set_id_files;
  if (checks_modes && (name == "chmod" || name == "fchmod" || name == "creat" || name == "mknod"))
    return refuse_bits(1, kSetIdBits);
  if (checks_modes && (name == "fchmodat" || name == "fchmodat2" || name == "mknodat"))
    return refuse_bits(2, kSetIdBits);
  if (checks_modes && name == "open") return refuse_setid_creation(1);
  if (checks_modes && name == "openat") return refuse_setid_creation(2);
  // PID 1 of the sandbox has the program's uid: without this it could be starved or robbed of its descriptors.
  for (const std::string_view call :
       {"prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"}) {
    if (name == call) return refuse_values(0, {kInit});
  }
  if (name == "setpriority") return refuse_for_init(kWhoUser);
  if (name == "ioprio_set") return refuse_for_init(kWhoUserOfIo);
  if (name == "kcmp" && !policy.allows_ptrace) return allow_values(2, {KCMP_FILE});
  return {.clauses = {}, .otherwise = kAllow};
}

// What "done" looks like: 0, which setfsuid(2) takes for the id it had.
CallRule success_rule(std::string_view name) {
  constexpr std::uint32_t kDone = SECCOMP_RET_ERRNO;
  if (name != "mknod" && name != "mknodat") return {.clauses = {}, .otherwise = kDone};
  CallRule rule{.clauses = {}, .otherwise = kAllow};
  for (const std::uint32_t device : {std::uint32_t{S_IFCHR}, std::uint32_t{S_IFBLK}}) {
    const ArgumentTest is_device{.argument = name == "mknod" ? 1U : 2U, .mask = S_IFMT, .value = device};
    rule.clauses.push_back({.tests = {is_device}, .answer = kDone});
  }
  return rule;
}

CallRule rule_of(const std::string& name, const plan::SeccompPolicy& policy) {
  if (std::ranges::binary_search(policy.answer_success, name)) return success_rule(name);
  if (std::ranges::binary_search(policy.allowed, name)) return allowed_rule(name, policy);
  if (std::ranges::binary_search(policy.answer_enosys, name)) return {.clauses = {}, .otherwise = refuse(ENOSYS)};
  return {.clauses = {}, .otherwise = refuse(EPERM)};
}

struct Architecture {
  std::uint32_t token;  // SCMP_ARCH_*, whose values are AUDIT_ARCH_*
  bool has_x32;
};

Result<std::vector<Architecture>> architectures_of(const plan::SeccompPolicy& policy) {
  const std::uint32_t native = seccomp_arch_native();
  std::vector<Architecture> result{{.token = native, .has_x32 = native == SCMP_ARCH_X86_64}};
  if (!policy.foreign_abi) return result;
  if (native == SCMP_ARCH_X86_64) {
    result.push_back({.token = SCMP_ARCH_X86, .has_x32 = false});
  } else if (native == SCMP_ARCH_AARCH64) {
    result.push_back({.token = SCMP_ARCH_ARM, .has_x32 = false});
  } else {
    return failure(ErrorKind::kUnavailable, _("this processor has no second ABI for 'multiarch'"));
  }
  return result;
}

void add_call(ArchitectureRules& rules, std::uint32_t number, const plan::SeccompPolicy& policy) {
  char* const name = seccomp_syscall_resolve_num_arch(rules.architecture, static_cast<int>(number));
  if (name == nullptr) return;
  rules.calls.emplace(number, rule_of(name, policy));
  std::free(name);
}

// A name that is nobody's is a misspelt permission or, worse, a misspelt refusal.
Status check_names(const std::vector<std::string>& names) {
  const auto younger = seccomp::younger_calls();
  for (const std::string& name : names) {
    if (seccomp_syscall_resolve_name(name.c_str()) != __NR_SCMP_ERROR) continue;
    if (std::ranges::find(younger, std::string_view(name), [](const char* call) { return std::string_view(call); }) !=
        younger.end()) {
      continue;
    }
    return failure(ErrorKind::kInvalid, text::format(_("there is no system call '%s'"), text::printable(name).c_str()));
  }
  return {};
}

}  // namespace

Result<std::string> compile_seccomp(const plan::SeccompPolicy& policy) {
  TRY(check_names(policy.allowed));
  TRY(check_names(policy.answer_enosys));
  TRY(check_names(policy.answer_success));
  std::vector<ArchitectureRules> all;
  for (const Architecture& architecture : TRY(architectures_of(policy))) {
    ArchitectureRules rules{.architecture = architecture.token,
                            .has_x32 = architecture.has_x32,
                            .calls = {},
                            .unknown = {.clauses = {}, .otherwise = refuse(ENOSYS)}};
    for (std::uint32_t number = 0; number < kNumberLimit; ++number) add_call(rules, number, policy);
    if (architecture.token == SCMP_ARCH_ARM) {
      for (std::uint32_t number = kArmPrivate; number < kArmPrivate + 8; ++number) add_call(rules, number, policy);
    }
    all.push_back(std::move(rules));
  }
  const std::vector<sock_filter> program = assemble(all);
  if (program.size() > BPF_MAXINSNS) {
    return failure(ErrorKind::kInvalid, _("the system call filter is too long for the kernel"));
  }
  return std::string(reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter));
}

std::string name_of_call(std::uint32_t architecture, std::uint32_t number) {
  char* const name = seccomp_syscall_resolve_num_arch(architecture, static_cast<int>(number));  // malloc(3)
  std::string text = name == nullptr ? std::to_string(number) : std::string(name);
  std::free(name);
  return text;
}

}  // namespace hutch::host
