#include "core/instance/unit_file.h"

#include <gtest/gtest.h>

namespace hutch::instance {
namespace {

TEST(UnitFile, WordsReachTheProgramAsTheyAre) {
  EXPECT_EQ(quote_word("plain"), "\"plain\"");
  EXPECT_EQ(quote_word(""), "\"\"");
  EXPECT_EQ(quote_word("a \"b\" \\ $HOME %h\n"), "\"a \\\"b\\\" \\\\ $$HOME %%h\\x0a\"");
}

TEST(UnitFile, AServiceSaysWhatItWasAskedFor) {
  const UnitFile unit{.name = "mail",
                      .description = "100% mail\n[Service]",
                      .command = {"/usr/bin/hutch", "run", "--in-unit", "mail"},
                      .restart = "on-failure",
                      .notifies = true,
                      .watchdog = 30};
  EXPECT_EQ(service_name(unit), "hutch-mail.service");
  const std::string text = service_text(unit);
  EXPECT_NE(text.find("Description=100%% mail\\x0a[Service]\n"), std::string::npos) << text;
  for (const char* const line : {"Type=notify", "NotifyAccess=all", "WatchdogSec=30", "Restart=on-failure", "[Install]",
                                 "ExecStart=\"/usr/bin/hutch\" \"run\" \"--in-unit\" \"mail\""}) {
    EXPECT_NE(text.find(std::string("\n") + line + "\n"), std::string::npos) << line << "\n" << text;
  }
}

TEST(UnitFile, ASocketStartsAnInstanceAConnection) {
  const UnitFile unit{.name = "echo", .description = "echo", .command = {"/bin/cat"}, .listen = "%t/echo"};
  EXPECT_EQ(service_name(unit), "hutch-echo@.service");
  EXPECT_EQ(socket_name(unit), "hutch-echo.socket");
  EXPECT_NE(service_text(unit).find("StandardInput=socket"), std::string::npos);
  EXPECT_EQ(service_text(unit).find("[Install]"), std::string::npos);
  EXPECT_NE(socket_text(unit).find("\nListenStream=%t/echo\nAccept=yes\n"), std::string::npos) << socket_text(unit);
}

}  // namespace
}  // namespace hutch::instance
