#include "coordinate/run.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/i18n.h"
#include "base/text.h"
#include "coordinate/pasta.h"
#include "core/instance/record.h"
#include "core/plan/channel.h"
#include "core/plan/wire.h"
#include "host/bus_proxy.h"
#include "host/cgroup.h"
#include "host/documents.h"
#include "host/history.h"
#include "host/idmap.h"
#include "host/instances.h"
#include "host/portal_files.h"
#include "host/queries.h"
#include "host/refusals.h"
#include "host/scope.h"
#include "host/wayland_context.h"
#include "host/witness.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/socket.h"

namespace hutch::coordinate {
namespace {

constexpr mode_t kDirectoryMode = 0700;

Status tell(plan::Message message, std::span<const int> descriptors = {}) {
  plan::Packet packet;
  packet.kind = message;
  return os::send_packet(plan::kCoordinatorSocket, {reinterpret_cast<const char*>(&packet), sizeof packet},
                         descriptors);
}

struct News {
  plan::Packet packet;
  std::vector<os::Fd> descriptors;
};

// The next message, which must be of this kind; absent when the other side hung up.
Result<std::optional<News>> await(plan::Message kind) {
  auto received = os::receive_packet(plan::kCoordinatorSocket, sizeof(plan::Packet));
  if (!received) return unexpected(std::move(received).error());
  if (received->bytes.empty()) return std::optional<News>();
  News news{.packet = {}, .descriptors = std::move(received->descriptors)};
  if (received->bytes.size() == sizeof news.packet) {
    std::memcpy(&news.packet, received->bytes.data(), sizeof news.packet);
    const bool has_pid = kind != plan::Message::kCloned || news.packet.value > 0;
    if (news.packet.kind == kind && has_pid) return std::optional(std::move(news));
  }
  return failure(ErrorKind::kInvalid, _("the launcher sent a message that makes no sense"));
}

Result<plan::Plan> read_plan(const News& news) {
  if (news.descriptors.size() != 1) {
    return failure(ErrorKind::kInvalid, _("the launcher sent a message that makes no sense"));
  }
  const os::MappedFile encoded = TRY(os::MappedFile::map(news.descriptors.front().get(), plan::kWireLimit, true));
  return plan::decode_plan(encoded.bytes());
}

// A directory of another file system than the one above it.
bool is_mounted(const HostPath& path) {
  struct stat here {};
  struct stat above {};
  return ::stat(path.c_str(), &here) == 0 && ::stat(path.parent().c_str(), &above) == 0 && here.st_dev != above.st_dev;
}

template <class Kind>
const Kind* find_helper(const plan::Plan& plan) {
  for (const plan::Helper& helper : plan.helpers) {
    if (const Kind* const found = std::get_if<Kind>(&helper)) return found;
  }
  return nullptr;
}

// What one launch has started so far. Dropped before finish(), it ends and removes it all.
class Launch {
 public:
  Launch(HostPath runtime_directory, HostPath launcher)
      : runtime_directory_(std::move(runtime_directory)),
        launcher_(std::move(launcher)),
        scope_(host::StartingScope::greet(runtime_directory_)) {}
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;
  ~Launch() {
    if (!is_finished_ && plan_.identity) host::remove_portal_files(*plan_.identity);
  }

  void follow(plan::Plan plan) { plan_ = std::move(plan); }

  Status begin_scope() {
    if (!plan_.scope || plan_.scope->name.ends_with(".service")) return {};  // a service is there already
    if (!scope_) return unexpected(scope_.error());
    return scope_->begin(*plan_.scope);
  }

  Status start_proxy() {
    const auto* const proxy = find_helper<plan::BusProxy>(plan_);
    if (proxy == nullptr) return {};
    log_ = TRY(host::make_log_pipe());
    proxy_ = TRY(host::start_bus_proxy(*proxy, launcher_, plan::kCoordinatorLifeChild, log_->write.get()));
    log_->write.reset();
    if (proxy->names) names_ = TRY(host::start_box_names(*proxy, launcher_, plan::kCoordinatorLifeChild));
    return {};
  }

  Status open_wayland(void (*warn)(const std::string& sentence)) {
    const auto* const context = find_helper<plan::WaylandContext>(plan_);
    if (context == nullptr) return {};
    TRY(os::make_directories(context->socket.parent(), kDirectoryMode));
    const bool is_open =
        TRY(host::open_wayland_context(*context, plan_.app, plan_.instance, plan::kCoordinatorLifeChild));
    if (is_open) return {};
    warnings_.emplace_back(_("the compositor has no security context: the app can use all of its protocols"));
    warn(warnings_.back());
    return {};
  }

  // The app's view of the document portal must be there to be bound. Where the portal does not start (no FUSE), an
  // empty directory stands in: dialogs work, files picked in them do not open.
  Status prepare_documents(void (*warn)(const std::string& sentence)) {
    if (find_helper<plan::Documents>(plan_) == nullptr) return {};
    const HostPath documents = runtime_directory_ / "doc";
    if (is_mounted(documents)) return {};
    const auto place = host::document_directory(session_bus());
    if (place && is_mounted(documents)) return {};
    warnings_.push_back(text::format(_("files picked in dialogs will not open: %s"),
                                     place ? text::printable(place->str()).c_str() : place.error().describe().c_str()));
    warn(warnings_.back());
    return os::make_directories(documents / "by-app" / plan_.app.str(), kDirectoryMode);
  }

