// An app in its default box and in another one, each behind its own filter on the same bus: both are what they take
// themselves for, and neither is reached in the other's place.
#include <algorithm>
#include <cstring>

#include "host/bus_proxy.h"
#include "host/raw_bus.h"
#include "scene.h"

namespace hutch {
namespace {

using host::BusMessage;
using host::method_call;
using host::RawBus;

const HostPath kLauncher = HostPath::literal(HUTCH_LAUNCH_PROGRAM);
constexpr std::chrono::milliseconds kTimeout{5000};
constexpr const char* kBus = "org.freedesktop.DBus";

// RequestName without a queue; 1 is "owner", 3 "somebody else has it" (D-Bus specification).
std::uint32_t request(RawBus& bus, const std::string& name) {
  BusMessage message = method_call(kBus, "/org/freedesktop/DBus", kBus, "RequestName");
  add_string(message, name);
  add_number(message, 4);
  const auto answer = bus.call(std::move(message));
  std::uint32_t value = 0;
  if (answer && answer->type == BusMessage::Type::kReturn && answer->body.size() == sizeof value) {
    std::memcpy(&value, answer->body.data(), sizeof value);
  }
  return value;
}

std::string owner_of(RawBus& bus, const std::string& name) {
  BusMessage message = method_call(kBus, "/org/freedesktop/DBus", kBus, "GetNameOwner");
  add_string(message, name);
  const auto answer = bus.call(std::move(message));
  return answer && answer->type == BusMessage::Type::kReturn ? answer->first_string().value_or("") : std::string();
}

// The next message of this kind that it gets.
std::optional<BusMessage> next_call(RawBus& bus, const std::string& member) {
  for (;;) {
    auto message = bus.receive(kTimeout);
    if (!message || !*message) return std::nullopt;
    if ((*message)->member == member) return std::move(**message);
  }
}

class Boxes : public Scene {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Scene::SetUp());
    ASSERT_NO_FATAL_FAILURE(start(proxy()));
    plain_ = proxy().buses.front().socket;
    ASSERT_NO_FATAL_FAILURE(make_box());
  }

  void make_box() {
    auto facts = host::probe();
    ASSERT_TRUE(facts) << facts.error().describe();
    facts->directories.runtime = runtime_;
    facts->desktop.session_bus = "unix:path=" + bus_->bus_socket().str();
    facts->desktop.system_bus.reset();
    facts->programs.box_names = HostPath::literal(HUTCH_NAMES_PROGRAM);
    auto profile = sample_profile({sample_grant(profile::Kind::kPortal, "settings"),
                                   sample_grant(profile::Kind::kSessionBus, "org.legacy.Player", "own")});
    profile.box = *BoxName::parse("work");
    profile.default_app = profile.app;
    profile.app = *AppId::parse("org.example.Player.work");
    host::look_up(*facts, portal::wanted_paths(profile, *facts));
    const HostPath directory = runtime_ / "hutch/playerab2";
    ASSERT_TRUE(os::make_directories(directory, 0700));
    const auto identity = portal::identity_for(profile, *facts, *InstanceId::parse("playerab2"));
    auto made = portal::bus_proxy_for(profile, *facts, directory, identity);
    ASSERT_TRUE(made && *made);
    ASSERT_TRUE((*made)->names);
    ASSERT_NO_FATAL_FAILURE(start(**made));
    boxed_ = (*made)->buses.front().socket;
  }

  void start(const plan::BusProxy& proxy) {
    auto filter = host::start_bus_proxy(proxy, kLauncher, life_of_helpers_.get());
    ASSERT_TRUE(filter) << filter.error().describe();
    helpers_.push_back(std::move(*filter));
    const Status ready = host::await_ready(helpers_.back(), life_.get());
    ASSERT_TRUE(ready) << ready.error().describe();
    if (!proxy.names) return;
    auto names = host::start_box_names(proxy, kLauncher, life_of_helpers_.get());
    ASSERT_TRUE(names) << names.error().describe();
    helpers_.push_back(std::move(*names));
    const Status also = host::await_ready(helpers_.back(), life_.get());
    ASSERT_TRUE(also) << also.error().describe();
  }

  RawBus connect(const HostPath& socket) {
    auto bus = RawBus::connect(socket);
    EXPECT_TRUE(bus) << bus.error().describe();
    return std::move(*bus);
  }

  std::vector<host::Helper> helpers_;
  HostPath plain_;
  HostPath boxed_;
};

