// usage: bench-prepare MOUNTS PROFILE HOME PROGRAM SANDBOX FILTER
//
// Writes what hutch-launch needs for the comparison set: the encoded sandbox that runs PROGRAM (a path inside) with
// the mounts of the list, and the compiled filter. Seccomp and Landlock come from the profile, as in a real run.
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/text.h"
#include "core/landlock/rules.h"
#include "core/plan/wire.h"
#include "core/profile/merge.h"
#include "core/profile/parse.h"
#include "core/seccomp/policy.h"
#include "host/probe.h"
#include "host/seccomp_compile.h"
#include "os/file.h"

namespace hutch {
namespace {

constexpr std::uint64_t kTmpfsSize = 64u << 20;
constexpr std::uint64_t kTmpfsFiles = 4096;

Result<plan::Step> bind(std::string_view kind, const HostPath& source, const BoxPath& target) {
  facts::Facts facts;
  host::look_up(facts, {source});
  const facts::PathFact* const found = facts.find(source);
  if (found == nullptr) return failure(ErrorKind::kNotFound, source.str());
  return plan::Bind{.source = found->real,
                    .target = target,
                    .type = found->type,
                    .access = kind == "rw" ? plan::BindAccess::kReadWrite : plan::BindAccess::kReadOnly,
                    .identity = found->identity};
}

Result<plan::Step> step_of(const std::vector<std::string_view>& words, const std::string& home) {
  const BoxPath target = TRY(BoxPath::parse(words.back()));
  if (words[0] == "link") return plan::Symlink{.target = target, .points_to = std::string(words[1])};
  if (words[0] == "proc") return plan::Proc{.target = target};
  if (words[0] == "dev") return plan::Dev{.target = target, .shm_size = kTmpfsSize};
  if (words[0] == "tmpfs") return plan::Tmpfs{.target = target, .size = kTmpfsSize, .inodes = kTmpfsFiles};
  const std::string source = words[1] == "HOME" ? home : std::string(words[1]);
  const HostPath path = TRY(HostPath::parse(source));
  return bind(words[0], path, target);
}

Result<std::vector<plan::Step>> steps_of(const std::string& list, const std::string& home) {
  std::vector<plan::Step> steps;
  for (const std::string_view line : text::split(list, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    auto step = step_of(text::split(line, ' '), home);
    if (step) {
      steps.push_back(std::move(*step));
    } else if (step.error().kind != ErrorKind::kNotFound) {
      return unexpected(std::move(step).error());
    }
  }
  return steps;
}

Status prepare(char** arguments) {
  const HostPath mounts = TRY(HostPath::parse(arguments[1]));
  const HostPath file = TRY(HostPath::parse(arguments[2]));
  const std::string list = TRY(os::read_file(mounts, 1u << 16));
  const std::string toml = TRY(os::read_file(file, profile::kFileLimit));
  profile::Layer layer = TRY(profile::parse(toml, file.str(), profile::Rank::kUser));
  layer.extends.clear();  // the walls below do not depend on its bases
  const profile::Profile profile = TRY(profile::merge(layer.id, {layer}, {}));

  plan::Sandbox sandbox;
  sandbox.namespaces.uid = ::getuid();
  sandbox.namespaces.gid = ::getgid();
  sandbox.root_size = kTmpfsSize;
  sandbox.steps = TRY(steps_of(list, arguments[3]));
  sandbox.landlock = landlock::rules_for(sandbox.steps, BoxPath::literal("/home/bench"), profile);
  sandbox.environment = {"PATH=/usr/bin:/bin", "HOME=/home/bench"};
  sandbox.command = {
      .program = arguments[4], .arguments = {arguments[4]}, .directory = BoxPath::literal("/home/bench")};
  const std::string filter = TRY(host::compile_seccomp(seccomp::policy_for(profile)));
  const HostPath sandbox_file = TRY(HostPath::parse(arguments[5]));
  const HostPath filter_file = TRY(HostPath::parse(arguments[6]));
  TRY(os::replace_file(sandbox_file, plan::encode(sandbox), 0600));
  return os::replace_file(filter_file, filter, 0600);
}

}  // namespace
}  // namespace hutch

int main(int count, char** arguments) {
  if (count != 7) return 2;
  const auto prepared = hutch::prepare(arguments);
  if (prepared) return 0;
  std::fprintf(stderr, "bench-prepare: %s\n", prepared.error().describe().c_str());
  return 1;
}
