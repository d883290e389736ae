#include "core/portal/identity.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace hutch::portal {
namespace {

using profile::Kind;

TEST(Identity, NamesTheAppAndTheInstance) {
  const auto identity = identity_for(sample_profile({}), sample_facts(), *InstanceId::parse("geditab12c"));
  EXPECT_EQ(identity.app.str(), "org.gnome.gedit");
  EXPECT_EQ(identity.directory.str(), "/run/user/1000/.flatpak/geditab12c");
  EXPECT_EQ(identity.info, "[Application]\nname=org.gnome.gedit\nruntime=\n\n[Instance]\ninstance-id=geditab12c\n");
}

TEST(Identity, SharesTheNetworkOnlyWhenThereIsOne) {
  const auto id = *InstanceId::parse("a");
  const auto info = [&](const char* mode) {
    return identity_for(sample_profile({grant(Kind::kNetwork, "network", mode)}), sample_facts(), id).info;
  };
  EXPECT_EQ(info("none").find("shared"), std::string::npos);
  for (const char* const mode : {"private", "internet", "lan", "host"}) {
    EXPECT_TRUE(info(mode).ends_with("\n[Context]\nshared=network;\n")) << mode;
  }
}

}  // namespace
}  // namespace hutch::portal
