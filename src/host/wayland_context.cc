#include "host/wayland_context.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <wayland-client.h>

#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstring>
#include <memory>
#include <string>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

// The two interfaces, as the protocol's XML has them; wayland-protocols carries it since 1.32.
enum ManagerRequest : std::uint32_t { kDestroyManager, kCreateListener };
enum ContextRequest : std::uint32_t { kDestroyContext, kSetSandboxEngine, kSetAppId, kSetInstanceId, kCommit };

extern const wl_interface kContextInterface;
const wl_interface* const kNoTypes[] = {nullptr};
const wl_interface* const kListenerTypes[] = {&kContextInterface, nullptr, nullptr};

// libwayland declares these tables without const and never writes to them.
const wl_interface** types(const wl_interface* const* table) {
  return const_cast<const wl_interface**>(table);
}

const wl_message kContextRequests[] = {
    {"destroy", "", types(kNoTypes)},     {"set_sandbox_engine", "s", types(kNoTypes)},
    {"set_app_id", "s", types(kNoTypes)}, {"set_instance_id", "s", types(kNoTypes)},
    {"commit", "", types(kNoTypes)},
};
const wl_interface kContextInterface = {"wp_security_context_v1", 1, 5, kContextRequests, 0, nullptr};

const wl_message kManagerRequests[] = {
    {"destroy", "", types(kNoTypes)},
    {"create_listener", "nhh", types(kListenerTypes)},
};
const wl_interface kManagerInterface = {"wp_security_context_manager_v1", 1, 2, kManagerRequests, 0, nullptr};

constexpr auto kPatience = std::chrono::seconds(10);

struct Disconnect {
  void operator()(wl_display* display) const { wl_display_disconnect(display); }
};
using Display = std::unique_ptr<wl_display, Disconnect>;

Error compositor_error(const plan::WaylandContext& context, int code, const char* what) {
  return Error{
      .kind = ErrorKind::kUnavailable,
      .code = code,
      .message = text::format(_("the compositor at '%s' %s"), text::printable(context.compositor.str()).c_str(), what),
      .context = {},
      .hint = {}};
}

Result<Display> connect(const plan::WaylandContext& context) {
  os::Fd socket = TRY(os::connect_stream(context.compositor));
  // The display owns the descriptor, also when this fails.
  Display display(wl_display_connect_to_fd(socket.release()));
  if (!display) return unexpected(compositor_error(context, errno, _("cannot be talked to")));
  return display;
}

// The moment by which the compositor must have answered; it may hang.
class Deadline {
 public:
  [[nodiscard]] int rest() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return left.count() < 0 ? 0 : static_cast<int>(left.count());
  }

 private:
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kPatience;
};

// 0, or the errno of what went wrong.
int wait_for(wl_display* display, short events, const Deadline& deadline) {
  pollfd waiting{.fd = wl_display_get_fd(display), .events = events, .revents = 0};
  while (true) {
    const int ready = ::poll(&waiting, 1, deadline.rest());
    if (ready > 0) return 0;
    if (ready == 0) return ETIMEDOUT;
    if (errno != EINTR) return errno;
  }
}

int flush(wl_display* display, const Deadline& deadline) {
  while (wl_display_flush(display) < 0) {
    if (errno != EAGAIN) return errno;
    if (const int error = wait_for(display, POLLOUT, deadline); error != 0) return error;
  }
  return 0;
}

// Reads one batch of events and dispatches it.
int read_events(wl_display* display, const Deadline& deadline) {
  while (wl_display_prepare_read(display) != 0) {
    if (wl_display_dispatch_pending(display) < 0) return errno;
  }
  int error = flush(display, deadline);
  if (error == 0) error = wait_for(display, POLLIN, deadline);
  if (error != 0) {
    wl_display_cancel_read(display);
    return error;
  }
  if (wl_display_read_events(display) < 0) return errno;
  return wl_display_dispatch_pending(display) < 0 ? errno : 0;
}

struct CallbackEnd {
  void operator()(wl_callback* callback) const { wl_callback_destroy(callback); }
};

