#include "witness/proxy_log.h"

#include <gtest/gtest.h>

#include "os/file.h"
#include "os/pipe.h"

namespace hutch::witness {
namespace {

class Log : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pipe = os::make_pipe();
    ASSERT_TRUE(pipe);
    pipe_ = std::move(*pipe);
    tally_.write_to(pipe_.write.get());
  }
  std::string finish() {
    tally_.finish();
    pipe_.write.reset();
    return os::read_all(pipe_.read.get(), 1u << 20).value_or("?");
  }
  os::Pipe pipe_;
  Tally tally_;
  ProxyLog log_{tally_};
};

constexpr const char* kRefused =
    "C9: -> org.a11y.Bus call a.b.c at /a\n*DENIED* (ping)\nB10: <- (no sender) return from C9\n*REWRITTEN*\n"
    "C10: -> org.freedesktop.secrets call d.e.f at /\n*HIDDEN* (ping)\nB11: <- (no sender) return from C10\n";

TEST_F(Log, KeepsWhatWasRefusedAndNothingElse) {
  log_.take(
      "C1: -> org.freedesktop.DBus call org.freedesktop.DBus.Hello at /org/freedesktop/DBus\n"
      "B1: <- org.freedesktop.DBus return from C1\n*SKIPPED*\n");
  log_.take(kRefused);
  EXPECT_EQ(finish(), "refused org.a11y.Bus a.b.c\nrefused org.freedesktop.secrets d.e.f\n");
}

TEST_F(Log, BytesMayBeCutAnywhere) {
  for (const char c : std::string_view(kRefused)) log_.take({&c, 1});
  EXPECT_EQ(finish(), "refused org.a11y.Bus a.b.c\nrefused org.freedesktop.secrets d.e.f\n");
}

TEST_F(Log, QuestionsAboutANameAreOfThatName) {
  log_.take(
      "C4: -> org.freedesktop.DBus call org.freedesktop.DBus.NameHasOwner at /org/freedesktop/DBus\n"
      "Filtering message due to arg0 org.x, policy: 0 (required 1)\nB11: <- (no sender) return from C4\n"
      "C5: -> org.freedesktop.DBus call org.freedesktop.DBus.RequestName at /org/freedesktop/DBus\n"
      "Filtering message due to arg0 org.y, policy: 0 (required 3)\n*HIDDEN* (ping)\n");
  EXPECT_EQ(finish(),
            "unseen org.x org.freedesktop.DBus.NameHasOwner\nrefused org.y org.freedesktop.DBus.RequestName\n");
}

TEST_F(Log, SignalsOfTheHostAreNobodysRefusal) {
  log_.take(
      "B12: <- org.freedesktop.DBus signal org.freedesktop.DBus.NameOwnerChanged at /org/freedesktop/DBus\n"
      "Filtering message due to arg0 org.x, policy: 0 (required 1)\n*HIDDEN*\n*FILTERED IN*\n");
  EXPECT_EQ(finish(), "");
}

TEST_F(Log, WhatIsRepeatedIsCounted) {
  for (int round = 0; round < 5; ++round) log_.take(kRefused);
  EXPECT_EQ(finish(), "refused org.a11y.Bus a.b.c\nrefused org.freedesktop.secrets d.e.f\ntimes 5 0\ntimes 5 1\n");
}

TEST_F(Log, NoLineIsLongerThanTheLimitAndNoneHasBytesOfItsOwn) {
  log_.take("C1: -> " + std::string(600, 'x') + " call a.b at /\n*HIDDEN*\n");  // left out: too long to be told whole
  log_.take("C2: -> " + std::string(480, 'y') + " call " + std::string(10, 'z') + " at /\n*HIDDEN*\n");
  log_.take("C3: -> a\x1b[2J\xff call b\tc at /\n*DENIED*\n");
  const std::string text = finish();
  EXPECT_EQ(text, "refused " + std::string(480, 'y') + " zzzzzzzzzz\nrefused a?[2J? b?c\n");
}

TEST_F(Log, KindsBeyondTheLimitAreCountedOnly) {
  std::string expected;
  for (std::size_t index = 0; index < instance::kRefusalLimit + 3; ++index) {
    const std::string name = "org.n" + std::to_string(index);
    log_.take("C1: -> " + name + " call a.b at /\n*HIDDEN*\n");
    if (index < instance::kRefusalLimit) expected += "refused " + name + " a.b\n";
  }
  EXPECT_EQ(finish(), expected + "more 3\n");
}

}  // namespace
}  // namespace hutch::witness
