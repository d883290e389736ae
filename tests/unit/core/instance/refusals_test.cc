#include "core/instance/refusals.h"

#include <gtest/gtest.h>

#include "core/instance/counters.h"

namespace hutch::instance {
namespace {

TEST(Refusals, LinesComeBack) {
  const Refusals refusals = parse_refusals(
      "refused org.a a.b.c\nunseen org.b d\ncall 101 c000003e\nunroutable 2\nblocked 3\ntimes 7 1\nmore 4\n");
  ASSERT_EQ(refusals.list.size(), 3U);
  EXPECT_EQ(refusals.list[0], (Refusal{.kind = Refusal::Kind::kBusCall, .name = "org.a", .member = "a.b.c"}));
  EXPECT_EQ(refusals.list[1].times, 7U);
  EXPECT_EQ(refusals.list[2].number, 101U);
  EXPECT_EQ(refusals.list[2].architecture, 0xc000003eU);
  EXPECT_EQ(refusals.unroutable, 2U);
  EXPECT_EQ(refusals.blocked, 3U);
  EXPECT_EQ(refusals.left_out, 4U);
}

TEST(Refusals, NonsenseIsLeftOut) {
  const Refusals refusals =
      parse_refusals("refused\ncall x c0\ncall 1 zz\ntimes 3 9\nunroutable -1\nhello there you\n\n");
  EXPECT_TRUE(refusals.empty());
}

TEST(Refusals, NoMoreThanTheLimitIsRead) {
  std::string text;
  for (std::size_t index = 0; index < kRefusalLimit + 9; ++index)
    text += "refused org.n" + std::to_string(index) + " m\n";
  EXPECT_EQ(parse_refusals(text).list.size(), kRefusalLimit);
}

TEST(Counters, AreFoundByTheirNames) {
  constexpr const char* kSnmp =
      "Ip: Forwarding DefaultTTL OutNoRoutes\nIp: 2 64 17\nIcmp: InMsgs OutNoRoutes\nIcmp: 1 2\n";
  EXPECT_EQ(ip_counter(kSnmp, "OutNoRoutes"), 17U);
  EXPECT_EQ(ip_counter(kSnmp, "Nothing"), 0U);
  EXPECT_EQ(ip_counter("Ip: OutNoRoutes", "OutNoRoutes"), 0U);
  EXPECT_EQ(named_counter("Ip6InReceives   \t5\nIp6OutNoRoutes                  \t9\n", "Ip6OutNoRoutes"), 9U);
  EXPECT_EQ(named_counter("", "Ip6OutNoRoutes"), 0U);
}

}  // namespace
}  // namespace hutch::instance
