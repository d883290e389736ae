#include "core/network/addresses.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace hutch::network {
namespace {

std::array<unsigned char, 16> bytes_of(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  EXPECT_EQ(inet_pton(is_ipv6(address) ? AF_INET6 : AF_INET, address.c_str(), bytes.data()), 1) << address;
  return bytes;
}

bool holds(const plan::NetworkRule& rule, const std::string& address) {
  if (rule.ipv6 != is_ipv6(address)) return false;
  const auto network = bytes_of(rule.address);
  const auto asked = bytes_of(address);
  for (unsigned bit = 0; bit < rule.prefix; ++bit) {
    const unsigned mask = 0x80u >> (bit % 8);
    if ((network[bit / 8] & mask) != (asked[bit / 8] & mask)) return false;
  }
  return true;
}

// As the kernel decides: the longest prefix, allowing before refusing.
bool passes(const std::vector<plan::NetworkRule>& rules, const std::string& address) {
  int best = -1;
  bool allowed = true;
  for (const plan::NetworkRule& rule : rules) {
    if (!holds(rule, address)) continue;
    if (rule.prefix > best || (rule.prefix == best && rule.allow)) allowed = rule.allow;
    best = std::max(best, static_cast<int>(rule.prefix));
  }
  return allowed;
}

const std::vector<std::string> kHost = {"127.0.0.1",  "192.168.7.10", "203.0.113.9",         "::1",
                                        "fe80::1234", "fd00:7::10",   "2001:db8:7:1:a:b:c:d"};

TEST(Addresses, EveryRuleIsANetworkWithoutHostBits) {
  for (const auto& rules : {refuse_host_loopback(), refuse_local(kHost), refuse_remote(kHost)}) {
    for (const plan::NetworkRule& rule : rules) {
      const auto bytes = bytes_of(rule.address);
      EXPECT_EQ(rule.ipv6, is_ipv6(rule.address));
      for (unsigned bit = rule.prefix; bit < (rule.ipv6 ? 128u : 32u); ++bit) {
        EXPECT_EQ(bytes[bit / 8] & (0x80u >> (bit % 8)), 0u) << rule.address << "/" << unsigned{rule.prefix};
      }
    }
  }
}

TEST(Addresses, NoNetworkStandsTwice) {
  for (const auto& rules : {refuse_host_loopback(), refuse_local(kHost), refuse_remote(kHost)}) {
    for (std::size_t left = 0; left < rules.size(); ++left) {
      for (std::size_t right = left + 1; right < rules.size(); ++right) {
        EXPECT_FALSE(rules[left].prefix == rules[right].prefix && holds(rules[left], rules[right].address))
            << rules[left].address << " " << rules[right].address;
      }
    }
  }
}

TEST(Addresses, PrivateRefusesTheHostsLoopbackInEverySpelling) {
  const auto rules = refuse_host_loopback();
  for (const char* const address : {"127.0.0.1", "127.255.0.1", "0.0.0.1", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_FALSE(passes(rules, address)) << address;
  }
  for (const char* const address : {"192.168.1.1", "8.8.8.8", "fe80::1", "2001:db8::1", "169.254.169.254"}) {
    EXPECT_TRUE(passes(rules, address)) << address;
  }
}

TEST(Addresses, InternetIsWithoutLanHostAndMetadata) {
  const auto rules = refuse_local(kHost);
  for (const char* const address : {"10.0.0.1",
                                    "10.255.255.255",
                                    "172.16.0.1",
                                    "172.31.255.255",
                                    "192.168.0.1",
                                    "100.64.0.1",
                                    "100.127.255.255",
                                    "169.254.169.254",
                                    "127.0.0.1",
                                    "0.0.0.0",
                                    "192.0.0.8",
                                    "198.18.0.1",
                                    "224.0.0.251",
                                    "239.255.255.250",
                                    "255.255.255.255",
                                    "203.0.113.9",
                                    "::1",
                                    "fe80::1",
                                    "fec0::1",
                                    "fd00::1",
                                    "fcff::1",
                                    "ff02::fb",
                                    "ff05::2",
                                    "::ffff:8.8.8.8",
                                    "2002:a00:1::1",
                                    "64:ff9b::10.0.0.1",
                                    "64:ff9b::192.168.1.1",
                                    "64:ff9b::127.0.0.1",
                                    "64:ff9b::203.0.113.9",
                                    "64:ff9b:1::1",
                                    "fd00:ec2::254",
                                    "2001:db8:7:1::",
                                    "2001:db8:7:1:a:b:c:d",
                                    "2001:db8:7:1:ffff::1"}) {
    EXPECT_FALSE(passes(rules, address)) << address;
  }
  for (const char* const address :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0",
        "192.0.0.53", "203.0.113.10", "2001:db8:7:2::1", "2606:4700::1111", "64:ff9b::8.8.8.8"}) {
    EXPECT_TRUE(passes(rules, address)) << address;
  }
}

TEST(Addresses, LanIsTheLanAndTheNameServer) {
  const auto rules = refuse_remote(kHost);
  for (const char* const address :
       {"10.0.0.1", "172.20.0.1", "192.168.7.1", "169.254.1.1", "224.0.0.251", "239.255.255.250", "255.255.255.255",
        "192.0.0.53", "fe80::1", "fd00:7::1", "ff02::fb", "2001:db8:7:1::1"}) {
    EXPECT_TRUE(passes(rules, address)) << address;
  }
  for (const char* const address :
       {"1.1.1.1", "203.0.113.9", "203.0.113.10", "100.64.0.1", "192.0.0.54", "127.0.0.1", "169.254.169.254",
        "192.168.7.10", "fd00:7::10", "2001:db8:7:1:a:b:c:d", "::1", "::ffff:10.0.0.1", "2001:db8:7:2::1",
        "2606:4700::1111", "ff0e::1", "64:ff9b::10.0.0.1", "fd00:ec2::254", "239.1.1.1"}) {
    EXPECT_FALSE(passes(rules, address)) << address;
  }
}

TEST(Addresses, LanPrefixesAreReadFromEverySpelling) {
  struct Case {
    const char* address;
    const char* prefix;
  };
  for (const auto& [address, prefix] :
       {Case{"2001:db8::1", "2001:db8:0:0::"}, Case{"2001:db8:1::2:3:4:5", "2001:db8:1:0::"},
        Case{"2a00:1:2:3:4:5:6:7", "2a00:1:2:3::"}, Case{"2a00:1:2:3::7", "2a00:1:2:3::"}}) {
    const auto rules = refuse_local({address});
    const plan::NetworkRule expected{.ipv6 = true, .address = prefix, .prefix = 64, .allow = false};
    EXPECT_EQ(std::ranges::count(rules, expected), 1) << address;
  }
}

TEST(Addresses, TwoAddressesOfOnePrefixMakeOneRule) {
  const auto rules = refuse_local({"2001:db8::1", "2001:db8::2"});
  EXPECT_EQ(std::ranges::count_if(rules, [](const auto& rule) { return rule.prefix == 64; }), 1);
}

TEST(Addresses, AddressesThatAreNoneAreLeftOut) {
  EXPECT_EQ(refuse_local({"2001:db8", "2001:db8::1::2", "2001:db8::12345", "2001::%eth0", "2001:1:2:3:4:5:6:7:8"}),
            refuse_local({}));
}

TEST(Addresses, LoopbackAndLinkLocalAreNotRoutable) {
  for (const char* const address : {"127.0.0.53", "169.254.2.1", "::1", "fe80::1", "febf::1", "::ffff:1.2.3.4"}) {
    EXPECT_FALSE(is_routable(address)) << address;
  }
  for (const char* const address : {"192.168.1.1", "8.8.8.8", "fd00::1", "2001:db8::1"}) {
    EXPECT_TRUE(is_routable(address)) << address;
  }
}

}  // namespace
}  // namespace hutch::network
