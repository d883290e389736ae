#include "host/instances.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/wire.h"
#include "host/instance_locks.h"
#include "os/file.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

constexpr std::size_t kRecordLimit = 256u << 10;
constexpr std::size_t kInstanceLimit = 10000;  // listed at once

HostPath record_file(const HostPath& directory) {
  return directory / "record.json";
}

// The directory of all instances, refused when somebody else could write to it.
Result<HostPath> claim_instances_directory(const facts::Facts& facts) {
  const HostPath directory = instances_directory(facts);
  TRY_IN(_("making the directory of running instances"), os::make_directories(directory, 0700));
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    return unexpected(system_error(errno, text::format(_("cannot read '%s'"), directory.c_str())));
  }
  if (status.st_uid != ::geteuid() || (status.st_mode & 022) != 0) {
    return failure(ErrorKind::kDenied,
                   text::format(_("'%s' can be written by other users"), text::printable(directory.str()).c_str()),
                   _("set XDG_RUNTIME_DIR to a directory of your own with mode 0700"));
  }
  return directory;
}

// Takes the lock of a directory that was just made; absent when a sweep of the same id got in between.
Result<std::optional<os::Fd>> lock_new_directory(const HostPath& directory) {
  auto lock = os::open_path(directory / "lock", O_RDWR | O_CREAT | O_EXCL, 0600);
  if (!lock) {
    if (lock.error().code == ENOENT) return std::optional<os::Fd>();
    return unexpected(std::move(lock).error());
  }
  if (!TRY(os::try_lock(lock->get()))) return std::optional<os::Fd>();
  return std::optional(std::move(*lock));
}

Error is_running(const InstanceId& id) {
  return Error{.kind = ErrorKind::kConflict,
               .code = 0,
               .message = text::format(_("instance '%s' is already running"), id.c_str()),
               .context = {},
               .hint = _("leave --instance out for an id of its own, or stop the other first")};
}

}  // namespace

HostPath instances_directory(const facts::Facts& facts) {
  return facts.directories.runtime / "hutch";
}

Result<InstanceId> choose_instance_id(const facts::Facts& facts, const ProfileName& profile) {
  constexpr std::size_t kPrefixLimit = 27;  // of 32
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string prefix;
  for (const char c : profile.str()) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const char lower = is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_letter = lower >= 'a' && lower <= 'z';
    if (prefix.empty() && !is_letter) prefix += 'i';
    if ((is_letter || (c >= '0' && c <= '9')) && prefix.size() < kPrefixLimit) prefix += lower;
  }
  while (true) {
    std::array<unsigned char, 5> random{};
    if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
      return unexpected(system_error(errno, _("cannot get random numbers")));
    }
    std::string id = prefix;
    for (const unsigned char byte : random) id += kAlphabet[byte % kAlphabet.size()];
    if (!os::exists(instances_directory(facts) / id)) return InstanceId::parse(id);
  }
}

Result<Instance> create_instance(const facts::Facts& facts, const InstanceId& id) {
  constexpr int kAttempts =
      3;  // a dead instance of the same id is swept once; a second time is another process's doing
  const HostPath parent = TRY(claim_instances_directory(facts));
  const HostPath directory = parent / id.str();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const os::Fd guard = TRY(guard_creation(parent));
    if (::mkdir(directory.c_str(), 0700) != 0) {
      if (errno != EEXIST) {
        return unexpected(system_error(errno, text::format(_("cannot make directory '%s'"), directory.c_str())));
      }
      if (TRY(is_locked(directory))) return unexpected(is_running(id));
      TRY(sweep(facts, {id}, guard.get()));
      continue;
    }
    auto lock = TRY(lock_new_directory(directory));
    if (!lock) continue;
    auto control = os::listen_packets(directory / "control");
    if (!control) {
      (void)os::remove_tree(directory);  // the first error matters
      return unexpected(std::move(control).error());
    }
    return Instance{
        .id = id, .directory = directory, .lock = std::move(*lock), .control = std::move(*control), .data = {}};
  }
  return unexpected(is_running(id));
}

void discard_instance(const Instance& instance) {
  (void)os::remove_tree(instance.directory);  // what stays is swept by the next list
}

Result<instance::Record> record_of(const plan::Plan& plan) {
  instance::Record record;
  record.id = plan.instance;
  record.profile = plan.profile;
  record.box = plan.box;
  record.app = plan.app;
  record.command = text::join(plan.sandbox.command.arguments, " ");
  record.started = static_cast<std::int64_t>(::time(nullptr));
  record.supervisor = ::getpid();
  record.supervisor_start = TRY(start_time(record.supervisor));
  record.scope = plan.scope ? plan.scope->name : std::string();
  record.network = plan.network_mode;
  record.weakenings = plan.weakenings;
  record.warnings = plan.warnings;
  return record;
}

Status write_record(const HostPath& directory, const instance::Record& record) {
  return os::replace_file(record_file(directory), format_json(instance::to_json(record)), 0600, os::Lasting::kProcess);
}

Result<instance::Record> read_record(const HostPath& directory) {
  const std::string text = TRY(os::read_file(record_file(directory), kRecordLimit));
  return instance::parse_record(text);
}

Status write_plan(const HostPath& directory, const plan::Plan& plan) {
  return os::replace_file(directory / "plan", plan::encode(plan), 0600, os::Lasting::kProcess);
}

Result<plan::Plan> read_plan(const HostPath& directory) {
  return plan::decode_plan(TRY(os::read_file(directory / "plan", plan::kWireLimit)));
}

Result<std::vector<Running>> list_instances(const facts::Facts& facts) {
  std::vector<Running> running;
  std::vector<InstanceId> dead;
  const HostPath parent = instances_directory(facts);
  auto names = os::list_directory(parent);
  if (!names) {
    if (names.error().code == ENOENT) return running;
    return unexpected(std::move(names).error());
  }
  if (names->size() > kInstanceLimit) names->resize(kInstanceLimit);
  for (const std::string& name : *names) {
    const auto id = InstanceId::parse(name);
    if (!id) continue;
    const HostPath directory = parent / name;
    if (!TRY(is_locked(directory))) {
      dead.push_back(*id);
      continue;
    }
    const auto text = os::read_file(record_file(directory), kRecordLimit);
    if (!text) continue;  // not started yet, or just gone
    auto record = instance::parse_record(*text);
    if (record) running.push_back(Running{.record = std::move(*record), .directory = directory});
  }
  if (!dead.empty()) TRY(sweep_if_unguarded(facts, dead));
  std::sort(running.begin(), running.end(), [](const Running& left, const Running& right) {
    return std::tie(left.record.started, left.record.id) < std::tie(right.record.started, right.record.id);
  });
  return running;
}

}  // namespace hutch::host
