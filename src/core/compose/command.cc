#include "core/compose/command.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/app_image.h"
#include "core/compose/file_rules.h"
#include "core/compose/links.h"
#include "core/compose/secrets.h"

namespace hutch::compose {
namespace {

using facts::Facts;
using facts::PathFact;

// The bind that shows this very host path at its own place, if one does.
const plan::Bind* bind_showing(const Facts& facts, const std::vector<plan::Step>& steps, const HostPath& path) {
  const plan::Step* deepest = nullptr;
  const BoxPath place = same_in_box(path);
  for (const plan::Step& step : steps) {
    if (std::holds_alternative<plan::AwaitHelpers>(step) || std::holds_alternative<plan::Seal>(step)) continue;
    const BoxPath& target = plan::target_of(step);
    if (!place.is_at_or_below(target)) continue;
    if (deepest == nullptr || target.is_at_or_below(plan::target_of(*deepest))) deepest = &step;
  }
  const auto* const bind = deepest == nullptr ? nullptr : std::get_if<plan::Bind>(deepest);
  if (bind == nullptr) return nullptr;
  const std::string_view below = place.relative_to(bind->target);
  const HostPath source = below.empty() ? bind->source : bind->source / below;
  return source == real_of(facts, path) ? bind : nullptr;
}

bool is_system_path(const Facts& facts, const HostPath& path) {
  if (path.is_below(HostPath::literal("/usr"))) return true;
  return std::any_of(facts.root_links.begin(), facts.root_links.end(), [&](const auto& link) {
    const auto target = HostPath::parse(link.first);
    return target && path.is_below(*target);
  });
}

plan::Bind bind_in_place(const PathFact& fact, const HostPath& path, bool is_writable) {
  return plan::Bind{.source = fact.real,
                    .target = same_in_box(path),
                    .type = fact.type,
                    .access = is_writable ? plan::BindAccess::kReadWrite : plan::BindAccess::kReadOnly,
                    .identity = fact.identity};
}

// Places where nothing of the host's can be put: the sandbox has its own there.
Status check_place(const Facts& facts, const HostPath& path, const HostPath& real) {
  for (const char* const place : {"/proc", "/sys", "/dev"}) {
    if (!real.is_at_or_below(HostPath::literal(place))) continue;
    return failure(ErrorKind::kDenied,
                   text::format(_("'%s' cannot be given to a sandbox"), text::printable(path.str()).c_str()),
                   _("grant devices by --device="));
  }
  for (const HostPath& place : own_places(facts)) {
    if (!real.is_at_or_below(real_of(facts, place))) continue;
    return failure(ErrorKind::kDenied,
                   text::format(_("'%s' is not given to a sandbox"), text::printable(path.str()).c_str()),
                   _("this place belongs to hutch"));
  }
  return {};
}

// An AppImage beside what was in it; it is not executed.
Result<std::string> place_unpacked(const Scene& scene, const PathFact& image, Started& started) {
  const PathFact* const unpacked = scene.facts.find(*scene.launch.unpacked);
  if (unpacked == nullptr || unpacked->type != FileType::kDirectory) {
    return failure(ErrorKind::kNotFound,
                   text::format(_("cannot find '%s'"), text::printable(scene.launch.unpacked->str()).c_str()));
  }
  TRY(check_place(scene.facts, scene.launch.program, image.real));
  started.steps.emplace_back(bind_in_place(image, scene.launch.program, false));
  started.steps.emplace_back(plan::Bind{.source = unpacked->real,
                                        .target = unpacked_place(),
                                        .type = FileType::kDirectory,
                                        .access = plan::BindAccess::kReadOnly,
                                        .identity = unpacked->identity});
  return (unpacked_place() / "AppRun").str();
}

Result<std::string> place_program(const Scene& scene, const std::vector<plan::Step>& steps, Started& started) {
  const HostPath& program = scene.launch.program;
  const PathFact* const fact = scene.facts.find(program);
  const auto say = [&](ErrorKind kind, const char* format) {
    return failure(kind, text::format(format, text::printable(program.str()).c_str()));
  };
  if (fact == nullptr) return say(ErrorKind::kNotFound, _("program '%s' does not exist"));
  constexpr std::uint32_t kExecuteBits = 0111;
  if (fact->type != FileType::kRegular || (fact->mode & kExecuteBits) == 0) {
    return say(ErrorKind::kNotRunnable, _("'%s' cannot be executed"));
  }
  if (scene.launch.unpacked) return place_unpacked(scene, *fact, started);
  const bool is_real_shown = bind_showing(scene.facts, steps, fact->real) != nullptr;
  if (is_real_shown && is_system_path(scene.facts, program)) return program.str();
  if (bind_showing(scene.facts, steps, program) != nullptr) return program.str();
  if (is_real_shown) return fact->real.str();
  TRY(check_place(scene.facts, program, fact->real));
  // The file alone: what lies beside it in its directory stays out.
  const HostPath& place = fact->real.is_at_or_below(real_of(scene.facts, scene.facts.user.home)) ? program : fact->real;
  started.steps.emplace_back(bind_in_place(*fact, place, false));
  return place.str();
}

// The caller's directory where the sandbox shows it, else the home; one that was asked for must be visible.
Result<BoxPath> working_directory(const Scene& scene, const std::vector<plan::Step>& steps) {
  const HostPath& directory = scene.launch.directory;
  const HostPath& home = scene.facts.user.home;
  if (directory == home || directory == real_of(scene.facts, home)) return scene.place.home;
  if (bind_showing(scene.facts, steps, directory) != nullptr) return same_in_box(directory);
  if (!scene.request.directory) return scene.place.home;
  return failure(
      ErrorKind::kInvalid,
      text::format(_("directory '%s' is not visible in the sandbox"), text::printable(directory.str()).c_str()),
      text::format(_("grant it: --filesystem=%s"), text::printable(directory.str()).c_str()));
}

bool has_step_at(const std::vector<plan::Step>& steps, const BoxPath& target) {
  return std::any_of(steps.begin(), steps.end(), [&](const plan::Step& step) {
    return !std::holds_alternative<plan::AwaitHelpers>(step) && plan::target_of(step) == target;
  });
}

// One file handed over; returns what stands for it among the arguments.
Result<std::string> hand_over(const Scene& scene, const std::vector<plan::Step>& steps,
                              const profile::FileArgument& file, std::uint32_t argument, bool has_documents,
                              Started& started) {
  const PathFact* const fact = scene.facts.find(file.file);
  if (fact == nullptr) {
    return failure(ErrorKind::kNotFound,
                   text::format(_("file '%s' does not exist"), text::printable(file.file.str()).c_str()));
  }
  TRY(check_place(scene.facts, file.file, fact->real));
  if (leads_into_protected(scene.facts, file.named, fact->real)) {
    return failure(ErrorKind::kDenied,
                   text::format(_("'%s' is a symlink to a protected place, '%s'"),
                                text::printable(file.named.str()).c_str(), text::printable(fact->real.str()).c_str()),
                   _("name the file itself when the program is to have it"));
  }
  const plan::Bind* const shown = bind_showing(scene.facts, steps, file.file);
  const bool is_enough = shown != nullptr && (!file.is_writable || shown->access == plan::BindAccess::kReadWrite);
  if (is_enough || fact->real.is_below(HostPath::literal("/usr"))) return file.file.str();
  if (has_documents && fact->type == FileType::kRegular) {
    const std::size_t number = started.documents.size();
    started.documents.push_back({.file = fact->real, .is_writable = file.is_writable, .argument = argument});
    return text::format("<document:%zu>", number);
  }
  const BoxPath target = same_in_box(file.file);
  if (!has_step_at(steps, target) && !has_step_at(started.steps, target)) {
    started.steps.emplace_back(bind_in_place(*fact, file.file, file.is_writable));
  }
  return file.file.str();
}

}  // namespace

Result<Started> started(const Scene& scene, const std::vector<plan::Step>& steps, bool has_documents) {
  Started started;
  started.command.arguments = scene.launch.arguments;
  started.command.program = TRY(place_program(scene, steps, started));
  started.command.directory = TRY(working_directory(scene, steps));
  const std::size_t given = scene.request.arguments.size();
  const std::size_t all = scene.launch.arguments.size();
  for (const profile::FileArgument& file : scene.request.files) {
    // The request's arguments are the last ones of the command; a file beyond them is only made visible.
    const bool is_argument = file.index < given && given <= all;
    const auto index = static_cast<std::uint32_t>(all - std::min(given, all) + file.index);
    std::string text = TRY(hand_over(scene, steps, file, index, is_argument && has_documents, started));
    if (is_argument) started.command.arguments[index] = std::move(text);
  }
  return started;
}

std::vector<HostPath> paths_of_command(const profile::Request& request, const Launch& launch) {
  std::vector<HostPath> paths = {launch.program, launch.directory};
  if (launch.unpacked) paths.push_back(*launch.unpacked);
  for (const profile::FileArgument& file : request.files) paths.push_back(file.file);
  return paths;
}

}  // namespace hutch::compose
