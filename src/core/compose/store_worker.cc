#include "core/compose/store_worker.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/work.h"
#include "core/portal/helper_root.h"

namespace hutch::compose {
namespace {

constexpr std::uint64_t kRootSize = 256u << 10;  // mount points

// CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP: linux/capability.h.
constexpr std::uint64_t kCapabilities = 1ULL << 0 | 1ULL << 1 | 1ULL << 2 | 1ULL << 3 | 1ULL << 4 | 1ULL << 31;

Status show_store(plan::Sandbox& sandbox, const facts::Facts& facts, const HostPath& store, const char* name,
                  plan::BindAccess access) {
  const HostPath path = store / name;
  const facts::PathFact* const fact = facts.find(path);
  if (fact == nullptr) {
    return failure(ErrorKind::kNotFound, text::format(_("cannot find '%s'"), text::printable(path.str()).c_str()));
  }
  const BoxPath target = BoxPath::literal(image::kWorkRoot) / name;
  sandbox.steps.emplace_back(plan::Bind{.source = fact->real,
                                        .target = target,
                                        .type = fact->type,
                                        .access = access,
                                        .executable = false,
                                        .identity = fact->identity});
  const bool is_writable = access == plan::BindAccess::kReadWrite;
  sandbox.landlock.rules.push_back(
      {.path = target, .access = is_writable ? plan::LandlockAccess::kReadWriteNodes : plan::LandlockAccess::kRead});
  return {};
}

}  // namespace

std::vector<IdRange> keep_id_ranges(std::uint32_t own, const std::vector<IdRange>& subordinate) {
  std::vector<IdRange> ranges;
  std::uint32_t inside = 0;
  const auto add_own = [&] {
    ranges.push_back({.inside = own, .outside = own, .count = 1});
    inside = own + 1;
  };
  for (const IdRange& range : subordinate) {
    std::uint32_t outside = range.outside;
    std::uint32_t left = range.count;
    while (left > 0) {
      const std::uint32_t part = inside <= own ? std::min(left, own - inside) : left;
      if (part > 0) ranges.push_back({.inside = inside, .outside = outside, .count = part});
      inside += part;
      outside += part;
      left -= part;
      if (inside == own) add_own();
    }
  }
  if (!ranges.empty() && inside <= own) add_own();
  return ranges;
}

bool has_own_id_only(const facts::Facts& facts) {
  return !facts.programs.newuidmap || !facts.programs.newgidmap || facts.subordinate_uids.empty() ||
         facts.subordinate_gids.empty();
}

std::vector<HostPath> store_worker_paths(const HostPath& program, const HostPath& store) {
  std::vector<HostPath> paths = portal::library_paths();
  paths.insert(paths.end(), {program, store / "layers", store / "staging", store / "uppers"});
  return paths;
}

Result<plan::Sandbox> store_worker_sandbox(const facts::Facts& facts, const HostPath& program, const HostPath& store,
                                           std::int32_t socket) {
  plan::Sandbox sandbox;
  sandbox.namespaces.cgroup = false;
  sandbox.namespaces.uid = facts.user.uid;
  sandbox.namespaces.gid = facts.user.gid;
  if (!has_own_id_only(facts)) {
    sandbox.namespaces.uid_ranges = keep_id_ranges(facts.user.uid, facts.subordinate_uids);
    sandbox.namespaces.gid_ranges = keep_id_ranges(facts.user.gid, facts.subordinate_gids);
  }
  sandbox.root_size = kRootSize;
  sandbox.capabilities = kCapabilities;
  sandbox.descriptors = {socket};
  TRY(portal::add_program(sandbox, facts, program));
  sandbox.command.arguments = {"hutch-unpack"};
  TRY(show_store(sandbox, facts, store, "layers", plan::BindAccess::kReadOnly));
  TRY(show_store(sandbox, facts, store, "staging", plan::BindAccess::kReadWrite));
  TRY(show_store(sandbox, facts, store, "uppers", plan::BindAccess::kReadOnly));
  sandbox.steps.emplace_back(plan::Seal{.target = BoxPath()});
  return sandbox;
}

}  // namespace hutch::compose
