#include "core/compose/store_worker.h"

#include <gtest/gtest.h>

namespace hutch::compose {
namespace {

using Ranges = std::vector<IdRange>;

TEST(KeepIdRanges, TheUserKeepsTheOwnIdAndOthersAreSubordinate) {
  EXPECT_EQ(keep_id_ranges(1000, {{.outside = 100000, .count = 65536}}),
            (Ranges{{.inside = 0, .outside = 100000, .count = 1000},
                    {.inside = 1000, .outside = 1000, .count = 1},
                    {.inside = 1001, .outside = 101000, .count = 64536}}));
}

TEST(KeepIdRanges, SeveralRangesAreUsedOneAfterTheOther) {
  EXPECT_EQ(
      keep_id_ranges(5, {{.outside = 100, .count = 3}, {.outside = 200, .count = 2}, {.outside = 300, .count = 4}}),
      (Ranges{{.inside = 0, .outside = 100, .count = 3},
              {.inside = 3, .outside = 200, .count = 2},
              {.inside = 5, .outside = 5, .count = 1},
              {.inside = 6, .outside = 300, .count = 4}}));
}

TEST(KeepIdRanges, FewIdsStillIncludeTheOwn) {
  EXPECT_EQ(keep_id_ranges(1000, {{.outside = 100, .count = 10}}),
            (Ranges{{.inside = 0, .outside = 100, .count = 10}, {.inside = 1000, .outside = 1000, .count = 1}}));
  EXPECT_TRUE(keep_id_ranges(1000, {}).empty());
}

facts::Facts facts_with_ids() {
  facts::Facts facts;
  facts.user.uid = 1000;
  facts.user.gid = 100;
  facts.programs.newuidmap = HostPath::literal("/usr/bin/newuidmap");
  facts.programs.newgidmap = HostPath::literal("/usr/bin/newgidmap");
  facts.subordinate_uids = {{.outside = 100000, .count = 65536}};
  facts.subordinate_gids = facts.subordinate_uids;
  for (const char* const path : {"/usr", "/usr/libexec/hutch/hutch-unpack", "/s/layers", "/s/staging", "/s/uppers"}) {
    facts.paths[HostPath::literal(path)] = {.real = HostPath::literal(path), .type = FileType::kDirectory};
  }
  return facts;
}

plan::Sandbox sandbox_for(const facts::Facts& facts) {
  return store_worker_sandbox(facts, HostPath::literal("/usr/libexec/hutch/hutch-unpack"), HostPath::literal("/s"), 11)
      .value_or(plan::Sandbox());
}

TEST(StoreWorker, WritesNowhereButInStaging) {
  const plan::Sandbox sandbox = sandbox_for(facts_with_ids());
  std::vector<std::string> writable;
  for (const plan::Step& step : sandbox.steps) {
    const auto* const bind = std::get_if<plan::Bind>(&step);
    if (bind != nullptr && bind->access == plan::BindAccess::kReadWrite) writable.push_back(bind->source.str());
  }
  EXPECT_EQ(writable, std::vector<std::string>{"/s/staging"});
  for (const plan::LandlockRule& rule : sandbox.landlock.rules) {
    const bool writes = rule.access != plan::LandlockAccess::kRead && rule.access != plan::LandlockAccess::kReadExecute;
    EXPECT_EQ(writes, rule.path.str() == "/store/staging") << rule.path.str();
  }
  EXPECT_TRUE(sandbox.namespaces.network);
}

TEST(StoreWorker, HasTheUsersOwnIdWhereThereAreNoOthers) {
  EXPECT_EQ(sandbox_for(facts_with_ids()).namespaces.uid_ranges.size(), 3u);
  facts::Facts facts = facts_with_ids();
  facts.programs.newgidmap.reset();
  EXPECT_TRUE(has_own_id_only(facts));
  EXPECT_TRUE(sandbox_for(facts).namespaces.uid_ranges.empty());
  facts = facts_with_ids();
  facts.subordinate_gids.clear();
  EXPECT_TRUE(has_own_id_only(facts));
}

}  // namespace
}  // namespace hutch::compose
