#include "host/queries.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "core/plan/limit_arguments.h"
#include "core/plan/wire.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/pipe.h"
#include "os/process.h"

namespace hutch::host {
namespace {

constexpr const char* kCoordinator = "hutch-coordinator";

// Places of a sibling program, best first, for a hutch in `directory`.
std::vector<HostPath> places_of(const HostPath& directory, const std::string& name) {
  std::vector<HostPath> places = {directory / name};
  const bool is_ours = directory.name() == "cli" || directory.name() == "coordinate" || directory.name() == "images";
  if (is_ours && directory.parent().name() == "src") {  // a build tree
    for (const char* const folder :
         {"launch", "coordinate", "images", "unpack", "guest", "witness", "graft", "names"}) {
      places.push_back(directory.parent() / folder / name);
    }
  }
  if (directory.name() == "bin") places.push_back(directory.parent() / HUTCH_LIBEXEC_IN_PREFIX / name);
  places.push_back(HostPath::literal(HUTCH_LIBEXEC) / name);
  return places;
}

// The answer of `hutch-coordinator ARGUMENTS`; what it has to say about a failure is on standard error already.
Result<std::string> ask(std::vector<std::string> arguments, int input, std::size_t limit) {
  const std::string mode = arguments.front();
  os::Pipe answer = TRY(os::make_pipe());
  os::SpawnOptions options{.program = TRY(find_program(kCoordinator)),
                           .arguments = {kCoordinator},
                           .environment = own_environment(),
                           .descriptors = {{input, 0}, {answer.write.get(), 1}},
                           .new_session = false};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  os::Process child = TRY(os::Process::spawn(options));
  answer.write.reset();
  std::string text = TRY(os::read_all(answer.read.get(), limit));
  const os::Ending ending = TRY(child.wait());
  if (ending.was_signalled || ending.value != 0) {
    return failure(ErrorKind::kUnavailable, text::format(_("'%s %s' failed"), kCoordinator, mode.c_str()));
  }
  return text;
}

Result<os::Fd> nothing_to_read() {
  return os::open_path(HostPath::literal("/dev/null"), O_RDONLY);
}

Error misunderstood(const char* mode) {
  return Error{.kind = ErrorKind::kUnavailable,
               .code = 0,
               .message = text::format(_("'%s %s' gave an answer that makes no sense"), kCoordinator, mode),
               .context = {},
               .hint = _("install hutch again: its programs are of different versions")};
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<doctor::Verdict> verdict_of(const std::string& word) {
  if (word == "works") return doctor::Verdict::kWorks;
  if (word == "missing") return doctor::Verdict::kMissing;
  if (word == "broken") return doctor::Verdict::kBroken;
  if (word == "unknown") return doctor::Verdict::kUnknown;
  return std::nullopt;
}

}  // namespace

Result<HostPath> own_program() {
  std::array<char, kPathLimit + 1> buffer{};
  const ssize_t length = ::readlink("/proc/self/exe", buffer.data(), buffer.size());
  if (length < 0) return unexpected(system_error(errno, _("cannot tell where hutch is installed")));
  return HostPath::parse(std::string_view(buffer.data(), static_cast<std::size_t>(length)));
}

std::vector<std::string> own_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

Result<HostPath> find_program(const char* name) {
  const HostPath program = TRY(own_program());
  const std::vector<HostPath> places = places_of(program.parent(), name);
  for (const HostPath& place : places) {
    if (::access(place.c_str(), X_OK) == 0) return place;
  }
  return failure(ErrorKind::kUnavailable,
                 text::format(_("'%s' is missing: it is neither beside hutch nor at '%s'"), name,
                              text::printable(places.back().str()).c_str()),
                 _("install hutch again"));
}

Result<std::string> ask_seccomp(const plan::Plan& plan) {
  const os::Fd question = TRY(os::make_sealed_file("hutch-plan", plan::encode(plan)));
  if (::lseek(question.get(), 0, SEEK_SET) != 0) {
    return unexpected(system_error(errno, _("cannot hand over the plan")));
  }
  std::string program =
      TRY_IN(_("compiling the system call filter"), ask({"seccomp"}, question.get(), kSeccompProgramLimit));
  if (program.empty() || program.size() % kSeccompInstructionSize != 0) return unexpected(misunderstood("seccomp"));
  return program;
}

Result<std::optional<DesktopEntry>> ask_desktop_entry(const std::string& id) {
  const os::Fd nothing = TRY(nothing_to_read());
  const std::string answer = TRY(ask({"desktop-entry", id}, nothing.get(), kJsonLimit));
  if (text::trim(answer).empty()) return std::optional<DesktopEntry>();
  const Json json = TRY(parse_json(answer));
  if (!json.is_object()) return unexpected(misunderstood("desktop-entry"));
  if (json.empty()) return std::optional<DesktopEntry>();
  DesktopEntry entry{.id = text_of(json, "id"),
                     .name = text_of(json, "name"),
                     .command = {},
                     .snap = text_of(json, "snap"),
                     .flatpak = text_of(json, "flatpak")};
  const auto command = json.find("exec");
  if (command == json.end() || !command->is_array()) return unexpected(misunderstood("desktop-entry"));
  for (const Json& argument : *command) {
    if (!argument.is_string()) return unexpected(misunderstood("desktop-entry"));
    entry.command.push_back(argument.get<std::string>());
  }
  return std::optional(std::move(entry));
}

Result<std::string> ask_derived(const HostPath& program) {
  const os::Fd nothing = TRY(nothing_to_read());
  return ask({"derive", program.str()}, nothing.get(), kJsonLimit);
}

Status ask_unpacking(const HostPath& image) {
  const os::Fd nothing = TRY(nothing_to_read());
  TRY(ask({"unpack", image.str()}, nothing.get(), kJsonLimit));
  return {};
}

Result<std::vector<std::string>> ask_documents(const AppId& app, const std::vector<plan::DocumentGrant>& grants) {
  std::vector<std::string> question = {"documents", app.str()};
  for (const plan::DocumentGrant& grant : grants) {
    question.push_back((grant.is_writable ? "rw:" : "ro:") + grant.file.str());
  }
  const os::Fd nothing = TRY(nothing_to_read());
  const std::string answer = TRY(ask(std::move(question), nothing.get(), kJsonLimit));
  const Json json = TRY(parse_json(answer));
  std::vector<std::string> paths;
  if (json.is_object() && json.contains("paths") && json["paths"].is_array()) {
    for (const Json& path : json["paths"]) {
      if (path.is_string()) paths.push_back(path.get<std::string>());
    }
  }
  if (paths.size() != grants.size()) return unexpected(misunderstood("documents"));
  return paths;
}

Status ask_limits(const std::string& unit, const plan::Limits& limits) {
  std::vector<std::string> question = {"limit", unit};
  for (std::string& argument : plan::limit_arguments(limits)) question.push_back(std::move(argument));
  const os::Fd nothing = TRY(nothing_to_read());
  TRY(ask(std::move(question), nothing.get(), kJsonLimit));
  return {};
}

Status ask_freeze(const std::string& unit, bool is_frozen) {
  const os::Fd nothing = TRY(nothing_to_read());
  TRY(ask({is_frozen ? "freeze" : "thaw", unit}, nothing.get(), kJsonLimit));
  return {};
}

Status ask_reload() {
  const os::Fd nothing = TRY(nothing_to_read());
  TRY(ask({"reload-bus"}, nothing.get(), kJsonLimit));
  return {};
}

Status ask_notify(const std::string& title, const std::string& text) {
  const os::Fd nothing = TRY(nothing_to_read());
  TRY(ask({"notify", title, text}, nothing.get(), kJsonLimit));
  return {};
}

Result<std::string> ask_choice(const std::string& title, const std::string& text,
                               const std::vector<std::pair<std::string, std::string>>& choices) {
  const os::Fd nothing = TRY(nothing_to_read());
  std::vector<std::string> question{"choose", title, text};
  for (const auto& [key, label] : choices) question.push_back(key + "=" + label);
  const std::string answer = TRY(ask(std::move(question), nothing.get(), kJsonLimit));
  return std::string(text::trim(answer));
}

Result<std::vector<std::string>> ask_call_names(const std::vector<NumberedCall>& calls) {
  std::vector<std::string> question = {"syscalls"};
  for (const NumberedCall& call : calls) question.push_back(text::format("%x:%u", call.architecture, call.number));
  const os::Fd nothing = TRY(nothing_to_read());
  const std::string answer = TRY(ask(std::move(question), nothing.get(), kJsonLimit));
  std::vector<std::string> names;
  for (const std::string_view line : text::split(text::trim(answer), '\n')) names.emplace_back(line);
  if (names.size() != calls.size()) return unexpected(misunderstood("syscalls"));
  return names;
}

Result<std::vector<doctor::Observation>> ask_doctor() {
  const os::Fd nothing = TRY(nothing_to_read());
  const std::string answer = TRY(ask({"doctor"}, nothing.get(), kJsonLimit));
  const Json json = TRY(parse_json(answer));
  if (!json.is_object() || !json.contains("observations") || !json["observations"].is_array()) {
    return unexpected(misunderstood("doctor"));
  }
  std::vector<doctor::Observation> observations;
  for (const Json& item : json["observations"]) {
    if (!item.is_object()) return unexpected(misunderstood("doctor"));
    const auto verdict = verdict_of(text_of(item, "verdict"));
    const std::string name = text_of(item, "name");
    if (!verdict || name.empty()) return unexpected(misunderstood("doctor"));
    observations.push_back({.name = name, .verdict = *verdict, .detail = text_of(item, "detail")});
  }
  return observations;
}

}  // namespace hutch::host
