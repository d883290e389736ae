#include "core/compose/base.h"

#include <algorithm>
#include <array>

#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/host_file.h"

namespace hutch::compose {
namespace {

// Directories of the root on systems that have not merged them into /usr.
constexpr std::array kUnmerged = {"/bin", "/lib", "/lib32", "/lib64", "/libo32", "/libx32", "/sbin"};
// Written by package scripts, read by every program of their kind; without it each new home scans all fonts again.
constexpr std::array kSystemState = {"/var/cache/fontconfig", "/var/lib/aspell"};

BoxPath box(const char* path) {
  return BoxPath::literal(path);
}

bool is_root_link(const facts::Facts& facts, std::string_view path) {
  return std::any_of(facts.root_links.begin(), facts.root_links.end(),
                     [&](const auto& link) { return link.first == path; });
}

Status add_programs(const Scene& scene, std::vector<plan::Step>& steps) {
  const auto show = [&](const char* path) {
    auto bind = desktop::bind_of(scene.facts, HostPath::literal(path), box(path), plan::BindAccess::kReadOnly);
    if (bind) steps.emplace_back(std::move(*bind));
    return bind.has_value();
  };
  if (!show("/usr")) return failure(ErrorKind::kUnavailable, _("this system has no /usr"));
  for (const auto& [link, points_to] : scene.facts.root_links) {
    steps.emplace_back(plan::Symlink{.target = TRY(BoxPath::parse(link)), .points_to = points_to});
  }
  for (const char* const name : kUnmerged) {
    if (!is_root_link(scene.facts, name)) (void)show(name);  // many systems have only some of them
  }
  return {};
}

}  // namespace

Result<std::vector<plan::Step>> base(const Scene& scene) {
  std::vector<plan::Step> steps;
  TRY(add_programs(scene, steps));
  const bool unmasked = scene.profile.has(profile::Kind::kFeature, "nested-sandbox");
  steps.emplace_back(plan::Proc{.target = box("/proc"), .masked = !unmasked});
  steps.emplace_back(plan::Dev{.target = box("/dev"), .shm_size = kSharedMemorySize});
  steps.emplace_back(plan::Tmpfs{.target = box("/tmp"), .size = kTemporarySize, .inodes = kInodes, .mode = 01777});
  steps.emplace_back(plan::Tmpfs{
      .target = scene.place.runtime, .size = kRuntimeSize, .inodes = kInodes, .mode = 0700, .executable = false});
  steps.emplace_back(plan::Symlink{.target = box("/var/run"), .points_to = "../run"});
  steps.emplace_back(plan::Symlink{.target = box("/var/lock"), .points_to = "../run/lock"});
  steps.emplace_back(plan::Symlink{.target = box("/var/tmp"), .points_to = "../tmp"});
  // Empty until something is granted to the running sandbox: Landlock covers them from the start.
  for (const char* const name : {"/media", "/mnt", "/srv"}) steps.emplace_back(plan::Dir{.target = box(name)});
  // systemd's container interface: what runs us.
  steps.emplace_back(plan::File{.target = box("/run/host/container-manager"), .content = "hutch\n", .mode = 0444});
  for (const char* const path : kSystemState) {
    if (!scene.display.wants_any) break;
    auto bind = desktop::bind_of(scene.facts, HostPath::literal(path), box(path), plan::BindAccess::kReadOnly);
    if (!bind) continue;
    bind->executable = false;
    steps.emplace_back(std::move(*bind));
  }
  return steps;
}

std::vector<HostPath> paths_of_base(const Scene& scene) {
  std::vector<HostPath> paths = {HostPath::literal("/usr")};
  for (const char* const path : kUnmerged) {
    if (!is_root_link(scene.facts, path)) paths.push_back(HostPath::literal(path));
  }
  for (const char* const path : kSystemState) {
    if (scene.display.wants_any) paths.push_back(HostPath::literal(path));
  }
  return paths;
}

}  // namespace hutch::compose