TEST_F(Boxes, EachOwnsItsNamesBesideTheOther) {
  RawBus host = connect(bus_->bus_socket());
  RawBus plain = connect(plain_);
  RawBus boxed = connect(boxed_);
  EXPECT_EQ(request(plain, "org.example.Player"), 1u);
  EXPECT_EQ(request(boxed, "org.example.Player"), 1u);
  EXPECT_EQ(request(boxed, "org.legacy.Player"), 1u);
  EXPECT_EQ(request(boxed, "org.example.Other"), 0u);
  EXPECT_EQ(owner_of(host, "org.example.Player"), plain.unique_name());
  EXPECT_EQ(owner_of(host, "org.example.Player.work"), boxed.unique_name());
  EXPECT_EQ(owner_of(host, "org.legacy.Player.work"), boxed.unique_name());
  EXPECT_EQ(owner_of(boxed, "org.example.Player"), boxed.unique_name());
  EXPECT_EQ(owner_of(plain, "org.example.Player"), plain.unique_name());
  RawBus second = connect(boxed_);
  EXPECT_EQ(request(second, "org.example.Player"), 3u);
}

TEST_F(Boxes, ASecondStartReachesTheOneOfItsBox) {
  RawBus plain = connect(plain_);
  RawBus boxed = connect(boxed_);
  ASSERT_EQ(request(plain, "org.example.Player"), 1u);
  ASSERT_EQ(request(boxed, "org.example.Player"), 1u);
  RawBus second = connect(boxed_);
  ASSERT_TRUE(second.send(method_call("org.example.Player", "/x", "org.example.Face", "Small")));
  const auto small = next_call(boxed, "Small");
  ASSERT_TRUE(small);
  EXPECT_EQ(small->sender, second.unique_name());
  EXPECT_EQ(small->destination, "org.example.Player");
  ASSERT_TRUE(plain.call(method_call(kBus, "/", kBus, "GetId")));
  for (;;) {
    const auto message = plain.receive(std::chrono::milliseconds(0));
    if (!message || !*message) break;
    EXPECT_NE((*message)->member, "Small");
  }
}

TEST_F(Boxes, TheHostFindsItUnderItsIdInTheBox) {
  RawBus host = connect(bus_->bus_socket());
  RawBus boxed = connect(boxed_);
  ASSERT_EQ(request(boxed, "org.example.Player"), 1u);
  (void)next_call(boxed, "NameAcquired");  // its unique name
  const auto acquired = next_call(boxed, "NameAcquired");
  ASSERT_TRUE(acquired);
  EXPECT_EQ(acquired->first_string(), "org.example.Player");
  ASSERT_TRUE(host.send(
      method_call("org.example.Player.work", "/org/example/Player/work", "org.freedesktop.Application", "Activate")));
  const auto called = next_call(boxed, "Activate");
  ASSERT_TRUE(called);
  EXPECT_EQ(called->path, "/org/example/Player");
}

TEST_F(Boxes, ANameThatChangesHandsIsTold) {
  RawBus boxed = connect(boxed_);
  RawBus watcher = connect(boxed_);
  ASSERT_TRUE(watcher.match("type='signal',member='NameOwnerChanged',arg0='org.example.Player'"));
  ASSERT_EQ(request(boxed, "org.example.Player"), 1u);
  const auto changed = next_call(watcher, "NameOwnerChanged");
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->first_string(), "org.example.Player");
}

TEST_F(Boxes, EndsWhenTheLifePairHangsUp) {
  RawBus boxed = connect(boxed_);
  life_.reset();
  for (host::Helper& helper : helpers_) {
    const auto ending = helper.process.wait();
    ASSERT_TRUE(ending);
    EXPECT_FALSE(ending->was_signalled) << helper.name;
  }
}

TEST_F(Boxes, SeesNothingButItselfAndTheSockets) {
  const HostPath root = *HostPath::parse("/proc/" + std::to_string(helpers_.back().process.pid()) + "/root");
  const std::string bus = (runtime_ / "hutch/playerab2").str();
  EXPECT_EQ(*os::list_directory(*HostPath::parse(root.str() + runtime_.str())), std::vector<std::string>{"hutch"});
  EXPECT_EQ(*os::list_directory(*HostPath::parse(root.str() + bus)), std::vector<std::string>{"bus"});
  EXPECT_FALSE(os::exists(*HostPath::parse(root.str() + "/usr/bin/env")));
}

}  // namespace
}  // namespace hutch
