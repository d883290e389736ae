#include "sample.h"

namespace hutch::test {
namespace {

using namespace plan;

BoxPath box(const char* path) {
  return BoxPath::literal(path);
}
HostPath host(const char* path) {
  return HostPath::literal(path);
}

std::vector<Step> all_steps() {
  return {
      Proc{.target = box("/proc"), .masked = true},
      Dev{.target = box("/dev"), .shm_size = 64u << 20},
      Bind{.source = host("/usr"),
           .target = box("/usr"),
           .type = FileType::kDirectory,
           .access = BindAccess::kReadOnly,
           .executable = true,
           .devices = false,
           .identity = Identity{.device = 64769, .inode = 1ULL << 40},
           .fallback = std::nullopt},
      Bind{.source = host("/dev/dri/renderD128"),
           .target = box("/dev/dri/renderD128"),
           .type = FileType::kCharacterDevice,
           .access = BindAccess::kReadWrite,
           .executable = false,
           .devices = true,
           .identity = Identity{.device = 6, .inode = 300},
           .fallback = std::nullopt},
      Tmpfs{.target = box("/tmp"), .size = 1u << 30, .inodes = 100000, .mode = 01777, .executable = false},
      Dir{.target = box("/home/user"), .mode = 0700},
      File{.target = box("/etc/passwd"), .content = std::string("user:x:1000\n\0", 13), .mode = 0444},
      Symlink{.target = box("/bin"), .points_to = "usr/bin"},
      Mask{.target = box("/usr/share/secret")},
      AwaitHelpers{},
      Bind{.source = host("/run/user/1000/hutch/gedit1/wayland"),
           .target = box("/run/user/1000/wayland-0"),
           .type = FileType::kSocket,
           .access = BindAccess::kReadOnly,
           .executable = false,
           .devices = false,
           .identity = Identity{.device = 30, .inode = 12},
           .fallback = host("/run/user/1000/wayland-0")},
      Seal{.target = box("/")},
  };
}

Sandbox full_sandbox() {
  Sandbox sandbox;
  sandbox.namespaces = {
      .network = true,
      .ipc = false,
      .uts = true,
      .cgroup = false,
      .time = true,
      .hostname = "box",
      .boottime_offset = -12345,
      .uid = 1000,
      .gid = 100,
      .uid_ranges = {{.inside = 0, .outside = 1000, .count = 1}, {.inside = 1, .outside = 100000, .count = 65536}},
      .gid_ranges = {{.inside = 2, .outside = 3, .count = 4}}};
  sandbox.root_size = 16u << 20;
  sandbox.steps = all_steps();
  sandbox.network_rules = {{.ipv6 = false, .address = "10.0.0.0", .prefix = 8, .allow = false},
                           {.ipv6 = true, .address = "fd00::53", .prefix = 128, .allow = true}};
  sandbox.landlock = {.files = true,
                      .scope_signals = false,
                      .scope_abstract = true,
                      .rules = {{.path = box("/"), .access = LandlockAccess::kReadExecute},
                                {.path = box("/dev"), .access = LandlockAccess::kDevices}}};
  sandbox.resource_limits = {{.resource = 7, .soft = 1024, .hard = 1ULL << 40}};
  sandbox.namespace_limits = {{.name = "max_user_namespaces", .value = 0}};
  sandbox.oom_score_adjust = -200;
  sandbox.allows_nested_userns = true;
  sandbox.capabilities = 1ULL << 40 | 3;
  sandbox.has_terminal = true;
  sandbox.environment = {"HOME=/home/user", "EMPTY="};
  sandbox.command = {.program = "/usr/bin/gedit", .arguments = {"gedit", "", "a b"}, .directory = box("/home/user")};
  sandbox.descriptors = {kFirstPassed, 4096};
  sandbox.remove_at_end = {host("/run/user/1000/hutch/gedit1")};
  sandbox.watch = {.time_limit = 3600,
                   .idle_limit = 60,
                   .history = host("/home/user/.local/state/hutch/history"),
                   .epitaph = "{\"id\":\"gedit1\""};
  return sandbox;
}

BusProxy full_proxy() {
  Sandbox sandbox;
  sandbox.root_size = 1u << 20;
  sandbox.namespaces.hostname = "proxy";
  sandbox.steps = {Dir{.target = box("/run")}};
  sandbox.descriptors = {kLifeDescriptor};
  sandbox.command = {.program = "/usr/bin/xdg-dbus-proxy", .arguments = {"xdg-dbus-proxy"}, .directory = {}};
  return {.buses = {{.bus = Bus::kSession,
                     .address = "unix:path=/run/user/1000/bus",
                     .socket = host("/run/user/1000/hutch/gedit1/bus"),
                     .rules = {"--filter", "--talk=org.example.Name"}},
                    {.bus = Bus::kAccessibility, .address = "unix:abstract=a", .socket = {}, .rules = {}}},
          .sandbox = sandbox};
}

}  // namespace

Plan full_plan() {
  Plan plan;
  plan.profile = *ProfileName::parse("gedit");
  plan.box = *BoxName::parse("work");
  plan.app = *AppId::parse("org.gnome.gedit");
  plan.instance = *InstanceId::parse("gedit1");
  plan.instance_directory = host("/run/user/1000/hutch/gedit1");
  plan.network_mode = "internet";
  plan.sandbox = full_sandbox();
  plan.seccomp = {.allowed = {"read", "write"},
                  .answer_enosys = {"clone3"},
                  .answer_success = {},
                  .allows_new_userns = true,
                  .allows_ptrace = true,
                  .allows_set_id_files = true,
                  .foreign_abi = true,
                  .socket_families = {1, 2, 10},
                  .netlink_protocols = {0}};
  plan.helpers = {full_proxy(), Pasta{.program = "/usr/bin/pasta", .arguments = {"--foreground"}},
                  WaylandContext{.compositor = host("/run/user/1000/wayland-0"),
                                 .socket = host("/run/user/1000/hutch/gedit1/wayland")},
                  Documents{.grants = {{.file = host("/home/user/file"), .is_writable = true, .argument = 2}}}};
  plan.scope = Scope{.name = "app-hutch-org.gnome.gedit-gedit1.scope",
                     .slice = "background.slice",
                     .description = "gedit",
                     .documentation = "man:hutch(1)",
                     .limits = {.memory = 1ULL << 31,
                                .memory_high = 1ULL << 30,
                                .swap = 0,
                                .cpu_percent = 150,
                                .cpu_weight = 50,
                                .tasks = 512,
                                .io_weight = 10,
                                .io_read = Bandwidth{.path = host("/home"), .rate = 1u << 20},
                                .io_write = Bandwidth{.path = host("/srv/x:y"), .rate = 2},
                                .oomd = "avoid"}};
  plan.identity = PortalIdentity{.app = plan.app,
                                 .info = "[Application]\nname=org.gnome.gedit\n",
                                 .directory = host("/run/user/1000/.flatpak/gedit1")};
  plan.directories = {host("/home/user/.local/share/hutch/boxes/gedit")};
  plan.weakenings = {"--allow=ptrace"};
  plan.warnings = {"No Landlock."};
  return plan;
}

ExecRequest full_request() {
  return {.has_terminal = true,
          .environment = {"TERM=xterm", "A="},
          .command = {.program = "sh", .arguments = {"sh", "-c", ""}, .directory = box("/tmp")}};
}

}  // namespace hutch::test
