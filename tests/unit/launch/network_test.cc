#include "launch/network.h"

#include <gtest/gtest.h>

#include <cstring>

namespace hutch::launch {
namespace {

plan::NetworkRule rule(const char* address, unsigned prefix, bool allow = false) {
  return {.ipv6 = std::strchr(address, ':') != nullptr,
          .address = address,
          .prefix = static_cast<std::uint8_t>(prefix),
          .allow = allow};
}

std::string first(const plan::NetworkRule& of) {
  Address address;
  if (!first_host(of, address)) return "none";
  return std::string(reinterpret_cast<const char*>(address.bytes), of.ipv6 ? 16 : 4);
}

TEST(Network, TheProbeTriesAHostOfTheNetwork) {
  EXPECT_EQ(first(rule("10.0.0.0", 8)), std::string("\x0a\0\0\x01", 4));
  EXPECT_EQ(first(rule("192.0.2.7", 32)), std::string("\xc0\0\x02\x07", 4));
  EXPECT_EQ(first(rule("255.255.255.255", 32)), "\xff\xff\xff\xff");
  EXPECT_EQ(first(rule("fc00::", 7)), std::string("\xfc\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16));
  EXPECT_EQ(first(rule("nonsense", 8)), "none");
  EXPECT_EQ(first(rule("10.0.0", 8)), "none");
}

TEST(Network, AnExceptionCoversTheProbeOnlyWithALongerPrefix) {
  const plan::NetworkRule refused = rule("10.0.0.0", 8);
  EXPECT_FALSE(is_excepted(refused, {refused}));
  EXPECT_TRUE(is_excepted(refused, {refused, rule("10.0.0.1", 32, true)}));
  EXPECT_TRUE(is_excepted(refused, {refused, rule("10.0.0.0", 24, true)}));
  EXPECT_FALSE(is_excepted(refused, {refused, rule("10.0.1.0", 24, true)}));
  EXPECT_FALSE(is_excepted(refused, {refused, rule("0.0.0.0", 0, true)}));
  EXPECT_FALSE(is_excepted(refused, {refused, rule("a00::", 32, true)}));
}

}  // namespace
}  // namespace hutch::launch
