#include "host/portal_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "fresh_directory.h"

namespace hutch::host {
namespace {

class PortalFiles : public FreshDirectory {
 protected:
  plan::PortalIdentity identity() const {
    return {.app = *AppId::parse("org.x.App"),
            .info = "[Application]\nname=org.x.App\n",
            .directory = directory_ / ".flatpak/appabc"};
  }
};

TEST_F(PortalFiles, HoldWhatPortalsLookUp) {
  ASSERT_TRUE(write_portal_files(identity(), ::getpid()));
  const HostPath directory = identity().directory;
  EXPECT_EQ(os::read_file(directory / "info", 100).value_or(""), identity().info);
  EXPECT_EQ(os::read_file(directory / "pid", 100).value_or(""), std::to_string(::getpid()));
  const auto json = parse_json(os::read_file(directory / "bwrapinfo.json", 1000).value_or(""));
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["child-pid"], ::getpid());
  struct stat status {};
  ASSERT_EQ(::stat("/proc/self/ns/pid", &status), 0);
  EXPECT_EQ((*json)["pid-namespace"], status.st_ino);
  ASSERT_EQ(::stat(directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
  remove_portal_files(identity());
  EXPECT_FALSE(os::exists(directory));
  EXPECT_TRUE(os::exists(directory.parent()));  // other sandboxes are announced beside it
}

TEST_F(PortalFiles, AnUnwritablePlaceIsNamed) {
  ASSERT_TRUE(os::replace_file(directory_ / ".flatpak", "", 0600));
  const Status written = write_portal_files(identity(), 1);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().describe().find("portals"), std::string::npos);
}

}  // namespace
}  // namespace hutch::host