// wl_display_roundtrip(3) with a deadline: everything sent so far was accepted.
Status synchronize(wl_display* display, const plan::WaylandContext& context) {
  bool is_done = false;
  const std::unique_ptr<wl_callback, CallbackEnd> callback(wl_display_sync(display));
  if (!callback) return unexpected(system_error(ENOMEM, _("cannot talk to the compositor")));
  static constexpr wl_callback_listener kListener = {
      .done = [](void* done, wl_callback*, std::uint32_t) { *static_cast<bool*>(done) = true; }};
  (void)wl_callback_add_listener(callback.get(), &kListener, &is_done);  // fails only when called twice
  const Deadline deadline;
  while (!is_done) {
    const int error = read_events(display, deadline);
    if (error == ETIMEDOUT) return unexpected(compositor_error(context, 0, _("does not answer")));
    if (error == EPROTO) return unexpected(compositor_error(context, 0, _("refused a security context")));
    if (error != 0) return unexpected(compositor_error(context, error, _("ended the connection")));
  }
  return {};
}

// The number of the manager's global; 0 is none.
Result<std::uint32_t> find_manager(wl_display* display, wl_registry* registry, const plan::WaylandContext& context) {
  std::uint32_t name = 0;
  static constexpr wl_registry_listener kListener = {
      .global =
          [](void* found, wl_registry*, std::uint32_t number, const char* interface, std::uint32_t) {
            if (std::strcmp(interface, kManagerInterface.name) == 0) *static_cast<std::uint32_t*>(found) = number;
          },
      .global_remove = [](void*, wl_registry*, std::uint32_t) {}};
  (void)wl_registry_add_listener(registry, &kListener, &name);  // fails only when called twice
  TRY(synchronize(display, context));
  return name;
}

// The path may be longer than sockaddr_un allows: it is bound through its directory's descriptor.
Result<os::Fd> listen_at(const HostPath& path) {
  const auto fail = [&path] {
    return unexpected(
        system_error(errno, text::format(_("cannot listen at '%s'"), text::printable(path.str()).c_str())));
  };
  const os::Fd directory = TRY(os::open_path(path.parent(), O_PATH | O_DIRECTORY));
  os::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // The mode the socket file gets: unix(7).
  if (!socket || ::fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0) return fail();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string short_path = text::format("/proc/self/fd/%d/%s", directory.get(), std::string(path.name()).c_str());
  if (short_path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return fail();
  }
  std::memcpy(address.sun_path, short_path.c_str(), short_path.size() + 1);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return fail();
  if (::listen(socket.get(), SOMAXCONN) != 0) return fail();
  return socket;
}

void send_string(wl_proxy* proxy, ContextRequest request, const std::string& value) {
  (void)wl_proxy_marshal_flags(proxy, request, nullptr, wl_proxy_get_version(proxy), 0, value.c_str());
}

// Objects are not destroyed: the connection ends with the display, and the context outlives it.
Status send_context(wl_display* display, wl_proxy* manager, const plan::WaylandContext& context, const AppId& app,
                    const InstanceId& instance, int close_fd) {
  const os::Fd socket = TRY(listen_at(context.socket));
  wl_proxy* const created =
      wl_proxy_marshal_flags(manager, kCreateListener, &kContextInterface, 1, 0, nullptr, socket.get(), close_fd);
  if (created == nullptr) return unexpected(compositor_error(context, errno, _("refused a security context")));
  send_string(created, kSetSandboxEngine, kSandboxEngine);
  send_string(created, kSetAppId, app.str());
  send_string(created, kSetInstanceId, instance.str());
  (void)wl_proxy_marshal_flags(created, kCommit, nullptr, 1, 0);
  const Status done = synchronize(display, context);
  wl_proxy_destroy(created);
  if (!done) (void)::unlink(context.socket.c_str());  // the first error is the one to tell
  return done;
}

struct ProxyEnd {
  void operator()(wl_registry* registry) const { wl_registry_destroy(registry); }
  void operator()(wl_proxy* proxy) const { wl_proxy_destroy(proxy); }
};

}  // namespace

Result<bool> open_wayland_context(const plan::WaylandContext& context, const AppId& app, const InstanceId& instance,
                                  int close_fd) {
  wl_log_set_handler_client([](const char*, va_list) {});  // errors are returned, not printed
  const Display display = TRY(connect(context));
  const std::unique_ptr<wl_registry, ProxyEnd> registry(wl_display_get_registry(display.get()));
  if (!registry) return unexpected(system_error(ENOMEM, _("cannot talk to the compositor")));
  const std::uint32_t name = TRY(find_manager(display.get(), registry.get(), context));
  if (name == 0) return false;
  const std::unique_ptr<wl_proxy, ProxyEnd> manager(
      static_cast<wl_proxy*>(wl_registry_bind(registry.get(), name, &kManagerInterface, 1)));
  if (!manager) return unexpected(system_error(ENOMEM, _("cannot talk to the compositor")));
  TRY(send_context(display.get(), manager.get(), context, app, instance, close_fd));
  return true;
}

}  // namespace hutch::host