  // Everything that waits for PID 1.
  Status attend(pid_t init, void (*warn)(const std::string& sentence)) {
    init_ = init;
    const plan::Namespaces& namespaces = plan_.sandbox.namespaces;
    if (!namespaces.uid_ranges.empty() || !namespaces.gid_ranges.empty()) {
      TRY(host::write_id_maps(namespaces, init));
      TRY(tell(plan::Message::kMapped));
    }
    if (plan_.identity) TRY(host::write_portal_files(*plan_.identity, init));
    const auto* const pasta = find_helper<plan::Pasta>(plan_);
    TRY(enter_scope(init));
    if (pasta != nullptr) pasta_ = TRY(start_pasta(*pasta, launcher_, plan::kCoordinatorLifeChild, init));
    TRY(prepare_documents(warn));
    if (proxy_) TRY(host::await_ready(*proxy_, plan::kCoordinatorLife));
    if (names_) TRY(host::await_ready(*names_, plan::kCoordinatorLife));  // each writes its byte
    if (pasta_) TRY(host::await_ready(pasta_->helper, pasta_->ready.get()));
    if (keeps_history()) counters_ = TRY(host::open_counters(init));
    return note_in_record(init);
  }

  // Beside the running app. What it is refused is the less known without it, and nothing else.
  Status start_witness() const {
    if (!keeps_history()) return {};
    const HostPath directory = plan_.sandbox.watch.history.parent() / "refusals";
    const os::Fd record = TRY(host::create_refusals(directory, plan_.instance, false));
    const int source = log_ ? log_->read.get() : static_cast<int>(plan::kCoordinatorLifeChild);
    TRY(host::start_log_witness(source, record.get(), counters_));
    host::prune_refusals(directory);
    return {};
  }

  void turn_history() const {
    if (keeps_history()) host::turn_history(plan_.sandbox.watch.history);
  }

  Status finish() {
    TRY(tell_ready());
    is_finished_ = true;
    if (proxy_) proxy_->process.release();
    if (names_) names_->process.release();
    if (pasta_) pasta_->helper.process.release();
    return {};
  }

 private:
  [[nodiscard]] bool keeps_history() const { return !plan_.sandbox.watch.history.is_root(); }

  // With the scope's cgroup, which the supervisor is not in and reads to the end.
  [[nodiscard]] Status tell_ready() const {
    const auto directory = plan_.scope ? host::cgroup_of(init_) : std::nullopt;
    if (!directory) return tell(plan::Message::kReady);
    const auto group = os::open_path(*directory, O_PATH | O_DIRECTORY);
    if (!group) return tell(plan::Message::kReady);
    const int descriptor = group->get();
    return tell(plan::Message::kReady, {&descriptor, 1});
  }

  [[nodiscard]] std::string session_bus() const {
    const auto* const proxy = find_helper<plan::BusProxy>(plan_);
    if (proxy != nullptr) {
      for (const plan::ProxiedBus& bus : proxy->buses) {
        if (bus.bus == plan::Bus::kSession) return bus.address;
      }
    }
    return "unix:path=" + (runtime_directory_ / "bus").str();
  }

  // This process is in the scope, and so is what it starts from now on (pasta forks behind its guard).
  Status enter_scope(pid_t init) {
    if (!plan_.scope) return {};
    if (plan_.scope->name.ends_with(".service")) {  // we all are in it
      if (plan_.scope->limits.empty()) return {};
      return host::change_limits(runtime_directory_, plan_.scope->name, plan_.scope->limits);
    }
    TRY(scope_->await(*plan_.scope));
    std::vector<pid_t> processes{init};
    if (proxy_) processes.push_back(proxy_->process.pid());
    if (names_) processes.push_back(names_->process.pid());
    return scope_->admit(*plan_.scope, processes);
  }

  Status note_in_record(pid_t init) const {
    const HostPath file = plan_.instance_directory / "record.json";
    const std::string text = TRY(os::read_file(file, kJsonLimit));
    instance::Record record = TRY(instance::parse_record(text));
    record.init = init;
    record.scope = plan_.scope ? plan_.scope->name : std::string();
    record.warnings.insert(record.warnings.end(), warnings_.begin(), warnings_.end());
    return host::write_record(plan_.instance_directory, record);
  }

  HostPath runtime_directory_;
  HostPath launcher_;
  Result<host::StartingScope> scope_;
  plan::Plan plan_;
  std::optional<host::Helper> proxy_;
  std::optional<host::Helper> names_;
  std::optional<StartingPasta> pasta_;
  std::optional<os::Pipe> log_;  // of the proxy
  std::vector<os::Fd> counters_;
  std::vector<std::string> warnings_;
  pid_t init_ = 0;
  bool is_finished_ = false;
};

}  // namespace

Result<Course> coordinate(const HostPath& runtime_directory, void (*warn)(const std::string& sentence)) {
  // What this process was started with is for it alone: a helper that kept the supervisor's end of the life pair would
  // never see it hang up.
  if (::syscall(SYS_close_range, static_cast<unsigned>(plan::kCoordinatorSocket), ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    return unexpected(system_error(errno, _("cannot close descriptors")));
  }
  Launch launch(runtime_directory, TRY(host::find_program("hutch-launch")));
  const std::optional<News> planned = TRY(await(plan::Message::kPlan));
  if (!planned) return Course::kVanished;
  launch.follow(TRY(read_plan(*planned)));
  TRY(launch.begin_scope());
  TRY(launch.start_proxy());
  TRY(launch.open_wayland(warn));
  const std::optional<News> cloned = TRY(await(plan::Message::kCloned));
  if (!cloned) return Course::kVanished;
  TRY(launch.attend(cloned->packet.value, warn));
  TRY(launch.finish());
  if (const auto begun = launch.start_witness(); !begun) warn(begun.error().describe());
  launch.turn_history();
  return Course::kReady;
}

void abort_launch() {
  (void)tell(plan::Message::kAbort);  // a supervisor that is gone needs no word
}

}  // namespace hutch::coordinate
