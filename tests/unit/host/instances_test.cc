#include "host/instances.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../os/scratch.h"
#include "host/instance_locks.h"
#include "os/file.h"
#include "os/process.h"

namespace hutch::host {
namespace {

using std::chrono::milliseconds;

class Instances : public os::Scratch {
 protected:
  void SetUp() override {
    os::Scratch::SetUp();
    facts.directories.runtime = directory_;
  }

  Instance make(const char* id) {
    auto instance = create_instance(facts, *InstanceId::parse(id));
    EXPECT_TRUE(instance) << instance.error().describe();
    return std::move(*instance);
  }

  // A record that this very process supervises.
  instance::Record record(const char* id, const char* profile, const char* app, std::int64_t started) {
    instance::Record made;
    made.id = *InstanceId::parse(id);
    made.profile = *ProfileName::parse(profile);
    made.app = *AppId::parse(app);
    made.started = started;
    made.supervisor = ::getpid();
    made.supervisor_start = *start_time(::getpid());
    return made;
  }

  Instance run(const char* id, const char* profile, const char* app, std::int64_t started, const char* box = "") {
    Instance instance = make(id);
    instance::Record written = record(id, profile, app, started);
    if (*box != '\0') written.box = *BoxName::parse(box);
    EXPECT_TRUE(write_record(instance.directory, written));
    return instance;
  }

  std::vector<std::string> ids() {
    const auto running = list_instances(facts);
    EXPECT_TRUE(running) << running.error().describe();
    std::vector<std::string> result;
    for (const Running& one : *running) result.push_back(one.record.id.str());
    return result;
  }

