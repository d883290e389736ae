#include "core/compose/home.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/base.h"
#include "core/compose/file_rules.h"
#include "core/compose/hash.h"

namespace hutch::compose {
namespace {

// "gimp-2.10-" and sixteen digits that tell programs of one name apart.
std::string box_of_program(const HostPath& program) {
  std::string name;
  for (const char c : program.name()) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                          c == '_' || c == '+' || c == '-';
    name += is_plain ? c : '_';
  }
  constexpr std::size_t kNameLimit = 48;
  name.resize(std::min(name.size(), kNameLimit));
  return name + "-" + hex(keyed_hash({}, program.str())).substr(0, 16);
}

}  // namespace

HostPath box_directory(const facts::Facts& facts, const profile::Profile& profile, const HostPath& program) {
  const HostPath boxes = facts.directories.data / "hutch/boxes" / profile.id.str();
  if (!profile.box.empty()) return boxes / profile.box.str();
  const bool is_for_programs = profile.match.command.empty() && profile.match.desktop.empty();
  if (!is_for_programs) return boxes / "default";
  // With a leading dot, which no box's name has, so that a box can never be named after a program.
  return boxes / ("." + box_of_program(program));
}

HostPath box_directory(const Scene& scene) {
  return box_directory(scene.facts, scene.profile, real_of(scene.facts, scene.launch.program));
}

Result<Home> home(const Scene& scene) {
  Home home;
  if (scene.request.disposable) {
    home.steps.emplace_back(
        plan::Tmpfs{.target = scene.place.home, .size = kDisposableHomeSize, .inodes = kInodes, .mode = 0700});
  } else {
    const HostPath directory = box_directory(scene) / "home";
    const facts::PathFact* const fact = scene.facts.find(directory);
    if (fact != nullptr && (fact->type != FileType::kDirectory || fact->owner != scene.facts.user.uid)) {
      return failure(ErrorKind::kDenied, text::format(_("the box's home '%s' is no directory of yours"),
                                                      text::printable(directory.str()).c_str()));
    }
    const HostPath real = real_of(scene.facts, directory);
    home.directories.push_back(real);
    home.steps.emplace_back(plan::Bind{.source = real,
                                       .target = scene.place.home,
                                       .type = FileType::kDirectory,
                                       .access = plan::BindAccess::kReadWrite,
                                       .identity = fact == nullptr ? std::nullopt : std::optional(fact->identity)});
  }
  // What persists is there from the first start; where the whole home is granted it is the box's own, not the host's.
  for (const profile::Grant* const grant : scene.profile.all(profile::Kind::kPersist)) {
    home.steps.emplace_back(
        plan::Dir{.target = TRY_IN(cite(*grant), scene.place.home.join(grant->name)), .mode = 0700});
  }
  return home;
}

std::vector<HostPath> paths_of_home(const Scene& scene) {
  std::vector<HostPath> paths = {scene.launch.program, scene.facts.user.home};
  for (HostPath path = box_directory(scene) / "home"; path != scene.facts.directories.data; path = path.parent()) {
    paths.push_back(path);
  }
  paths.push_back(scene.facts.directories.data);
  return paths;
}

}  // namespace hutch::compose
