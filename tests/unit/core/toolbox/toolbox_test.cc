#include "core/toolbox/toolbox.h"

#include <gtest/gtest.h>

namespace hutch::toolbox {
namespace {

Toolbox example() {
  Toolbox toolbox;
  toolbox.id = *InstanceId::parse("tbabc");
  toolbox.image = "debian:13";
  toolbox.manifest = "sha256:" + std::string(64, 'a');
  toolbox.profile = *ProfileName::parse("toolbox");
  toolbox.hostname = "deb";
  toolbox.shell = "/bin/zsh";
  toolbox.environment = {"PATH=/bin", "ODD=\"\\\n\x01\xc3\xa4"};
  toolbox.created = 12;
  toolbox.has_init = true;
  toolbox.has_own_id_only = true;
  return toolbox;
}

TEST(Toolbox, ReadsWhatItWrites) {
  const auto again = parse_toolbox(format(example()), "toolbox.toml");
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(*again, example());
}

TEST(Toolbox, AnUnknownKeyIsRefusedWithItsPlace) {
  const auto read = parse_toolbox(format(example()) + "\nprivileged = true\n", "toolbox.toml");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().describe().find("toolbox.toml:"), std::string::npos);
  EXPECT_NE(read.error().describe().find("privileged"), std::string::npos);
}

TEST(Toolbox, RefusesValuesThatMeanSomethingElse) {
  for (const char* const text :
       {"id = \"Not One\"", "id = \"tb\"\nprofile = \"a/b\"", "id = \"tb\"\nprofile = \"p\"\nshell = \"sh\"",
        "id = \"tb\"\nprofile = \"p\"\nhostname = \"a b\"", "id = \"tb\"\nprofile = \"p\"\ncreated = -1",
        "id = \"tb\"\nprofile = \"p\"\nown-id-only = 1", "id = \"tb\"\nprofile = \"p\"\ninit = \"systemd\"",
        "id = \"tb\"\nprofile = \"p\"\nenvironment = [\"=x\"]", "id = \"tb\"\nprofile = \"p\"\nenvironment = [1]"}) {
    EXPECT_FALSE(parse_toolbox(text, "t")) << text;
  }
}

TEST(Toolbox, ANameMakesAHostName) {
  EXPECT_EQ(host_name_of("debian-13"), "debian-13");
  EXPECT_EQ(host_name_of("my_box.1+x"), "my-box-1-x");
  EXPECT_EQ(host_name_of("..."), "toolbox");
  EXPECT_EQ(host_name_of(std::string(200, 'a')).size(), 63U);
}

}  // namespace
}  // namespace hutch::toolbox