  facts::Facts facts;
};

using Ids = std::vector<std::string>;

TEST_F(Instances, AnIdIsMadeOfTheProfileAndSomethingRandom) {
  const auto first = choose_instance_id(facts, *ProfileName::parse("Org.Gimp-3"));
  const auto second = choose_instance_id(facts, *ProfileName::parse("Org.Gimp-3"));
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->str().starts_with("orggimp3")) << first->str();
  EXPECT_EQ(first->str().size(), std::string("orggimp3").size() + 5);
  EXPECT_NE(*first, *second);
}

TEST_F(Instances, AnIdFitsItsGrammarWhateverTheProfileIsCalled) {
  for (const std::string& name : {std::string("7zip"), std::string("9"), std::string(64, 'a'), std::string("a..b")}) {
    const auto id = choose_instance_id(facts, *ProfileName::parse(name));
    ASSERT_TRUE(id) << name;
    EXPECT_LE(id->str().size(), 32U);
  }
}

TEST_F(Instances, ADirectoryIsForItsUserAlone) {
  const Instance instance = make("one");
  struct stat status {};
  ASSERT_EQ(::stat(instance.directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(::stat((instance.directory / "control").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(Instances, TheSameIdCannotRunTwice) {
  const Instance instance = make("one");
  const auto second = create_instance(facts, *InstanceId::parse("one"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
}

TEST_F(Instances, AnIdIsFreeAgainOnceItsInstanceIsDead) {
  { const Instance instance = run("one", "gedit", "org.gnome.gedit", 1); }
  const Instance again = make("one");
  EXPECT_FALSE(os::exists(again.directory / "record.json"));
}

TEST_F(Instances, TheDeadAreSweptWithWhatThePortalsKnewOfThem) {
  const Instance alive = run("alive", "gedit", "org.gnome.gedit", 1);
  const HostPath portal = directory_ / ".flatpak";
  ASSERT_TRUE(os::make_directories(portal / "dead", 0700));
  ASSERT_TRUE(os::make_directories(portal / "alive", 0700));
  { const Instance dead = run("dead", "gedit", "org.gnome.gedit", 2); }
  EXPECT_EQ(ids(), Ids{"alive"});
  EXPECT_FALSE(os::exists(instances_directory(facts) / "dead"));
  EXPECT_FALSE(os::exists(portal / "dead"));
  EXPECT_TRUE(os::exists(portal / "alive"));
}

TEST_F(Instances, ADirectoryWithoutALockIsSweptUnlessOneIsBeingMade) {
  const HostPath parent = instances_directory(facts);
  ASSERT_TRUE(os::make_directories(parent / "halfmade", 0700));
  {
    const auto guard = guard_creation(parent);
    ASSERT_TRUE(guard);
    EXPECT_EQ(ids(), Ids{});
    EXPECT_TRUE(os::exists(parent / "halfmade"));
  }
  EXPECT_EQ(ids(), Ids{});
  EXPECT_FALSE(os::exists(parent / "halfmade"));
}

TEST_F(Instances, WhatIsNoInstanceIsLeftAlone) {
  const HostPath parent = instances_directory(facts);
  ASSERT_TRUE(os::make_directories(parent / "Not-An-Id", 0700));
  EXPECT_EQ(ids(), Ids{});
  EXPECT_TRUE(os::exists(parent / "Not-An-Id"));
}

TEST_F(Instances, AreListedOldestFirst) {
  const Instance second = run("aaa", "gedit", "org.gnome.gedit", 200);
  const Instance first = run("bbb", "gedit", "org.gnome.gedit", 100);
  EXPECT_EQ(ids(), (Ids{"bbb", "aaa"}));
}

TEST_F(Instances, ADamagedRecordDoesNotHideTheOthers) {
  const Instance good = run("good", "gedit", "org.gnome.gedit", 1);
  const Instance bad = make("bad");
  ASSERT_TRUE(os::replace_file(bad.directory / "record.json", "{", 0600));
  EXPECT_EQ(ids(), Ids{"good"});
  EXPECT_TRUE(os::exists(bad.directory));
}

TEST_F(Instances, NoneIsNoError) {
  EXPECT_EQ(ids(), Ids{});
}

TEST_F(Instances, GoByIdProfileBoxAndAppId) {
  const Instance editor = run("gedita", "gedit", "org.gnome.gedit", 1);
  const Instance work = run("foxa", "firefox", "org.mozilla.firefox", 2, "work");
  for (const char* const name : {"gedita", "gedit", "org.gnome.gedit"}) {
    const auto found = find_instance(facts, name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->record.id.str(), "gedita");
  }
  EXPECT_EQ(find_instance(facts, "firefox@work")->record.id.str(), "foxa");
  EXPECT_FALSE(find_instance(facts, "firefox@home"));
}

TEST_F(Instances, AnUnclearNameListsTheIds) {
  const Instance one = run("foxa", "firefox", "org.mozilla.firefox", 1);
  const Instance two = run("foxb", "firefox", "org.mozilla.firefox", 2, "work");
  const auto found = find_instance(facts, "firefox");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::kConflict);
  EXPECT_NE(found.error().message.find("foxa, foxb"), std::string::npos) << found.error().message;
  EXPECT_EQ(find_instances(facts, "firefox")->size(), 2U);
}

TEST_F(Instances, AMissedNameGetsAGuess) {
  const Instance one = run("foxa", "firefox", "org.mozilla.firefox", 1);
  const auto found = find_instance(facts, "fierfox");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(found.error().hint.find("'firefox'"), std::string::npos) << found.error().hint;
}

TEST_F(Instances, TheWordsOfAnErrorCannotSteerATerminal) {
  const auto found = find_instance(facts, "\x1b[2J");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message.find('\x1b'), std::string::npos);
}

TEST_F(Instances, AReusedPidIsNoSupervisor) {
  const Instance instance = run("one", "gedit", "org.gnome.gedit", 1);
  Running running = *find_instance(facts, "one");
  EXPECT_TRUE(open_supervisor(running)->has_value());
  running.record.supervisor_start += 1;
  EXPECT_FALSE(open_supervisor(running)->has_value());
}

TEST_F(Instances, ASupervisorWithoutItsLockIsNone) {
  Running running;
  {
    const Instance instance = run("one", "gedit", "org.gnome.gedit", 1);
    running = *find_instance(facts, "one");
  }
  EXPECT_FALSE(open_supervisor(running)->has_value());
}

TEST_F(Instances, WaitingEndsWithTheSupervisorOrTheTime) {
  const Instance instance = run("one", "gedit", "org.gnome.gedit", 1);
  auto child = os::Process::spawn({.program = HostPath::literal("/bin/sleep"), .arguments = {"sleep", "1000"}});
  ASSERT_TRUE(child);
  Running running = *find_instance(facts, "one");
  running.record.supervisor = child->pid();
  running.record.supervisor_start = *start_time(child->pid());
  EXPECT_FALSE(*wait_for_end(running, milliseconds(20)));
  ASSERT_TRUE(child->signal(SIGKILL));
  EXPECT_TRUE(*wait_for_end(running, milliseconds(10000)));
  EXPECT_TRUE(*wait_for_end(running, std::nullopt));
}

TEST_F(Instances, ADirectoryThatOthersCanWriteIsRefused) {
  const HostPath parent = instances_directory(facts);
  ASSERT_TRUE(os::make_directories(parent, 0700));
  ASSERT_EQ(::chmod(parent.c_str(), 0777), 0);
  const auto refused = create_instance(facts, *InstanceId::parse("one"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kDenied);
}

TEST_F(Instances, AFailedStartLeavesNothing) {
  const Instance instance = make("one");
  discard_instance(instance);
  EXPECT_FALSE(os::exists(instance.directory));
}

TEST_F(Instances, StartTimeIsReadBehindTheCommandsParentheses) {
  auto child = os::Process::spawn({.program = HostPath::literal("/bin/sleep"), .arguments = {"sleep", "1000"}});
  ASSERT_TRUE(child);
  ASSERT_TRUE(start_time(child->pid()));
  EXPECT_GE(*start_time(child->pid()), *start_time(::getpid()));
  EXPECT_FALSE(start_time(-1));
}

}  // namespace
}  // namespace hutch::host
