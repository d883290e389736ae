#include "core/guest/environment.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/guest/locale_names.h"

namespace hutch::guest {
namespace {

TEST(Environment, AVariableIsThereOnce) {
  Environment environment = {"A=1", "AB=2", "A=3", "odd", "=x"};
  set(environment, "A", "4=5");
  EXPECT_EQ(environment, (Environment{"AB=2", "odd", "=x", "A=4=5"}));
  EXPECT_EQ(value_of(environment, "A"), "4=5");
  EXPECT_FALSE(has(environment, "B"));
  EXPECT_FALSE(has(environment, "odd"));
}

TEST(Environment, ThePathGetsWhatItLacksAndOurPlaceLast) {
  EXPECT_EQ(complete_search_path(""), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/hutch/bin");
  EXPECT_EQ(complete_search_path("/home/a/bin:/usr/bin:/bin"),
            "/home/a/bin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/run/hutch/bin");
  const std::string once = complete_search_path("/x");
  EXPECT_EQ(complete_search_path(once), once);
}

TEST(Locale, NamesAreGlibcs) {
  EXPECT_EQ(normal_locale("de_DE.UTF-8"), "de_DE.utf8");
  EXPECT_EQ(normal_locale("de_DE.ISO-8859-15@euro"), "de_DE.iso885915@euro");
  EXPECT_EQ(normal_locale("de_DE.8859-1"), "de_DE.iso88591");
  EXPECT_EQ(normal_locale("de_DE@euro"), "de_DE@euro");
  EXPECT_EQ(normal_locale("C@a.b"), "C@a.b");
  EXPECT_EQ(normal_locale(""), "");
  EXPECT_TRUE(is_plain_locale("C.UTF-8"));
  EXPECT_TRUE(is_plain_locale("POSIX"));
  EXPECT_FALSE(is_plain_locale("en_US"));
}

std::string archive_head(std::uint32_t magic, std::uint32_t offset, std::uint32_t size) {
  std::string head(kArchiveHead, '\0');
  std::memcpy(head.data(), &magic, sizeof magic);
  std::memcpy(head.data() + 20, &offset, sizeof offset);
  std::memcpy(head.data() + 24, &size, sizeof size);
  return head;
}

TEST(Locale, AnArchiveIsReadWithinItsLimits) {
  EXPECT_EQ(archive_names(archive_head(0xde020109, 100, kArchiveNamesLimit))->size, kArchiveNamesLimit);
  EXPECT_FALSE(archive_names(archive_head(0xde020109, 100, kArchiveNamesLimit + 1)));
  EXPECT_FALSE(archive_names(archive_head(1, 100, 5)));
  EXPECT_FALSE(archive_names("short"));
  const std::string names("de_DE.utf8\0en_US\0xde_AT\0de_CH", 29);
  EXPECT_TRUE(archive_has(names, "de_DE.utf8"));
  EXPECT_TRUE(archive_has(names, "en_US"));
  for (const char* const name : {"de_DE", "de_AT", "de_CH", "en_USA", "nl"})
    EXPECT_FALSE(archive_has(names, name)) << name;
}

TEST(Locale, OnlyMissingOnesGo) {
  int asked = 0;
  const auto has_german = [&](std::string_view name) {
    ++asked;
    return name == "de_DE.UTF-8";
  };
  Environment environment = {"LANG=de_DE.UTF-8", "LC_TIME=de_DE.UTF-8", "LC_PAPER=de_DE.UTF-8",
                             "LC_ALL=sv_SE",     "LC_NAME=C",           "X=sv_SE"};
  keep_locales(environment, has_german);
  EXPECT_EQ(environment,
            (Environment{"LANG=de_DE.UTF-8", "LC_TIME=de_DE.UTF-8", "LC_PAPER=de_DE.UTF-8", "LC_NAME=C", "X=sv_SE"}));
  EXPECT_EQ(asked, 2) << "one name is looked up once";
  environment = {"LANG=sv_SE.UTF-8", "LC_ALL="};
  keep_locales(environment, has_german);
  EXPECT_EQ(environment, (Environment{"LC_ALL=", "LANG=C.UTF-8"}));
}

}  // namespace
}  // namespace hutch::guest
