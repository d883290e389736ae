#include "core/plan/wire.h"

#include <gtest/gtest.h>

#include "sample.h"

namespace hutch::plan {
namespace {

using test::full_plan;
using test::full_request;

TEST(Wire, AFullPlanComesBackEqual) {
  const auto decoded = decode_plan(encode(full_plan()));
  ASSERT_TRUE(decoded) << decoded.error().describe();
  EXPECT_EQ(*decoded, full_plan());
}

TEST(Wire, AnEmptyPlanComesBackEqual) {
  const auto decoded = decode_plan(encode(Plan{}));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, Plan{});
}

TEST(Wire, ASandboxAndARequestComeBackEqual) {
  const auto sandbox = decode_sandbox(encode(full_plan().sandbox));
  ASSERT_TRUE(sandbox);
  EXPECT_EQ(*sandbox, full_plan().sandbox);
  const auto request = decode_exec_request(encode(full_request()));
  ASSERT_TRUE(request);
  EXPECT_EQ(*request, full_request());
}

TEST(Wire, EveryOptionalAndFlagMakesADifference) {
  Plan plan = full_plan();
  plan.seccomp.answer_success = {"write"};
  plan.sandbox.namespaces.maps_to_root = true;
  EXPECT_EQ(*decode_plan(encode(plan)), plan);
  plan.scope.reset();
  EXPECT_EQ(*decode_plan(encode(plan)), plan);
  plan.identity.reset();
  std::get<Bind>(plan.sandbox.steps[2]).identity.reset();
  plan.sandbox.has_terminal = false;
  EXPECT_EQ(*decode_plan(encode(plan)), plan);
}

TEST(Wire, EqualPlansHaveEqualBytes) {
  EXPECT_EQ(encode(full_plan()), encode(full_plan()));
}

TEST(Wire, NumbersAreLittleEndianBehindTheVersion) {
  const std::string bytes = encode(Sandbox{});
  EXPECT_EQ(bytes.substr(0, 4), std::string("\x01\0\0\0", 4));
}

TEST(Wire, EveryTruncationIsRefused) {
  const std::string bytes = encode(full_plan());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode_plan(std::string_view(bytes).substr(0, length))) << length;
  }
}

TEST(Wire, TrailingBytesAreRefused) {
  EXPECT_FALSE(decode_plan(encode(full_plan()) + '\0'));
  EXPECT_FALSE(decode_exec_request(encode(full_request()) + "x"));
}

TEST(Wire, OneKindIsNotTakenForAnother) {
  EXPECT_FALSE(decode_plan(encode(full_plan().sandbox)));
  EXPECT_FALSE(decode_sandbox(encode(full_plan())));
  EXPECT_FALSE(decode_exec_request(encode(full_plan().sandbox)));
}

TEST(Wire, AnotherVersionIsRefusedWithACure) {
  std::string bytes = encode(Sandbox{});
  bytes[0] = static_cast<char>(bytes[0] + 1);
  const auto decoded = decode_sandbox(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().hint, "");
}

// The place in the bytes of `whole` where `part` stands, which must be there once.
std::size_t place_of(const std::string& whole, const std::string& part) {
  const std::size_t found = whole.find(part);
  EXPECT_NE(found, std::string::npos);
  EXPECT_EQ(whole.find(part, found + 1), std::string::npos);
  return found;
}

TEST(Wire, PathsThatAreNotNormalAreRefused) {
  Sandbox sandbox;
  sandbox.remove_at_end = {HostPath::literal("/abcdefgh/i")};
  const std::string bytes = encode(sandbox);
  const std::size_t at = place_of(bytes, "/abcdefgh/i");
  const char* const bad[] = {"/abc/../h/i", "/abcdefgh//", "/abcdefgh/.", "abcdefgh//i", "/abcd/./h/i", "/abcdefg//i"};
  for (const char* const path : bad) {
    std::string changed = bytes;
    changed.replace(at, 11, path);
    EXPECT_FALSE(decode_sandbox(changed)) << path;
  }
  std::string with_nul = bytes;
  with_nul[at + 3] = '\0';
  EXPECT_FALSE(decode_sandbox(with_nul));
}

TEST(Wire, NamesThatBreakTheirGrammarAreRefused) {
  Plan plan;
  plan.instance = *InstanceId::parse("abcdef");
  std::string bytes = encode(plan);
  bytes[place_of(bytes, "abcdef") + 2] = '/';
  EXPECT_FALSE(decode_plan(bytes));
}

TEST(Wire, NumbersOutsideAnEnumerationAndFlagsOtherThanZeroAndOneAreRefused) {
  Sandbox sandbox;
  sandbox.landlock.rules = {{.path = BoxPath::literal("/marker"), .access = LandlockAccess::kDevices}};
  std::string bytes = encode(sandbox);
  const std::size_t access = place_of(bytes, "/marker") + 7;
  bytes[access] = 6;
  EXPECT_FALSE(decode_sandbox(bytes));
  bytes = encode(sandbox);
  bytes[8] = 2;  // namespaces.network, the first field
  EXPECT_FALSE(decode_sandbox(bytes));
}

TEST(Wire, AnUnknownStepIsRefused) {
  Sandbox sandbox;
  sandbox.steps = {Mask{.target = BoxPath::literal("/marker")}};
  std::string bytes = encode(sandbox);
  bytes[place_of(bytes, "/marker") - 5] = static_cast<char>(std::variant_size_v<Step>);
  EXPECT_FALSE(decode_sandbox(bytes));
}

TEST(Wire, CgroupsOfASystemArrive) {
  Sandbox sandbox;
  sandbox.steps = {ControlGroups{.target = BoxPath::literal("/sys/fs/cgroup")}};
  EXPECT_EQ(*decode_sandbox(encode(sandbox)), sandbox);
}

TEST(Wire, HugeCountsAreRefusedWithoutMakingRoomForThem) {
  Sandbox sandbox;
  sandbox.environment = {"MARKER=1"};
  std::string bytes = encode(sandbox);
  const std::size_t count = place_of(bytes, "MARKER=1") - 8;
  bytes[count + 3] = '\x7f';
  EXPECT_FALSE(decode_sandbox(bytes));
  bytes = encode(sandbox);
  bytes[count + 7] = '\x7f';  // the length of the text
  EXPECT_FALSE(decode_sandbox(bytes));
}

TEST(Wire, SizesAtTheLimitPassAndBeyondItAreRefused) {
  Sandbox sandbox;
  sandbox.steps = {File{.target = BoxPath::literal("/f"), .content = ""}};
  const std::size_t rest = encode(sandbox).size();
  std::get<File>(sandbox.steps[0]).content.assign(kWireLimit - rest, 'x');
  EXPECT_TRUE(decode_sandbox(encode(sandbox)));
  std::get<File>(sandbox.steps[0]).content += 'x';
  EXPECT_FALSE(decode_sandbox(encode(sandbox)));
  ExecRequest request;
  const std::size_t frame = encode(request).size() + 4;
  request.environment = {std::string(kPacketPayloadLimit - frame, 'x')};
  EXPECT_TRUE(decode_exec_request(encode(request)));
  request.environment[0] += 'x';
  EXPECT_FALSE(decode_exec_request(encode(request)));
}

}  // namespace
}  // namespace hutch::plan
