#include "host/graft.h"

#include <fcntl.h>

#include <cerrno>
#include <ctime>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "core/plan/graft.h"
#include "core/plan/wire.h"
#include "host/queries.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/process.h"

namespace hutch::host {
namespace {

constexpr const char* kProgram = "hutch-graft";
constexpr std::size_t kAnswerLimit = 256u << 10;

HostPath file_of(const Running& instance) {
  return instance.directory / "live.json";
}

Error misunderstood() {
  return Error{.kind = ErrorKind::kUnavailable,
               .code = 0,
               .message = text::format(_("'%s' gave an answer that makes no sense"), kProgram),
               .context = {},
               .hint = _("install hutch again: its programs are of different versions")};
}

Result<Graft> graft_of(const Json& json) {
  Graft graft;
  const bool is_whole = json.is_object() && json.contains("path") && json["path"].is_string() &&
                        json.contains("mounts") && json["mounts"].is_array() && json.contains("until") &&
                        json["until"].is_number_integer();
  if (!is_whole) return failure(ErrorKind::kInvalid, _("the list of live grants makes no sense"));
  graft.path = json["path"].get<std::string>();
  graft.until = json["until"].get<std::int64_t>();
  for (const Json& mount : json["mounts"]) {
    if (mount.is_string()) graft.mounts.push_back(mount.get<std::string>());
  }
  return graft;
}

Result<os::Fd> init_of(const Running& instance) {
  auto pidfd = os::open_pidfd(instance.record.init);
  // Read behind the pidfd: as long as the supervisor is there, so is this PID 1.
  if (!pidfd || !TRY(open_supervisor(instance)) || instance.record.init == 0) {
    return failure(ErrorKind::kNotFound, text::format(_("no running instance '%s'"), instance.record.id.c_str()));
  }
  return std::move(*pidfd);
}

Error cannot_give(const std::vector<plan::Bind>& binds, std::string_view step_word, std::string_view error_word) {
  const auto step = text::parse_number(step_word, binds.size());
  const auto code = text::parse_number(error_word, 4096);
  if (!code) return misunderstood();
  const int number = static_cast<int>(*code);
  if (!step || *step >= binds.size()) return system_error(number, _("cannot enter the sandbox"));
  const plan::Bind& bind = binds[static_cast<std::size_t>(*step)];
  const std::string target = text::printable(bind.target.str());
  Error error = system_error(number, text::format(_("cannot show '%s' in the sandbox"), target.c_str()));
  if (number == ELOOP) {
    error.kind = ErrorKind::kDenied;
    error.hint = _("a symlink inside, which the app may have made, leads elsewhere");
  }
  if (number == EROFS || number == EACCES) {
    error.kind = ErrorKind::kDenied;
    error.hint = _("restart needed: grant it without --live and start the app again");
  }
  if (number == ESTALE) error.hint = _("it was replaced this moment; try again");
  return error;
}

}  // namespace

Result<Grafts> open_grafts(const Running& instance) {
  Grafts grafts{.lock = TRY(os::open_path(instance.directory / "live.lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600)),
                .list = {}};
  TRY(os::lock(grafts.lock.get()));
  const auto text = os::read_file(file_of(instance), kJsonLimit);
  if (!text && text.error().code == ENOENT) return grafts;
  if (!text) return unexpected(text.error());
  const Json json = TRY(parse_json(*text));
  if (!json.is_object() || !json.contains("grants") || !json["grants"].is_array()) {
    return failure(ErrorKind::kInvalid, _("the list of live grants makes no sense"));
  }
  for (const Json& one : json["grants"]) grafts.list.push_back(TRY(graft_of(one)));
  return grafts;
}

Result<std::vector<Graft>> list_grafts(const Running& instance) {
  std::vector<Graft> list = std::move(TRY(open_grafts(instance)).list);
  const std::int64_t now = ::time(nullptr);
  std::erase_if(list, [&](const Graft& graft) { return graft.until != 0 && graft.until <= now; });
  return list;
}

Status save_grafts(const Running& instance, const Grafts& grafts) {
  Json list = Json::array();
  for (const Graft& graft : grafts.list) {
    list.push_back(Json{{"path", graft.path}, {"mounts", graft.mounts}, {"until", graft.until}});
  }
  return os::replace_file(file_of(instance), format_json(Json{{"grants", std::move(list)}}), 0600,
                          os::Lasting::kProcess);
}

Result<std::vector<std::string>> give(const Running& instance, const std::vector<plan::Bind>& binds) {
  plan::Sandbox request;
  for (const plan::Bind& bind : binds) request.steps.emplace_back(bind);
  const os::Fd init = TRY(init_of(instance));
  const os::Fd encoded = TRY(os::make_sealed_file("hutch-graft", plan::encode(request)));
  const HostPath program = TRY(find_program(kProgram));
  const os::Captured captured =
      TRY(os::run_and_capture({.program = program,
                               .arguments = {kProgram, plan::kModeGive},
                               .environment = {},
                               .descriptors = {{encoded.get(), plan::kGraftRequest}, {init.get(), plan::kGraftInit}}},
                              kAnswerLimit));
  std::vector<std::string> mounts;
  for (const std::string_view line : text::split(captured.output, '\n')) {
    const auto words = text::split(line, ' ');
    if (words.size() == 3 && words[0] == "failed") return unexpected(cannot_give(binds, words[1], words[2]));
    if (words.size() == 2 && words[0] == "mount") mounts.emplace_back(words[1]);
  }
  if (captured.ending.was_signalled || captured.ending.value != 0 || mounts.size() != binds.size()) {
    return unexpected(misunderstood());
  }
  return mounts;
}

Status take(const Running& instance, const std::vector<std::string>& mounts, std::uint64_t delay) {
  const os::Fd init = TRY(init_of(instance));
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDWR));
  const HostPath program = TRY(find_program(kProgram));
  os::SpawnOptions options{
      .program = program,
      .arguments = {kProgram, plan::kModeTake, std::to_string(delay)},
      .environment = {},
      .descriptors = {{nothing.get(), 0}, {nothing.get(), 1}, {nothing.get(), 2}, {init.get(), plan::kGraftInit}},
      .new_session = true};
  options.arguments.insert(options.arguments.end(), mounts.begin(), mounts.end());
  os::Process process = TRY(os::Process::spawn(options));
  if (delay > 0) {
    process.release();
    return {};
  }
  const os::Ending ending = TRY(process.wait());
  if (!ending.was_signalled && ending.value == 0) return {};
  return failure(ErrorKind::kSystem, _("what was given could not be taken back: end the instance instead"));
}

}  // namespace hutch::host
