// Against a compositor of our own, a child process, that offers as much of the protocol as the case needs.
#include "host/wayland_context.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wayland-server.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstring>
#include <string>

#include "fresh_directory.h"
#include "os/file.h"
#include "os/pipe.h"
#include "os/process.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

enum class Behaviour { kLacksProtocol, kAccepts, kRefusesAtCommit, kHangsUpAtCommit };

// The compositor's side, as the protocol's XML has it.

struct Seat {
  Behaviour behaviour = Behaviour::kAccepts;
  wl_display* display = nullptr;
  int report = -1;  // a pipe to the test
  int listener = -1;
  int close_end = -1;
  std::string said;
};
Seat seat;

extern const wl_interface context_interface;
const wl_interface* no_types[] = {nullptr, nullptr, nullptr};
const wl_interface* listener_types[] = {&context_interface, nullptr, nullptr};
const wl_message context_requests[] = {{"destroy", "", no_types},
                                       {"set_sandbox_engine", "s", no_types},
                                       {"set_app_id", "s", no_types},
                                       {"set_instance_id", "s", no_types},
                                       {"commit", "", no_types}};
const wl_interface context_interface = {"wp_security_context_v1", 1, 5, context_requests, 0, nullptr};
const wl_message manager_requests[] = {{"destroy", "", no_types}, {"create_listener", "nhh", listener_types}};
const wl_interface manager_interface = {"wp_security_context_manager_v1", 1, 2, manager_requests, 0, nullptr};

void destroy(wl_client*, wl_resource* resource) {
  wl_resource_destroy(resource);
}
void set_engine(wl_client*, wl_resource*, const char* value) {
  seat.said += std::string("engine=") + value + "\n";
}
void set_app(wl_client*, wl_resource*, const char* value) {
  seat.said += std::string("app=") + value + "\n";
}
void set_instance(wl_client*, wl_resource*, const char* value) {
  seat.said += std::string("instance=") + value + "\n";
}

int on_connection(int socket, std::uint32_t, void*) {
  const int connection = accept(socket, nullptr, nullptr);
  (void)!write(seat.report, "connected\n", 10);
  close(connection);
  return 0;
}

int on_close(int, std::uint32_t mask, void*) {
  if ((mask & (WL_EVENT_HANGUP | WL_EVENT_READABLE)) == 0) return 0;
  (void)!write(seat.report, "closed\n", 7);
  wl_display_terminate(seat.display);
  return 0;
}

void commit(wl_client* client, wl_resource* resource) {
  if (seat.behaviour == Behaviour::kRefusesAtCommit) {
    wl_resource_post_error(resource, 2, "invalid metadata");
    return;
  }
  if (seat.behaviour == Behaviour::kHangsUpAtCommit) {
    wl_client_destroy(client);
    return;
  }
  wl_event_loop* const loop = wl_display_get_event_loop(seat.display);
  wl_event_loop_add_fd(loop, seat.listener, WL_EVENT_READABLE, on_connection, nullptr);
  wl_event_loop_add_fd(loop, seat.close_end, WL_EVENT_HANGUP, on_close, nullptr);
  seat.said += "committed\n";
  (void)!write(seat.report, seat.said.data(), seat.said.size());
}

struct ContextRequests {
  void (*destroy)(wl_client*, wl_resource*);
  void (*set_engine)(wl_client*, wl_resource*, const char*);
  void (*set_app)(wl_client*, wl_resource*, const char*);
  void (*set_instance)(wl_client*, wl_resource*, const char*);
  void (*commit)(wl_client*, wl_resource*);
};
const ContextRequests context_handlers = {destroy, set_engine, set_app, set_instance, commit};

void create_listener(wl_client* client, wl_resource*, std::uint32_t id, int listener, int close_end) {
  seat.listener = listener;
  seat.close_end = close_end;
  wl_resource_set_implementation(wl_resource_create(client, &context_interface, 1, id), &context_handlers, nullptr,
                                 nullptr);
}

struct ManagerRequests {
  void (*destroy)(wl_client*, wl_resource*);
  void (*create_listener)(wl_client*, wl_resource*, std::uint32_t, int, int);
};
const ManagerRequests manager_handlers = {destroy, create_listener};

void bind_manager(wl_client* client, void*, std::uint32_t version, std::uint32_t id) {
  wl_resource_set_implementation(wl_resource_create(client, &manager_interface, static_cast<int>(version), id),
                                 &manager_handlers, nullptr, nullptr);
}

