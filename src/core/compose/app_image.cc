#include "core/compose/app_image.h"

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/rlimits.h"
#include "core/portal/helper_root.h"

namespace hutch::compose {
namespace {

constexpr std::uint64_t kRootSize = 256u << 10;   // mount points
constexpr std::uint64_t kFileLimit = 8ull << 30;  // bytes of one unpacked file
constexpr std::uint64_t kTemporarySize = 64u << 20;

}  // namespace

std::vector<HostPath> unpacking_paths(const HostPath& unpacker, const HostPath& image, const HostPath& output) {
  std::vector<HostPath> paths = portal::library_paths();
  paths.insert(paths.end(), {unpacker, image, output});
  return paths;
}

Result<plan::Sandbox> unpacking_sandbox(const facts::Facts& facts, const HostPath& unpacker, const HostPath& image,
                                        const HostPath& output, std::uint64_t offset) {
  const facts::PathFact* const image_fact = facts.find(image);
  const facts::PathFact* const output_fact = facts.find(output);
  if (image_fact == nullptr || output_fact == nullptr) {
    return failure(ErrorKind::kNotFound, text::format(_("cannot find '%s'"), text::printable(image.str()).c_str()));
  }
  plan::Sandbox sandbox;
  sandbox.namespaces.cgroup = false;
  sandbox.namespaces.uid = facts.user.uid;
  sandbox.namespaces.gid = facts.user.gid;
  sandbox.root_size = kRootSize;
  sandbox.resource_limits = {{.resource = plan::kLimitFileSize, .soft = kFileLimit, .hard = kFileLimit}};
  TRY(portal::add_program(sandbox, facts, unpacker));
  const BoxPath place = BoxPath::literal("/image");
  const BoxPath out = BoxPath::literal("/output");
  sandbox.steps.emplace_back(plan::Bind{.source = image_fact->real,
                                        .target = place,
                                        .type = FileType::kRegular,
                                        .access = plan::BindAccess::kReadOnly,
                                        .identity = image_fact->identity});
  sandbox.steps.emplace_back(plan::Bind{.source = output_fact->real,
                                        .target = out,
                                        .type = FileType::kDirectory,
                                        .access = plan::BindAccess::kReadWrite,
                                        .executable = false,
                                        .identity = output_fact->identity});
  sandbox.steps.emplace_back(
      plan::Tmpfs{.target = BoxPath::literal("/tmp"), .size = kTemporarySize, .inodes = 0, .mode = 01777});
  sandbox.steps.emplace_back(plan::Seal{.target = BoxPath()});
  sandbox.landlock.rules.push_back({.path = place, .access = plan::LandlockAccess::kRead});
  sandbox.landlock.rules.push_back({.path = out, .access = plan::LandlockAccess::kReadWrite});
  sandbox.landlock.rules.push_back({.path = BoxPath::literal("/tmp"), .access = plan::LandlockAccess::kReadWrite});
  sandbox.command.directory = out;
  sandbox.command.arguments = {"unsquashfs",
                               "-no-progress",
                               "-no-xattrs",
                               "-offset",
                               std::to_string(offset),
                               "-dest",
                               (out / "squashfs-root").str(),
                               place.str()};
  return sandbox;
}

BoxPath unpacked_place() {
  return BoxPath::literal("/run/appimage");
}

std::vector<std::string> app_image_environment(const Scene& scene) {
  if (!scene.launch.unpacked) return {};
  return {"APPDIR=" + unpacked_place().str(), "APPIMAGE=" + scene.launch.program.str(),
          "ARGV0=" + (scene.launch.arguments.empty() ? scene.launch.program.str() : scene.launch.arguments.front())};
}

}  // namespace hutch::compose
