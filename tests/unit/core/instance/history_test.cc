#include "core/instance/history.h"

#include <gtest/gtest.h>

namespace hutch::instance {
namespace {

Record record_of_gedit() {
  Record record;
  record.id = *InstanceId::parse("gedit1");
  record.app = *AppId::parse("org.gnome.gedit");
  record.profile = *ProfileName::parse("gedit");
  record.command = "gedit \"a\nb\"" + std::string(5000, 'x');
  record.started = 1700000000;
  return record;
}

TEST(History, AnEpitaphAndItsEndAreOneLine) {
  const std::string line =
      epitaph_of(record_of_gedit()) + ",\"ended\":1700000009,\"outcome\":\"exited\",\"value\":0}\n";
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto lines = parse_history(line + line);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["id"], "gedit1");
  EXPECT_LE(lines[0]["command"].get<std::string>().size(), 1024U);
}

TEST(History, LostRunsSaySo) {
  const auto lines = parse_history(lost_line(record_of_gedit(), 1700000009));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["outcome"], "lost");
}

TEST(History, LinesThatMakeNoSenseAreLeftOut) {
  const std::string good = lost_line(record_of_gedit(), 1);
  EXPECT_EQ(parse_history("\n{\n[]\n{\"id\":1}\n" + good + good.substr(0, 40) + "\n" + good).size(), 2U);
  EXPECT_TRUE(parse_history("").empty());
}

}  // namespace
}  // namespace hutch::instance
