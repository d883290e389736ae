#include "host/probe.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include "../os/scratch.h"
#include "os/fd.h"

namespace hutch::host {
namespace {

// A runtime directory and home of its own; the caller's variables are put back afterwards.
class Probe : public os::Scratch {
 protected:
  void SetUp() override {
    os::Scratch::SetUp();
    for (const char* const name :
         {"WAYLAND_DISPLAY", "DISPLAY", "XAUTHORITY", "PULSE_SERVER", "PULSE_COOKIE", "PIPEWIRE_REMOTE",
          "DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS", "SSH_AUTH_SOCK", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
          "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_DIRS", "GITHUB_TOKEN", "LC_TIME"}) {
      remember(name);
      ::unsetenv(name);
    }
    set("HOME", at("home").str());
    set("XDG_RUNTIME_DIR", at("run").str());
    for (const char* const directory : {"home/.config", "run"}) {
      ASSERT_TRUE(os::make_directories(at(directory), 0700));
    }
  }
  void TearDown() override {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
    sockets_.clear();
    os::Scratch::TearDown();
  }

  void set(const char* name, const std::string& value) {
    remember(name);
    ::setenv(name, value.c_str(), 1);
  }
  void write(const char* path, const std::string& content) {
    ASSERT_TRUE(os::make_directories(at(path).parent(), 0700));
    ASSERT_TRUE(os::replace_file(at(path), content, 0600));
  }
  void listen(const std::string& path) {
    ASSERT_TRUE(os::make_directories(at(path).parent(), 0700));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(at(path).str().size(), sizeof address.sun_path);
    at(path).str().copy(address.sun_path, sizeof address.sun_path - 1);
    os::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(fd.get(), 4), 0);
    sockets_.push_back(std::move(fd));
  }
  facts::Facts probed() {
    auto facts = probe();
    EXPECT_TRUE(facts) << (facts ? "" : facts.error().describe());
    return facts ? *facts : facts::Facts();
  }

