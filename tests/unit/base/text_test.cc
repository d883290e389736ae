#include "base/text.h"

#include <gtest/gtest.h>

#include <limits>

namespace hutch::text {
namespace {

using Views = std::vector<std::string_view>;

TEST(Format, IsPrintfIntoAString) {
  EXPECT_EQ(format("%s-%d", "a", 7), "a-7");
  EXPECT_EQ(format("%s", std::string(100000, 'x').c_str()).size(), 100000u);
  EXPECT_EQ(format("%s", ""), "");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a::b:", ':'), (Views{"a", "", "b", ""}));
  EXPECT_EQ(split("", ':'), Views{""});
}

TEST(Join, PutsTheSeparatorBetweenOnly) {
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Trim, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Printable, LeavesTextAlone) {
  EXPECT_EQ(printable("Grüße, 世界 \xf0\x9f\x98\x80"), "Grüße, 世界 \xf0\x9f\x98\x80");
}

TEST(Printable, QuotesControlsEscapesAndBrokenBytes) {
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a\\x1b[2Jb\\x0a");
  EXPECT_EQ(printable("\x7f"), "\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");                    // C1 CSI
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");           // right-to-left override
  EXPECT_EQ(printable("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");           // left-to-right isolate
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");                    // never UTF-8
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // overlong '/'
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(printable("\xe4\xb8"), "\\xe4\\xb8");                    // cut short
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Nearest, FindsASlipOfTheFingers) {
  const Views words{"wayland", "pulseaudio", "pipewire"};
  EXPECT_EQ(nearest("waylnad", words), "wayland");
  EXPECT_EQ(nearest("wayland", words), "wayland");
  EXPECT_EQ(nearest("pipewir", words), "pipewire");
}

TEST(Nearest, OffersNothingFarOff) {
  const Views words{"wayland", "pulseaudio"};
  EXPECT_FALSE(nearest("printer", words).has_value());
  EXPECT_FALSE(nearest("", {"a"}).has_value());
  EXPECT_FALSE(nearest(std::string(65, 'w'), {std::string_view("wayland")}).has_value());
}

TEST(ParseNumber, TakesDigitsUpToItsLimitOnly) {
  EXPECT_EQ(parse_number("0", 10), 0u);
  EXPECT_EQ(parse_number("10", 10), 10u);
  EXPECT_EQ(parse_number("007", 10), 7u);
  EXPECT_FALSE(parse_number("11", 10).has_value());
  for (const char* const text : {"", " 1", "1 ", "+1", "-1", "0x1", "1.0"}) {
    EXPECT_FALSE(parse_number(text, 100).has_value()) << text;
  }
}

TEST(ParseNumber, StopsExactlyAtTheLargestNumber) {
  constexpr auto kMost = std::numeric_limits<unsigned long long>::max();
  EXPECT_EQ(parse_number("18446744073709551615", kMost), kMost);
  EXPECT_FALSE(parse_number("18446744073709551616", kMost).has_value());
  EXPECT_FALSE(parse_number("99999999999999999999", kMost).has_value());
}

TEST(ParseNumber, ComparesWithEveryLimitBelowTwenty) {
  for (unsigned long long limit = 0; limit < 20; ++limit) {
    for (unsigned long long value = 0; value < 40; ++value) {
      EXPECT_EQ(parse_number(std::to_string(value), limit).has_value(), value <= limit) << value << " of " << limit;
    }
  }
}

TEST(ParseSize, KnowsPowersOf1024) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("64k"), 65536u);
  EXPECT_EQ(parse_size("64K"), 65536u);
  EXPECT_EQ(parse_size("2M"), 2097152u);
  EXPECT_EQ(parse_size("3G"), 3221225472u);
  EXPECT_EQ(parse_size("1T"), 1099511627776u);
  for (const char* const text : {"", "k", "1kB", "1 k", "-1", "1.5G", "1Q"}) {
    EXPECT_FALSE(parse_size(text).has_value()) << text;
  }
}

TEST(ParseSize, RefusesWhatWouldOverflow) {
  EXPECT_EQ(parse_size("18446744073709551615"), std::numeric_limits<unsigned long long>::max());
  EXPECT_TRUE(parse_size("16777215T").has_value());
  EXPECT_FALSE(parse_size("16777216T").has_value());
}

TEST(Text, DurationsAreSecondsAndTheirMultiples) {
  EXPECT_EQ(parse_duration("90"), 90U);
  EXPECT_EQ(parse_duration("90s"), 90U);
  EXPECT_EQ(parse_duration("30m"), 1800U);
  EXPECT_EQ(parse_duration("8h"), 28800U);
  EXPECT_EQ(parse_duration("3650d"), 315360000U);
  for (const char* const bad : {"", "s", "1w", "-1s", "1.5h", "3651d", "99999999999999999999h"}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace hutch::text
