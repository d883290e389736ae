#include "core/portal/bus_address.h"

#include <gtest/gtest.h>

namespace hutch::portal {
namespace {

const HostPath kRuntime = HostPath::literal("/run/user/1000");

TEST(BusAddress, UnixSocketsAreTakenInEveryForm) {
  const struct {
    const char* address;
    const char* formatted;
  } cases[] = {
      {"unix:path=/run/user/1000/bus", "unix:path=/run/user/1000/bus"},
      {"unix:path=/tmp/dbus-x,guid=00ff", "unix:path=/tmp/dbus-x"},
      {"unix:guid=00ff,path=/tmp/a%20b", "unix:path=/tmp/a%20b"},
      {"unix:abstract=/tmp/dbus-%41,guid=1", "unix:abstract=/tmp/dbus-A"},
      {"unix:runtime=yes", "unix:path=/run/user/1000/bus"},
      {"tcp:host=localhost,port=1;unix:path=/a", "unix:path=/a"},
      {"unix:path=/a;unix:path=/b", "unix:path=/a"},
  };
  for (const auto& test : cases) {
    const auto address = parse_bus_address(test.address, kRuntime);
    ASSERT_TRUE(address) << test.address;
    EXPECT_EQ(format_bus_address(*address), test.formatted);
  }
}

TEST(BusAddress, OtherTransportsAndBrokenEntriesAreRefused) {
  for (const char* const address : {"", "tcp:host=localhost,port=1", "autolaunch:", "unixexec:path=/bin/sh",
                                    "unix:path=relative", "unix:path=", "unix:abstract=", "unix:abstract=a%00b",
                                    "unix:path=/a%2", "unix:path=/a%zz", "unix:path=/a/../b", "unix:"}) {
    EXPECT_FALSE(parse_bus_address(address, kRuntime)) << address;
  }
}

}  // namespace
}  // namespace hutch::portal
