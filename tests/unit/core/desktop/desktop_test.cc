#include "core/desktop/desktop.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/desktop/device_files.h"
#include "core/plan/describe.h"
#include "fake_host.h"

namespace hutch::desktop {
namespace {

using test::FakeHost;
using test::launch_of;
using test::profile_of;

using Rule = Result<Part> (*)(const profile::Profile&, const facts::Facts&, const Place&);

Part part_of(Rule rule, const FakeHost& host, const std::vector<std::string>& flags) {
  const profile::Profile profile = profile_of(flags);
  const Place place{.runtime = BoxPath::literal("/run/user/1000"),
                    .home = BoxPath::literal("/home/alice"),
                    .instance_directory = HostPath::literal("/run/user/1000/hutch/app1")};
  auto part = rule(profile, host.gathered(profile, {}, launch_of("/usr/bin/true")), place);
  EXPECT_TRUE(part) << (part ? "" : part.error().describe());
  return part ? *part : Part();
}

std::vector<std::string> lines(const std::vector<plan::Step>& steps) {
  std::vector<std::string> lines;
  for (const plan::Step& step : steps) lines.push_back(plan::describe(step));
  return lines;
}

bool sets(const Part& part, const std::string& entry) {
  return std::find(part.environment.begin(), part.environment.end(), entry) != part.environment.end();
}

TEST(Desktop, NothingIsOpenedUnasked) {
  for (const Rule rule : {wayland, x11, audio, devices, agents}) {
    const Part part = part_of(rule, FakeHost::desktop(), {});
    EXPECT_TRUE(part.steps.empty() && part.late_steps.empty() && part.helpers.empty() && part.environment.empty());
  }
  EXPECT_TRUE(part_of(look, FakeHost::desktop(), {}).steps.empty());
}

TEST(Desktop, SoundIsTheNativeSocketWithItsCookieAndNoSharedMemory) {
  const Part part = part_of(audio, FakeHost::desktop(), {"socket=pulseaudio"});
  EXPECT_EQ(lines(part.steps),
            (std::vector<std::string>{
                "bind /run/user/1000/pulse/native, read-only, socket",
                "file /run/host/pulse-client.conf, 31 bytes, mode 0444",
                "bind /home/alice/.config/pulse/cookie on /run/user/1000/pulse/cookie, read-only, file",
            }));
  EXPECT_TRUE(sets(part, "PULSE_SERVER=unix:/run/user/1000/pulse/native"));
  EXPECT_TRUE(sets(part, "PULSE_COOKIE=/run/user/1000/pulse/cookie"));
  EXPECT_NE(std::get<plan::File>(part.steps[1]).content.find("enable-shm = no"), std::string::npos);
}

TEST(Desktop, AHostWithoutSoundGivesSilence) {
  FakeHost host = FakeHost::desktop();
  host.facts.desktop.pulse_socket.reset();
  EXPECT_TRUE(part_of(audio, host, {"socket=pulseaudio"}).steps.empty());
}

TEST(Desktop, PipewireOnlyWhenGranted) {
  EXPECT_EQ(lines(part_of(audio, FakeHost::desktop(), {"socket=pipewire"}).steps),
            std::vector<std::string>{"bind /run/user/1000/pipewire-0, read-only, socket"});
}

TEST(Desktop, XComesWithTheUsersCookies) {
  const Part part = part_of(x11, FakeHost::desktop(), {"socket=x11"});
  EXPECT_EQ(lines(part.steps),
            (std::vector<std::string>{"bind /tmp/.X11-unix/X0, read-only, socket",
                                      "bind /run/user/1000/xauth on /run/user/1000/Xauthority, read-only, file"}));
  EXPECT_TRUE(sets(part, "DISPLAY=:0"));
}

TEST(Desktop, ToolkitsAreSentToWayland) {
  EXPECT_TRUE(sets(part_of(wayland, FakeHost::desktop(), {"socket=wayland"}), "GDK_BACKEND=wayland"));
  EXPECT_TRUE(
      sets(part_of(wayland, FakeHost::desktop(), {"socket=wayland", "socket=x11"}), "QT_QPA_PLATFORM=wayland;xcb"));
  EXPECT_TRUE(sets(part_of(wayland, FakeHost::desktop(), {"socket=x11"}), "XDG_SESSION_TYPE=x11"));
}

TEST(Desktop, GraphicsAreRenderNodesAndTheDevicesOwnSystemFiles) {
  EXPECT_EQ(lines(part_of(devices, FakeHost::desktop(), {"device=dri"}).steps),
            (std::vector<std::string>{
                "bind /dev/dri/renderD128, writable, devices, character-device",
                "bind /sys/class/drm, read-only",
                "bind /sys/dev/char, read-only",
                "bind /sys/devices/pci0000:00/0000:00:02.0, read-only",
            }));
}

TEST(Desktop, CardNodesOnlyWhereThereIsNoRenderNode) {
  FakeHost host = FakeHost::desktop();
  host.facts.gpu_nodes = {HostPath::literal("/dev/dri/card0")};
  EXPECT_EQ(lines(part_of(devices, host, {"device=dri"}).steps).front(),
            "bind /dev/dri/card0, writable, devices, character-device");
}

TEST(Desktop, OneUsbDeviceIsOneNode) {
  FakeHost host = FakeHost::desktop();
  host.facts.usb_devices = {{.vendor = 0x1050,
                             .product = 0x0407,
                             .node = HostPath::literal("/dev/bus/usb/001/004"),
                             .sysfs = HostPath::literal("/sys/devices/pci0000:00/usb1/1-1")},
                            {.vendor = 0x1050,
                             .product = 0x0408,
                             .node = HostPath::literal("/dev/bus/usb/001/005"),
                             .sysfs = HostPath::literal("/sys/devices/pci0000:00/usb1/1-2")}};
  host.add("/dev/bus/usb/001/004", FileType::kCharacterDevice, 0664);
  host.add("/dev/bus/usb/001/005", FileType::kCharacterDevice, 0664);
  host.add_directory("/sys/devices/pci0000:00/usb1/1-1");
  host.add_directory("/sys/bus/usb");
  EXPECT_EQ(
      lines(part_of(devices, host, {"usb=1050:0407"}).steps),
      (std::vector<std::string>{"bind /dev/bus/usb/001/004, writable, devices, character-device",
                                "bind /sys/bus/usb, read-only", "bind /sys/devices/pci0000:00/usb1/1-1, read-only"}));
}

TEST(Desktop, AllDevicesLeaveTheSandboxsOwnAlone) {
  const auto steps = lines(part_of(devices, FakeHost::desktop(), {"device=all"}).steps);
  EXPECT_NE(std::find(steps.begin(), steps.end(), "bind /dev/sda, writable, devices, character-device"), steps.end());
  for (const std::string& line : steps) EXPECT_EQ(line.find("/dev/null"), std::string::npos);
}

TEST(Desktop, SystemFilesLeadNowhereElse) {
  FakeHost host = FakeHost::desktop();
  host.add_link("/sys/class/drm/renderD128/device", "/home/alice");
  for (const std::string& line : lines(part_of(devices, host, {"device=dri"}).steps)) {
    EXPECT_EQ(line.find("/home"), std::string::npos) << line;
  }
}

TEST(Desktop, TheLookIsShownWhereTheProgramCannotReplaceIt) {
  const Part part = part_of(look, FakeHost::desktop(), {"socket=wayland"});
  for (const plan::Step& step : part.steps) {
    EXPECT_TRUE(plan::target_of(step).is_below(BoxPath::literal("/run/host"))) << plan::describe(step);
  }
  EXPECT_TRUE(sets(part, "XDG_DATA_DIRS=/run/host/user-share:/run/host/user-dots:/usr/local/share:/usr/share"));
  EXPECT_TRUE(sets(part, "XDG_CONFIG_DIRS=/run/host/user-config:/etc/xdg"));
  EXPECT_TRUE(sets(part, "FONTCONFIG_FILE=/run/host/fonts.conf"));
}

TEST(Desktop, AgentsAreSocketsOfTheirOwn) {
  const Part part = part_of(agents, FakeHost::desktop(), {"socket=ssh-auth", "socket=cups", "socket=pcsc"});
  EXPECT_EQ(lines(part.steps),
            (std::vector<std::string>{
                "bind /run/cups/cups.sock, read-only, socket", "bind /run/pcscd/pcscd.comm, read-only, socket",
                "bind /run/user/1000/keyring/ssh on /run/user/1000/ssh-auth, read-only, socket"}));
  EXPECT_TRUE(sets(part, "SSH_AUTH_SOCK=/run/user/1000/ssh-auth"));
}

}  // namespace
}  // namespace hutch::desktop