 private:
  void remember(const char* name) {
    const char* const value = ::getenv(name);
    before_.emplace(name, value == nullptr ? std::nullopt : std::optional<std::string>(value));
  }
  std::map<std::string, std::optional<std::string>> before_;
  std::vector<os::Fd> sockets_;
};

TEST_F(Probe, KnowsTheUserAndTheirPlaces) {
  const auto facts = probed();
  EXPECT_EQ(facts.user.uid, ::getuid());
  EXPECT_EQ(facts.user.gid, ::getgid());
  EXPECT_EQ(facts.user.name, ::getpwuid(::getuid())->pw_name);
  EXPECT_EQ(facts.user.home, at("home"));
  EXPECT_FALSE(facts.user.group.empty());
  EXPECT_EQ(std::count(facts.user.groups.begin(), facts.user.groups.end(), facts.user.group), 0);
  EXPECT_EQ(facts.directories.runtime, at("run"));
  EXPECT_EQ(facts.directories.data, at("home/.local/share"));
  set("XDG_DATA_HOME", at("elsewhere").str());
  EXPECT_EQ(probed().directories.data, at("elsewhere"));
  set("XDG_DATA_HOME", "relative/path");  // not allowed by the base directory specification
  EXPECT_EQ(probed().directories.data, at("home/.local/share"));
}

TEST_F(Probe, ReadsTheUsersDirectories) {
  write("home/.config/user-dirs.dirs",
        "# comment\nXDG_DOWNLOAD_DIR=\"$HOME/Fetched\"\nXDG_MUSIC_DIR=\"/srv/music\"\nXDG_DESKTOP_DIR=\"$HOME\"\n"
        "XDG_VIDEOS_DIR=\"$HOME/\"\nXDG_PICTURES_DIR=\"$HOME/../other\"\nXDG_DOCUMENTS_DIR=$HOME/Unquoted\n"
        "XDG_UNKNOWN_DIR=\"$HOME/x\"\nnonsense\n");
  const std::map<std::string, HostPath> expected = {{"xdg-download", at("home/Fetched")},
                                                    {"xdg-music", HostPath::literal("/srv/music")}};
  EXPECT_EQ(probed().directories.user, expected);
}

TEST_F(Probe, WithoutThatFileTheUsualNamesCount) {
  EXPECT_EQ(probed().directories.user.at("xdg-documents"), at("home/Documents"));
}

TEST_F(Probe, FindsTheWaylandSocket) {
  EXPECT_FALSE(probed().desktop.wayland_socket);
  listen("run/wayland-0");
  EXPECT_EQ(probed().desktop.wayland_socket, at("run/wayland-0"));
  set("WAYLAND_DISPLAY", "wayland-7");
  EXPECT_FALSE(probed().desktop.wayland_socket);
  listen("run/wayland-7");
  EXPECT_EQ(probed().desktop.wayland_socket, at("run/wayland-7"));
  set("WAYLAND_DISPLAY", at("run/wayland-0").str());
  EXPECT_EQ(probed().desktop.wayland_socket, at("run/wayland-0"));
  set("WAYLAND_DISPLAY", "../run/wayland-0");
  EXPECT_FALSE(probed().desktop.wayland_socket);
}

TEST_F(Probe, APlainFileIsNoSocket) {
  write("run/wayland-0", "");
  write("run/bus", "");
  EXPECT_FALSE(probed().desktop.wayland_socket);
  EXPECT_FALSE(probed().desktop.session_bus);
}

TEST_F(Probe, OnlyLocalXDisplaysCount) {
  for (const char* const display : {"localhost:10.0", "other:0", ":", ":x", "0", ":99999999"}) {
    set("DISPLAY", display);
    EXPECT_FALSE(probed().desktop.x11_display) << display;
  }
}

TEST_F(Probe, FindsSoundByVariableAndPlace) {
  listen("run/pulse/native");
  listen("run/other");
  write("home/.config/pulse/cookie", "c");
  EXPECT_EQ(probed().desktop.pulse_socket, at("run/pulse/native"));
  EXPECT_EQ(probed().desktop.pulse_cookie, at("home/.config/pulse/cookie"));
  set("PULSE_SERVER", "{0123}unix:" + at("run/other").str() + " tcp:example.net");
  EXPECT_EQ(probed().desktop.pulse_socket, at("run/other"));
  set("PULSE_SERVER", "tcp:example.net");
  EXPECT_FALSE(probed().desktop.pulse_socket);
}

TEST_F(Probe, FindsBusesAgentsAndTheUserManager) {
  listen("run/bus");
  listen("run/at-spi/bus_0");
  listen("run/agent");
  EXPECT_FALSE(probed().desktop.has_user_manager);
  listen("run/systemd/private");
  set("SSH_AUTH_SOCK", at("run/agent").str());
  const auto facts = probed();
  EXPECT_EQ(facts.desktop.session_bus, "unix:path=" + at("run/bus").str());
  EXPECT_EQ(facts.desktop.accessibility_bus, "unix:path=" + at("run/at-spi/bus_0").str());
  EXPECT_EQ(facts.desktop.ssh_agent, at("run/agent"));
  EXPECT_TRUE(facts.desktop.has_user_manager);
  set("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=/tmp/dbus-x");
  EXPECT_EQ(probed().desktop.session_bus, "unix:abstract=/tmp/dbus-x");
}

TEST_F(Probe, TheDocumentPortalIsMountedOrCanBeStarted) {
  listen("run/bus");
  set("XDG_DATA_DIRS", at("share").str());
  EXPECT_FALSE(probed().desktop.has_document_portal);
  write("share/dbus-1/services/org.freedesktop.portal.Documents.service", "[D-BUS Service]\n");
  EXPECT_TRUE(probed().desktop.has_document_portal);
}

TEST_F(Probe, TokensAreNotTaken) {
  set("GITHUB_TOKEN", "secret");
  set("LC_TIME", "de_DE.UTF-8");
  auto facts = probed();
  EXPECT_FALSE(facts.environment.contains("GITHUB_TOKEN"));
  EXPECT_FALSE(facts.environment.contains("HOME"));
  EXPECT_EQ(facts.environment.at("LC_TIME"), "de_DE.UTF-8");
  look_up_variables(facts, {"GITHUB_TOKEN", "HUTCH_NOT_SET"});
  EXPECT_EQ(facts.environment.at("GITHUB_TOKEN"), "secret");
  EXPECT_FALSE(facts.environment.contains("HUTCH_NOT_SET"));
}

TEST_F(Probe, LooksAtEachPathThroughItsLinks) {
  write("real/file", "x");
  listen("real/socket");
  ASSERT_EQ(::mkfifo(at("real/fifo").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("real", at("link").c_str()), 0);
  ASSERT_EQ(::symlink("loop", at("loop").c_str()), 0);
  facts::Facts facts;
  look_up(facts, {at("link/file"), at("real"), at("real/socket"), at("real/fifo"), at("missing"), at("loop"),
                  at("real/file/below")});
  struct stat status {};
  ASSERT_EQ(::stat(at("real/file").c_str(), &status), 0);
  ASSERT_NE(facts.find(at("link/file")), nullptr);
  EXPECT_EQ(facts.find(at("link/file"))->real, at("real/file"));
  EXPECT_EQ(facts.find(at("link/file"))->type, FileType::kRegular);
  EXPECT_EQ(facts.find(at("link/file"))->identity, (Identity{.device = status.st_dev, .inode = status.st_ino}));
  EXPECT_EQ(facts.find(at("link/file"))->owner, ::getuid());
  EXPECT_EQ(facts.find(at("link/file"))->mode, 0600U);
  EXPECT_EQ(facts.find(at("real"))->type, FileType::kDirectory);
  EXPECT_EQ(facts.find(at("real/socket"))->type, FileType::kSocket);
  EXPECT_EQ(facts.find(at("real/fifo"))->type, FileType::kFifo);
  for (const char* const absent : {"missing", "loop", "real/file/below"}) {
    EXPECT_EQ(facts.find(at(absent)), nullptr) << absent;
  }
}

TEST_F(Probe, ListsDirectoriesThatCanBeRead) {
  write("dir/b", "");
  write("dir/a", "");
  facts::Facts facts;
  look_into(facts, {at("dir"), at("missing"), at("dir/a")});
  ASSERT_EQ(facts.listings.size(), 1U);
  EXPECT_EQ(facts.listings.at(at("dir")), (std::vector<std::string>{"a", "b"}));
}

TEST_F(Probe, KnowsTheHostsOwnAddresses) {
  facts::Facts facts;
  look_at_network(facts);
  EXPECT_TRUE(std::is_sorted(facts.host_addresses.begin(), facts.host_addresses.end()));
  for (const std::string& address : facts.host_addresses) {
    EXPECT_EQ(address.find_first_not_of("0123456789abcdef.:"), std::string::npos) << address;
  }
}

}  // namespace
}  // namespace hutch::host
