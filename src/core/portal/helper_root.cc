#include "core/portal/helper_root.h"

#include <algorithm>
#include <array>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::portal {
namespace {

using facts::Facts;
using facts::PathFact;

constexpr std::array<const char*, 4> kLibraryDirectories = {"/lib", "/lib32", "/lib64", "/libx32"};

bool is_root_link(const Facts& facts, std::string_view path) {
  return std::ranges::any_of(facts.root_links, [&](const auto& link) { return link.first == path; });
}

plan::Bind bind_of(const PathFact& fact, const BoxPath& target, plan::BindAccess access) {
  return plan::Bind{
      .source = fact.real, .target = target, .type = fact.type, .access = access, .identity = fact.identity};
}

}  // namespace

std::vector<HostPath> library_paths() {
  std::vector<HostPath> result{HostPath::literal("/usr"), HostPath::literal("/etc/ld.so.cache")};
  for (const char* const name : kLibraryDirectories) result.push_back(HostPath::literal(name));
  return result;
}

void show(plan::Sandbox& sandbox, const PathFact& fact, const HostPath& at, plan::LandlockAccess access) {
  sandbox.steps.emplace_back(bind_of(fact, same_in_box(at), plan::BindAccess::kReadOnly));
  sandbox.landlock.rules.push_back({.path = same_in_box(at), .access = access});
}

Status add_program(plan::Sandbox& sandbox, const Facts& facts, const HostPath& program) {
  const HostPath usr = HostPath::literal("/usr");
  const PathFact* const usr_fact = facts.find(usr);
  const PathFact* const program_fact = facts.find(program);
  if (usr_fact == nullptr || program_fact == nullptr) {
    return failure(ErrorKind::kNotFound, text::format(_("cannot find '%s'"), text::printable(program.str()).c_str()));
  }
  show(sandbox, *usr_fact, usr, plan::LandlockAccess::kReadExecute);
  for (const auto& [link, points_to] : facts.root_links) {
    if (!link.starts_with("/lib")) continue;
    const BoxPath target = TRY(BoxPath::parse(link));
    sandbox.steps.emplace_back(plan::Symlink{.target = target, .points_to = points_to});
  }
  for (const char* const name : kLibraryDirectories) {
    const HostPath directory = HostPath::literal(name);
    const PathFact* const fact = facts.find(directory);
    if (fact == nullptr || fact->real != directory || is_root_link(facts, name)) continue;
    show(sandbox, *fact, directory, plan::LandlockAccess::kReadExecute);
  }
  const HostPath cache = HostPath::literal("/etc/ld.so.cache");
  if (const PathFact* const fact = facts.find(cache)) show(sandbox, *fact, cache, plan::LandlockAccess::kRead);
  if (!program_fact->real.is_below(usr)) {
    show(sandbox, *program_fact, program_fact->real, plan::LandlockAccess::kReadExecute);
  }
  sandbox.command.program = program_fact->real.str();
  return {};
}

}  // namespace hutch::portal
