#include "core/portal/table.h"

#include <gtest/gtest.h>

#include "core/portal/bus_names.h"

namespace hutch::portal {
namespace {

TEST(Table, EveryRuleIsOneTheProxyCanMatch) {
  ASSERT_GT(table().size(), 50u);
  for (const TableRule& rule : table()) {
    const std::string_view option = rule.option;
    if (option.starts_with("--talk=")) {
      EXPECT_TRUE(is_bus_name_pattern(option.substr(7))) << option;
      continue;
    }
    ASSERT_TRUE(option.starts_with("--call=") || option.starts_with("--broadcast=")) << option;
    const std::size_t name = option.find('=') + 1;
    const std::size_t end = option.find('=', name);
    EXPECT_TRUE(is_bus_name_pattern(option.substr(name, end - name))) << option;
    EXPECT_TRUE(is_call_rule(option.substr(end + 1))) << option;
    EXPECT_NE(option.find('@'), std::string_view::npos) << option;
  }
}

TEST(Table, NoRuleReachesWhatWouldLeadOut) {
  for (const TableRule& rule : table()) {
    for (const char* const name :
         {"org.freedesktop.systemd1", "org.freedesktop.Flatpak", "org.freedesktop.impl.", "PermissionStore",
          "org.freedesktop.DBus.Properties.Set@/org/freedesktop/portal/desktop", "Documents.Add",
          "Documents.GrantPermissions", "DynamicLauncher", "org.freedesktop.host.portal"}) {
      EXPECT_EQ(rule.option.find(name), std::string_view::npos) << rule.option;
    }
  }
}

}  // namespace
}  // namespace hutch::portal
