#include "core/instance/record.h"

#include <gtest/gtest.h>

#include <limits>

namespace hutch::instance {
namespace {

Record sample() {
  return {.id = *InstanceId::parse("geditabcde"),
          .profile = *ProfileName::parse("gedit"),
          .box = *BoxName::parse("work"),
          .app = *AppId::parse("org.gnome.gedit.work"),
          .command = "gedit 'a b'",
          .started = 1700000000,
          .supervisor = 4711,
          .supervisor_start = std::numeric_limits<std::uint64_t>::max(),
          .init = 4712,
          .scope = "app-hutch-org.gnome.gedit-geditabcde.scope",
          .network = "private",
          .weakenings = {"--socket=x11"},
          .warnings = {"no Landlock", "no scope"}};
}

std::string without(const char* key) {
  Json json = to_json(sample());
  json.erase(key);
  return format_json(json);
}

template <class Value>
std::string with(const char* key, const Value& value) {
  Json json = to_json(sample());
  json[key] = value;
  return format_json(json);
}

TEST(Record, WhatIsWrittenReadsBackTheSame) {
  const auto record = parse_record(format_json(to_json(sample())));
  ASSERT_TRUE(record) << record.error().describe();
  EXPECT_EQ(*record, sample());
}

TEST(Record, ARecordWithoutBoxScopeOrInitReadsBackTheSame) {
  Record plain = sample();
  plain.box = {};
  plain.scope = "";
  plain.init = 0;
  plain.weakenings = {};
  const auto record = parse_record(format_json(to_json(plain)));
  ASSERT_TRUE(record) << record.error().describe();
  EXPECT_EQ(*record, plain);
}

TEST(Record, UnknownKeysOfOurVersionAreIgnored) {
  EXPECT_TRUE(parse_record(with("colour", "blue")));
}

TEST(Record, AnotherVersionIsRefused) {
  EXPECT_FALSE(parse_record(with("version", 2)));
  EXPECT_FALSE(parse_record(with("version", 0)));
  EXPECT_FALSE(parse_record(without("version")));
}

TEST(Record, MissingAndWrongValuesAreRefused) {
  for (const char* key : {"id", "profile", "box", "app", "command", "started", "supervisor", "supervisor_start", "init",
                          "scope", "network", "weakenings", "warnings"}) {
    EXPECT_FALSE(parse_record(without(key))) << key;
    EXPECT_FALSE(parse_record(with(key, nullptr))) << key;
    EXPECT_FALSE(parse_record(with(key, Json::object()))) << key;
  }
  EXPECT_FALSE(parse_record(with("id", "")));
  EXPECT_FALSE(parse_record(with("id", "../x")));
  EXPECT_FALSE(parse_record(with("profile", "a/b")));
  EXPECT_FALSE(parse_record(with("supervisor", 1.5)));
  EXPECT_FALSE(parse_record(with("supervisor", 5000000000LL)));
  EXPECT_FALSE(parse_record(with("supervisor_start", -1)));
  EXPECT_FALSE(parse_record(with("weakenings", Json::array({1}))));
}

TEST(Record, WhatIsNoObjectIsRefused) {
  for (const char* text : {"", "[]", "null", "{", "1", "{} {}"}) EXPECT_FALSE(parse_record(text)) << text;
}

}  // namespace
}  // namespace hutch::instance