[[noreturn]] void be_compositor(const HostPath& socket, Behaviour behaviour, int report, int ready) {
  seat.behaviour = behaviour;
  seat.report = report;
  wl_log_set_handler_server([](const char*, va_list) {});
  seat.display = wl_display_create();
  if (behaviour != Behaviour::kLacksProtocol) {
    wl_global_create(seat.display, &manager_interface, 1, nullptr, bind_manager);
  }
  if (wl_display_add_socket(seat.display, socket.c_str()) != 0) _exit(1);
  (void)!write(ready, "", 1);
  wl_display_run(seat.display);
  _exit(0);
}

class WaylandContext : public FreshDirectory {
 protected:
  void SetUp() override {
    FreshDirectory::SetUp();
    context_ = {.compositor = directory_ / "compositor", .socket = directory_ / "socket"};
  }
  void TearDown() override {
    if (compositor_ > 0) {
      (void)kill(compositor_, SIGKILL);
      (void)waitpid(compositor_, nullptr, 0);
    }
    FreshDirectory::TearDown();
  }

  void start(Behaviour behaviour) {
    os::Pipe report = *os::make_pipe();
    os::Pipe ready = *os::make_pipe();
    compositor_ = fork();
    if (compositor_ == 0) {
      life_ = {};
      be_compositor(context_.compositor, behaviour, report.write.get(), ready.write.get());
    }
    ready.write.reset();
    char byte = 0;
    ASSERT_EQ(read(ready.read.get(), &byte, 1), 1);
    report_ = std::move(report.read);
  }

  Result<bool> open() {
    return open_wayland_context(context_, *AppId::parse("org.example.App"), *InstanceId::parse("box7"),
                                life_.read.get());
  }

  // What the compositor says until `last` is among it.
  std::string told(const std::string& last) {
    std::string text;
    while (text.find(last) == std::string::npos) {
      pollfd waiting{.fd = report_.get(), .events = POLLIN, .revents = 0};
      char buffer[256];
      if (poll(&waiting, 1, 10000) != 1) return text + "<nothing more>";
      const ssize_t size = read(report_.get(), buffer, sizeof buffer);
      if (size <= 0) return text + "<end>";
      text.append(buffer, static_cast<std::size_t>(size));
    }
    return text;
  }

  plan::WaylandContext context_;
  os::Pipe life_ = *os::make_pipe();
  os::Fd report_;
  pid_t compositor_ = 0;
};

TEST_F(WaylandContext, TellsTheCompositorWhoseSocketItIs) {
  start(Behaviour::kAccepts);
  const auto opened = open();
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_TRUE(*opened);
  EXPECT_EQ(told("committed\n"), "engine=org.hutch\napp=org.example.App\ninstance=box7\ncommitted\n");

  struct stat status {};
  ASSERT_EQ(stat(context_.socket.c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_TRUE(os::connect_stream(context_.socket));
  EXPECT_EQ(told("connected\n"), "connected\n");
}

TEST_F(WaylandContext, EndsWhenTheOtherEndOfTheLifelineIsClosed) {
  start(Behaviour::kAccepts);
  ASSERT_TRUE(open().value_or(false));
  (void)told("committed\n");
  life_.write.reset();
  EXPECT_EQ(told("closed\n"), "closed\n");
}

TEST_F(WaylandContext, IsNotMadeWhereTheProtocolIsMissing) {
  start(Behaviour::kLacksProtocol);
  const auto opened = open();
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_FALSE(*opened);
  EXPECT_FALSE(os::exists(context_.socket));
}

TEST_F(WaylandContext, ARefusalIsAnErrorAndLeavesNoSocket) {
  start(Behaviour::kRefusesAtCommit);
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(opened.error().message.find(context_.compositor.str()), std::string::npos);
  EXPECT_FALSE(os::exists(context_.socket));
}

TEST_F(WaylandContext, ACompositorThatVanishesIsAnErrorAndLeavesNoSocket) {
  start(Behaviour::kHangsUpAtCommit);
  EXPECT_FALSE(open());
  EXPECT_FALSE(os::exists(context_.socket));
}

TEST_F(WaylandContext, NoCompositorIsAnError) {
  EXPECT_FALSE(open());
}

TEST_F(WaylandContext, APathInUseIsAnErrorThatNamesIt) {
  start(Behaviour::kAccepts);
  ASSERT_TRUE(os::replace_file(context_.socket, "mine", 0600));
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, EADDRINUSE);
  EXPECT_NE(opened.error().message.find(context_.socket.str()), std::string::npos);
  EXPECT_EQ(os::read_file(context_.socket, 100).value_or(""), "mine");
}

}  // namespace
}  // namespace hutch::host
