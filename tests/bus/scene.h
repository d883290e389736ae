// One launch as the coordinator meets it: a private session bus, an instance directory, a plan with a bus proxy. The
// test plays the supervisor.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "core/plan/channel.h"
#include "core/plan/plan.h"
#include "core/portal/bus_rules.h"
#include "core/portal/identity.h"
#include "host/instances.h"
#include "host/private_bus.h"
#include "host/probe.h"
#include "os/file.h"
#include "os/process.h"

namespace hutch {

inline profile::Profile sample_profile(std::vector<profile::Grant> grants) {
  profile::Profile profile;
  profile.id = *ProfileName::parse("player");
  profile.app = *AppId::parse("org.example.Player");
  profile.grants = std::move(grants);
  return profile;
}

inline profile::Grant sample_grant(profile::Kind kind, std::string name, std::string access = {}) {
  return {.kind = kind, .name = std::move(name), .access = std::move(access)};
}

class Scene : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/hutch-scene-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    runtime_ = *HostPath::parse(name);
    auto bus = host::PrivateBus::start(runtime_);
    ASSERT_TRUE(bus) << bus.error().describe();
    bus_.emplace(std::move(*bus));
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    life_ = os::Fd(pair[0]);
    life_of_helpers_ = os::Fd(pair[1]);
    ASSERT_NO_FATAL_FAILURE(make_plan());
  }
  void TearDown() override {
    bus_.reset();
    EXPECT_TRUE(os::remove_tree(runtime_));
  }

  void make_plan() {
    plan_.profile = *ProfileName::parse("player");
    plan_.app = *AppId::parse("org.example.Player");
    plan_.instance = *InstanceId::parse("playerab1");
    plan_.instance_directory = runtime_ / "hutch/playerab1";
    plan_.network_mode = "none";
    plan_.sandbox.command.arguments = {"player"};
    ASSERT_TRUE(os::make_directories(plan_.instance_directory, 0700));
    auto facts = host::probe();
    ASSERT_TRUE(facts) << facts.error().describe();
    facts->directories.runtime = runtime_;
    facts->desktop.session_bus = "unix:path=" + bus_->bus_socket().str();
    facts->desktop.system_bus.reset();
    const auto profile = sample_profile({sample_grant(profile::Kind::kPortal, "settings")});
    host::look_up(*facts, portal::wanted_paths(profile, *facts));
    plan_.identity = portal::identity_for(profile, *facts, plan_.instance);
    auto proxy = portal::bus_proxy_for(profile, *facts, plan_.instance_directory, *plan_.identity);
    ASSERT_TRUE(proxy) << proxy.error().describe();
    ASSERT_TRUE(*proxy);
    plan_.helpers.emplace_back(std::move(**proxy));
    const auto record = host::record_of(plan_);
    ASSERT_TRUE(record);
    ASSERT_TRUE(host::write_record(plan_.instance_directory, *record));
  }

  [[nodiscard]] plan::BusProxy& proxy() { return std::get<plan::BusProxy>(plan_.helpers.front()); }

  HostPath runtime_;
  std::optional<host::PrivateBus> bus_;
  os::Fd life_;
  os::Fd life_of_helpers_;
  plan::Plan plan_;
};

}  // namespace hutch
