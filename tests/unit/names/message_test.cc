#include "names/message.h"

#include <gtest/gtest.h>

#include "sample.h"

namespace hutch::names {
namespace {

const Renaming kRenaming("work", {"org.a.App.*"});
const std::string kBus = "org.freedesktop.DBus";

std::string through(const Sample& sample, Direction direction) {
  return rename(marshal(sample), direction, kRenaming);
}

Reading reading_of(const Sample& sample, Direction direction) {
  const std::string message = marshal(sample);
  const auto sizes = measure(message);
  EXPECT_TRUE(sizes);
  EXPECT_EQ(sizes->header + sizes->body, message.size());
  return read_header(std::string_view(message).substr(0, sizes->header), direction, kRenaming);
}

TEST(Message, ACallOfTheAppsOwnNameGoesToTheOneOfItsBox) {
  for (const bool is_big : {false, true}) {
    Sample sample{.is_big = is_big, .fields = {{1, "/x"}, {3, "Open"}, {6, "org.a.App"}, {8, "ay"}}, .body = "12345"};
    EXPECT_TRUE(reading_of(sample, Direction::kOutward).has_names);
    Sample expected = sample;
    expected.fields[2].second = "org.a.App.work";
    EXPECT_EQ(through(sample, Direction::kOutward), marshal(expected));
  }
}

TEST(Message, WhatTheBusIsAskedIsAboutTheNamesOfTheBox) {
  for (const bool is_big : {false, true}) {
    Sample sample{.is_big = is_big, .fields = {{3, "RequestName"}, {6, kBus}, {8, "su"}}};
    Sample expected = sample;
    sample.body = strings({"org.a.App.Window"}, is_big);
    put_number(sample.body, 4, is_big);
    expected.body = strings({"org.a.App.work.Window"}, is_big);
    put_number(expected.body, 4, is_big);
    EXPECT_EQ(through(sample, Direction::kOutward), marshal(expected));
  }
  const Sample rule{.fields = {{3, "AddMatch"}, {6, kBus}, {8, "s"}}, .body = strings({"arg0='org.a.App'"})};
  Sample expected = rule;
  expected.body = strings({"arg0='org.a.App.work'"});
  EXPECT_EQ(through(rule, Direction::kOutward), marshal(expected));
}

TEST(Message, WhatTheBusTellsIsAboutTheNamesTheAppKnows) {
  const std::vector<std::pair<int, std::string>> from_bus = {{3, "NameOwnerChanged"}, {7, kBus}, {8, "sss"}};
  const Sample changed{.fields = from_bus, .body = strings({"org.a.App.work", "", ":1.5"})};
  EXPECT_EQ(through(changed, Direction::kInward),
            marshal({.fields = from_bus, .body = strings({"org.a.App", "", ":1.5"})}));
  const Sample names{.fields = {{7, kBus}, {8, "as"}}, .body = list({kBus, "org.a.App.work.x", ":1.5"})};
  EXPECT_EQ(through(names, Direction::kInward),
            marshal({.fields = names.fields, .body = list({kBus, "org.a.App.x", ":1.5"})}));
  const Sample called{.fields = {{1, "/org/a/App/work"}, {6, "org.a.App.work"}}};
  EXPECT_EQ(through(called, Direction::kInward), marshal({.fields = {{1, "/org/a/App"}, {6, "org.a.App"}}}));
}

TEST(Message, EverythingElseIsLeftAsItIs) {
  const Sample samples[] = {
      {.fields = {{1, "/x"}, {3, "Open"}, {6, "org.b.Other"}, {8, "s"}}, .body = strings({"org.a.App"})},
      {.fields = {{7, ":1.9"}, {8, "s"}}, .body = strings({"org.a.App.work"})},
      {.fields = {{6, kBus}, {8, "a{sv}"}}, .body = std::string(4, '\0')},
      {.fields = {{6, kBus}, {8, "su"}}, .body = strings({"org.a.App"})},             // shorter than it says
      {.fields = {{6, kBus}, {8, "s"}}, .body = std::string("\xff\xff\xff\x7f", 4)},  // a size beyond its end
  };
  for (const Sample& sample : samples) {
    for (const Direction direction : {Direction::kOutward, Direction::kInward}) {
      EXPECT_EQ(through(sample, direction), marshal(sample));
    }
  }
}

TEST(Message, WhatIsNoneHasNoSizeNorHasWhatIsBeyondTheLimits) {
  EXPECT_FALSE(measure("l"));
  EXPECT_FALSE(measure(std::string("x\1\0\1", 4) + std::string(12, '\0')));
  std::string message = marshal({.fields = {{3, "Open"}}});
  const auto put = [&](std::size_t at, std::uint32_t number) {
    for (unsigned index = 0; index < 4; ++index) message[at + index] = static_cast<char>(number >> (8 * index));
  };
  put(4, kBodyLimit);
  ASSERT_TRUE(measure(message));
  EXPECT_EQ(measure(message)->body, kBodyLimit);
  put(4, kBodyLimit + 1);
  EXPECT_FALSE(measure(message));
  put(4, 0);
  put(12, kHeaderLimit);
  EXPECT_TRUE(measure(message));
  put(12, kHeaderLimit + 1);
  EXPECT_FALSE(measure(message));
}

}  // namespace
}  // namespace hutch::names
