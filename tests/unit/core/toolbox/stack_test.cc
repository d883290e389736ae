#include "core/toolbox/stack.h"

#include <gtest/gtest.h>

#include <random>

namespace hutch::toolbox {
namespace {

image::Digest digest(char digit) {
  return *image::Digest::parse("sha256:" + std::string(64, digit));
}

Stack fresh() {
  Stack stack;
  stack.base = {digest('a'), digest('b')};
  stack.upper = "1";
  return stack;
}

TEST(Stack, ReadsWhatItWrites) {
  Stack stack = fresh();
  ASSERT_TRUE(take_snapshot(stack, "one", 10, "2"));
  ASSERT_TRUE(roll_back(stack, "one", 11, "3"));
  change_base(stack, {digest('c')}, "rebase", 12, "4");
  const auto again = parse_stack(format(stack));
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(*again, stack);
}

TEST(Stack, ASnapshotFreezesWhatWasWritable) {
  Stack stack = fresh();
  ASSERT_TRUE(take_snapshot(stack, "one", 10, "2"));
  EXPECT_EQ(stack.frozen, Uppers{"1"});
  EXPECT_EQ(stack.upper, "2");
  EXPECT_EQ(stack.snapshots.back().frozen, Uppers{"1"});
}

TEST(Stack, TwoSnapshotsCannotHaveOneName) {
  Stack stack = fresh();
  ASSERT_TRUE(take_snapshot(stack, "one", 10, "2"));
  const auto second = take_snapshot(stack, "one", 11, "3");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(stack.upper, "2");
}

TEST(Stack, WhatIsBegunIsUndone) {
  Stack stack = fresh();
  ASSERT_TRUE(begin_change(stack, "upgrade", "before", 10, "2", "3"));
  EXPECT_EQ(stack.upper, "2");
  EXPECT_EQ(uppers_of(stack), (std::set<std::string>{"1", "2", "3"}));
  ASSERT_TRUE(undo(stack, 11));
  EXPECT_EQ(stack.frozen, Uppers{"1"});
  EXPECT_EQ(stack.upper, "3");
  ASSERT_TRUE(undo(stack, 12));
  EXPECT_EQ(stack.upper, "2");
}

TEST(Stack, GoingBackKeepsWhatWasThereToReturnTo) {
  Stack stack = fresh();
  ASSERT_TRUE(take_snapshot(stack, "one", 10, "2"));
  const Stack before = stack;
  ASSERT_TRUE(roll_back(stack, "one", 11, "3"));
  EXPECT_EQ(stack.upper, "3");
  ASSERT_TRUE(undo(stack, 12));
  EXPECT_EQ(stack.upper, before.upper);
  EXPECT_EQ(stack.frozen, before.frozen);
  ASSERT_TRUE(undo(stack, 13));
  EXPECT_EQ(stack.upper, "3");
}

TEST(Stack, AnUnknownSnapshotNamesThoseThatThereAre) {
  Stack stack = fresh();
  ASSERT_TRUE(take_snapshot(stack, "one", 10, "2"));
  const auto back = roll_back(stack, "two", 11, "3");
  ASSERT_FALSE(back);
  EXPECT_NE(back.error().hint.find("one"), std::string::npos);
}

TEST(Stack, ASnapshotRemembersItsImage) {
  Stack stack = fresh();
  ASSERT_TRUE(take_snapshot(stack, "one", 10, "2"));
  change_base(stack, {digest('c')}, "rebase", 11, "3");
  EXPECT_TRUE(stack.frozen.empty());
  ASSERT_TRUE(roll_back(stack, "one", 12, "4"));
  EXPECT_EQ(stack.base, (std::vector{digest('a'), digest('b')}));
  EXPECT_EQ(layers_of(stack), (std::set{digest('a'), digest('b'), digest('c')}));
}

TEST(Stack, NothingIsUndoneTwiceMoreThanDone) {
  Stack stack = fresh();
  EXPECT_FALSE(undo(stack, 1));
}

TEST(Stack, DepthIsBounded) {
  Stack stack = fresh();
  std::size_t taken = 0;
  while (taken < 2 * kDepthLimit && take_snapshot(stack, "s" + std::to_string(taken), 1, std::to_string(taken + 10))) {
    ++taken;
  }
  EXPECT_EQ(stack.base.size() + stack.frozen.size() + 1, kDepthLimit);
  EXPECT_TRUE(parse_stack(format(stack)));
}

TEST(Stack, RefusesNamesThatLeadElsewhere) {
  Stack stack = fresh();
  for (const char* const name : {"..", "a/b", "", "G", "/"}) {
    stack.upper = name;
    EXPECT_FALSE(parse_stack(format(stack))) << name;
  }
}

// Whatever is done, every directory that could be needed again is named.
TEST(Stack, NeverForgetsADirectoryItCouldReturnTo) {
  std::mt19937 random(7);
  Stack stack = fresh();
  int next = 2;
  std::vector<Stack> seen;
  for (int step = 0; step < 60; ++step) {
    const auto upper = [&] { return std::to_string(next++); };
    switch (random() % 4) {
      case 0:
        ASSERT_TRUE(take_snapshot(stack, "s" + std::to_string(step), step, upper()));
        break;
      case 1:
        if (!stack.snapshots.empty()) {
          ASSERT_TRUE(roll_back(stack, stack.snapshots[random() % stack.snapshots.size()].name, step, upper()));
        }
        break;
      case 2:
        (void)undo(stack, step);
        break;
      default:
        freeze(stack, upper());
        break;
    }
    const std::set<std::string> named = uppers_of(stack);
    for (const Snapshot& snapshot : stack.snapshots) {
      for (const std::string& name : snapshot.frozen) EXPECT_TRUE(named.contains(name));
    }
    for (const std::string& name : stack.frozen) EXPECT_TRUE(named.contains(name));
    EXPECT_TRUE(named.contains(stack.upper));
    EXPECT_EQ(std::count(stack.frozen.begin(), stack.frozen.end(), stack.upper), 0) << "frozen and writable at once";
  }
}

}  // namespace
}  // namespace hutch::toolbox
