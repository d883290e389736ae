#include "coordinate/run.h"

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
#include "host/documents.h"
#include "host/idmap.h"
#include "host/instances.h"
#include "host/portal_files.h"
#include "host/queries.h"
#include "host/scope.h"
#include "host/wayland_context.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/socket.h"

namespace hutch::coordinate {
namespace {

constexpr mode_t kDirectoryMode = 0700;

Status tell(plan::Message message) {
  plan::Packet packet;
  packet.kind = message;
  return os::send_packet(plan::kCoordinatorSocket, {reinterpret_cast<const char*>(&packet), sizeof packet});
}

// PID 1 of the sandbox; absent when the supervisor hung up.
Result<std::optional<pid_t>> await_clone() {
  auto received = os::receive_packet(plan::kCoordinatorSocket, sizeof(plan::Packet));
  if (!received && received.error().code == ECONNRESET) return std::optional<pid_t>();
  if (!received) return unexpected(std::move(received).error());
  if (received->bytes.empty()) return std::optional<pid_t>();
  plan::Packet packet;
  if (received->bytes.size() != sizeof packet) {
    return failure(ErrorKind::kInvalid, _("the launcher sent a message that makes no sense"));
  }
  std::memcpy(&packet, received->bytes.data(), sizeof packet);
  if (packet.kind != plan::Message::kCloned || packet.value <= 0) {
    return failure(ErrorKind::kInvalid, _("the launcher sent a message that makes no sense"));
  }
  return std::optional<pid_t>(packet.value);
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
  Launch(const plan::Plan& plan, HostPath launcher) : plan_(plan), launcher_(std::move(launcher)) {}
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;
  ~Launch() {
    if (!is_finished_ && plan_.identity) host::remove_portal_files(*plan_.identity);
  }

  Status start_proxy() {
    const auto* const proxy = find_helper<plan::BusProxy>(plan_);
    if (proxy != nullptr) proxy_ = TRY(host::start_bus_proxy(*proxy, launcher_, plan::kCoordinatorLifeChild));
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
    const HostPath documents = runtime_directory() / "doc";
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
    const plan::Namespaces& namespaces = plan_.sandbox.namespaces;
    if (!namespaces.uid_ranges.empty() || !namespaces.gid_ranges.empty()) {
      TRY(host::write_id_maps(namespaces, init));
      TRY(tell(plan::Message::kMapped));
    }
    if (plan_.identity) TRY(host::write_portal_files(*plan_.identity, init));
    const auto* const pasta = find_helper<plan::Pasta>(plan_);
    TRY(place(init, pasta != nullptr));
    if (pasta != nullptr) pasta_ = TRY(start_pasta(*pasta, launcher_, plan::kCoordinatorLifeChild, init));
    TRY(prepare_documents(warn));
    if (proxy_) TRY(host::await_ready(*proxy_, plan::kCoordinatorLife));
    if (pasta_) TRY(host::await_ready(pasta_->helper, pasta_->ready.get()));
    return note_in_record(init);
  }

  Status finish() {
    TRY(tell(plan::Message::kReady));
    is_finished_ = true;
    if (proxy_) proxy_->process.release();
    if (pasta_) pasta_->helper.process.release();
    return {};
  }

 private:
  // Instances live at RUNTIME/hutch/ID.
  [[nodiscard]] HostPath runtime_directory() const { return plan_.instance_directory.parent().parent(); }

  [[nodiscard]] std::string session_bus() const {
    const auto* const proxy = find_helper<plan::BusProxy>(plan_);
    if (proxy != nullptr) {
      for (const plan::ProxiedBus& bus : proxy->buses) {
        if (bus.bus == plan::Bus::kSession) return bus.address;
      }
    }
    return "unix:path=" + (runtime_directory() / "bus").str();
  }

  // PID 1 and the proxy by name. pasta forks behind its guard, so it is begun in the scope: this process goes first.
  Status place(pid_t init, bool has_pasta) {
    if (!plan_.scope) return {};
    std::vector<pid_t> processes{init};
    if (proxy_) processes.push_back(proxy_->process.pid());
    if (has_pasta) processes.push_back(::getpid());
    TRY(host::start_scope(runtime_directory(), *plan_.scope, processes));
    return {};
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

  const plan::Plan& plan_;
  HostPath launcher_;
  std::optional<host::Helper> proxy_;
  std::optional<StartingPasta> pasta_;
  std::vector<std::string> warnings_;
  bool is_finished_ = false;
};

}  // namespace

Result<Course> coordinate(void (*warn)(const std::string& sentence)) {
  // What this process was started with is for it alone: a helper that kept the supervisor's end of the life pair would
  // never see it hang up.
  if (::syscall(SYS_close_range, static_cast<unsigned>(plan::kCoordinatorPlan), ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    return unexpected(system_error(errno, _("cannot close descriptors")));
  }
  const os::MappedFile encoded = TRY(os::MappedFile::map(plan::kCoordinatorPlan, plan::kWireLimit, true));
  const plan::Plan plan = TRY(plan::decode_plan(encoded.bytes()));
  Launch launch(plan, TRY(host::find_program("hutch-launch")));
  TRY(launch.start_proxy());
  TRY(launch.open_wayland(warn));
  const std::optional<pid_t> init = TRY(await_clone());
  if (!init) return Course::kVanished;
  TRY(launch.attend(*init, warn));
  TRY(launch.finish());
  return Course::kReady;
}

void abort_launch() {
  (void)tell(plan::Message::kAbort);  // a supervisor that is gone needs no word
}

}  // namespace hutch::coordinate
