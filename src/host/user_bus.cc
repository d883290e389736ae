#include "host/user_bus.h"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "base/overloaded.h"
#include "base/text.h"
#include "host/bus_messages.h"

namespace hutch::host {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr const char* kManager = "org.freedesktop.systemd1";
constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
constexpr const char* kManagerFace = "org.freedesktop.systemd1.Manager";
constexpr const char* kDocuments = "org.freedesktop.portal.Documents";
constexpr const char* kDocumentsPath = "/org/freedesktop/portal/documents";

// Until the other side has let us in; sd-bus itself gives it 90 seconds.
int await_greeting(sd_bus* bus) {
  const auto deadline = steady_clock::now() + kBusTimeout;
  for (;;) {
    const int code = sd_bus_process(bus, nullptr);
    if (code < 0 || sd_bus_is_ready(bus) > 0) return std::min(code, 0);
    if (code > 0) continue;
    const auto left = duration_cast<microseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return -ETIMEDOUT;
    const int waited = sd_bus_wait(bus, static_cast<std::uint64_t>(left));
    if (waited < 0 && waited != -EINTR) return waited;
  }
}

void write_properties(Writer& writer, const std::vector<UnitProperty>& properties) {
  for (const UnitProperty& property : properties) {
    const char* const name = property.name.c_str();
    std::visit(overloaded{
                   [&](std::uint64_t number) { writer.add("(sv)", name, "t", number); },
                   [&](const std::string& string) { writer.add("(sv)", name, "s", string.c_str()); },
                   [&](const std::vector<std::string>& strings) {
                     writer.open('r', "sv");
                     writer.add("s", name);
                     writer.open('v', "as");
                     writer.open('a', "s");
                     for (const std::string& string : strings) writer.add("s", string.c_str());
                     writer.close();
                     writer.close();
                     writer.close();
                   },
                   [&](const DeviceRates& rates) {
                     writer.open('r', "sv");
                     writer.add("s", name);
                     writer.open('v', "a(st)");
                     writer.open('a', "(st)");
                     for (const auto& [path, rate] : rates) writer.add("(st)", path.c_str(), rate);
                     writer.close();
                     writer.close();
                     writer.close();
                   },
               },
               property.value);
  }
}

void write_unit(Writer& writer, const TransientUnit& unit) {
  writer.open('a', "(sv)");
  write_properties(writer, unit.properties);
  writer.open('r', "sv");
  writer.add("s", "PIDs");
  writer.open('v', "au");
  writer.open('a', "u");
  for (const pid_t pid : unit.processes) writer.add("u", static_cast<std::uint32_t>(pid));
  writer.close();
  writer.close();
  writer.close();
  writer.close();
}

Result<std::string> control_group_at(sd_bus* bus, const std::string& object, const char* face,
                                     const std::string& whose) {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  char* group = nullptr;
  const int code = sd_bus_get_property_string(bus, kManager, object.c_str(), face, "ControlGroup", &error, &group);
  if (code < 0) {
    auto failed =
        unexpected(bus_error(code, &error, text::format(_("cannot ask for the cgroup of '%s'"), whose.c_str())));
    sd_bus_error_free(&error);
    return failed;
  }
  std::string result = group;
  ::free(group);
  return result;
}

}  // namespace

// A unit that was asked for. Answers are noted as they come in; the slots end with it, before the connection.
struct UserBus::PendingUnit {
  std::string name;
  std::string job;                                           // its object path, once the manager has answered
  std::string refusal;                                       // or why there is none
  bool is_taken = false;                                     // namely, that there is such a unit
  std::vector<std::pair<std::string, std::string>> results;  // object path and result of every job that ended
  Slot match;
  Slot request;

  [[nodiscard]] std::string what() const { return text::format(_("cannot start the unit '%s'"), name.c_str()); }
  [[nodiscard]] const std::string* result() const {
    for (const auto& [path, result] : results) {
      if (path == job) return &result;
    }
    return nullptr;
  }

  static int note_ended_job(sd_bus_message* message, void* data, sd_bus_error*) {
    std::uint32_t id = 0;
    const char* path = nullptr;
    const char* unit = nullptr;
    const char* result = nullptr;
    if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) >= 0) {
      static_cast<PendingUnit*>(data)->results.emplace_back(path, result);
    }
    return 0;
  }

  static int note_answer(sd_bus_message* message, void* data, sd_bus_error*) {
    auto* const pending = static_cast<PendingUnit*>(data);
    const char* path = nullptr;
    if (sd_bus_message_is_method_error(message, nullptr) == 0 && sd_bus_message_read(message, "o", &path) >= 0) {
      pending->job = path;
      return 0;
    }
    const sd_bus_error* const error = sd_bus_message_get_error(message);
    pending->refusal = bus_error(EBADMSG, error, pending->what()).describe();
    pending->is_taken = error != nullptr && sd_bus_error_has_name(error, "org.freedesktop.systemd1.UnitExists") != 0;
    return 0;
  }
};

UserBus::UserBus(sd_bus* bus) : bus_(bus) {}
UserBus::~UserBus() = default;
UserBus::UserBus(UserBus&& other) noexcept = default;
UserBus& UserBus::operator=(UserBus&& other) noexcept = default;

void UserBus::Close::operator()(sd_bus* bus) const {
  sd_bus_close_unref(bus);
}

Result<UserBus> UserBus::open_user_manager(const HostPath& runtime_directory) {
  const HostPath socket = runtime_directory / "systemd/private";
  sd_bus* bus = nullptr;
  int code = sd_bus_new(&bus);
  if (code < 0) return unexpected(bus_error(code, nullptr, _("cannot reach the user manager")));
  UserBus result(bus);
  code = sd_bus_set_address(bus, ("unix:path=" + socket.str()).c_str());
  if (code >= 0) code = sd_bus_start(bus);
  if (code >= 0) code = await_greeting(bus);
  if (code < 0) {
    return unexpected(bus_error(code, nullptr, text::format(_("cannot reach the user manager at '%s'"), socket.c_str()))
                          .with_hint(_("log in through a session of systemd, or enable one: loginctl enable-linger")));
  }
  return result;
}

Result<UserBus> UserBus::open(const std::string& address) {
  sd_bus* bus = nullptr;
  int code = sd_bus_new(&bus);
  if (code < 0) return unexpected(bus_error(code, nullptr, _("cannot reach the bus")));
  UserBus result(bus);
  code = sd_bus_set_address(bus, address.c_str());
  if (code >= 0) code = sd_bus_set_bus_client(bus, 1);
  if (code >= 0) code = sd_bus_start(bus);
  if (code < 0) {
    return unexpected(
        bus_error(code, nullptr, text::format(_("cannot reach the bus at '%s'"), text::printable(address).c_str())));
  }
  return result;
}

Status UserBus::ask_for_unit(const TransientUnit& unit) {
  pending_ = std::make_unique<PendingUnit>();
  pending_->name = unit.name;
  sd_bus_slot* slot = nullptr;
  // The manager's own socket sends its signals to every peer; a match here is local (org.freedesktop.systemd1(5)).
  int code = sd_bus_match_signal(bus_.get(), &slot, nullptr, kManagerPath, kManagerFace, "JobRemoved",
                                 PendingUnit::note_ended_job, pending_.get());
  if (code < 0) return unexpected(bus_error(code, nullptr, pending_->what()));
  pending_->match.reset(slot);
  const Message request = TRY(new_call(bus_.get(), kManager, kManagerPath, kManagerFace, "StartTransientUnit"));
  Writer writer(request);
  writer.add("ss", unit.name.c_str(), "fail");
  write_unit(writer, unit);
  writer.add("a(sa(sv))", 0U);
  TRY(writer.finish());
  code = sd_bus_call_async(bus_.get(), &slot, request.get(), PendingUnit::note_answer, pending_.get(),
                           timeout_in_microseconds());
  if (code >= 0) {
    pending_->request.reset(slot);
    code = sd_bus_flush(bus_.get());
  }
  if (code < 0) return unexpected(bus_error(code, nullptr, pending_->what()));
  return {};
}

Status UserBus::await_unit() {
  const auto deadline = steady_clock::now() + kBusTimeout;
  while (pending_->refusal.empty() && pending_->result() == nullptr) {
    int code = sd_bus_process(bus_.get(), nullptr);
    if (code > 0) continue;
    const auto left = duration_cast<microseconds>(deadline - steady_clock::now()).count();
    if (code == 0) code = left > 0 ? sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(left)) : 0;
    if (code < 0 && code != -EINTR) {
      return unexpected(bus_error(code, nullptr, _("lost the connection to the user manager")));
    }
    if (code == 0) {
      give_up_unit();
      return unexpected(bus_error(ETIMEDOUT, nullptr, _("the user manager does not finish its job")));
    }
  }
  if (!pending_->refusal.empty()) {
    return failure(pending_->is_taken ? ErrorKind::kConflict : ErrorKind::kUnavailable, pending_->refusal);
  }
  if (*pending_->result() == "done") return {};
  return failure(ErrorKind::kUnavailable,
                 text::format("%s: %s", pending_->what().c_str(), text::printable(*pending_->result()).c_str()),
                 text::format(_("see: journalctl --user --unit=%s"), pending_->name.c_str()));
}

// A job that comes after all would make a scope of processes that are ending: it stays, and nobody ever leaves it.
void UserBus::give_up_unit() {
  const auto request = new_call(bus_.get(), kManager, kManagerPath, kManagerFace, "StopUnit");
  if (!request) return;
  Writer writer(*request);
  writer.add("ss", pending_->name.c_str(), "replace");
  if (!writer.finish() || sd_bus_message_set_expect_reply(request->get(), 0) < 0) return;
  if (sd_bus_send(bus_.get(), request->get(), nullptr) >= 0) (void)sd_bus_flush(bus_.get());  // the first error matters
}

Status UserBus::attach(const std::string& unit, std::span<const pid_t> processes) {
  const Message request = TRY(new_call(bus_.get(), kManager, kManagerPath, kManagerFace, "AttachProcessesToUnit"));
  Writer writer(request);
  writer.add("ss", unit.c_str(), "");
  writer.open('a', "u");
  for (const pid_t pid : processes) writer.add("u", static_cast<std::uint32_t>(pid));
  writer.close();
  TRY(writer.finish());
  const std::string what = text::format(_("cannot put the sandbox into '%s'"), unit.c_str());
  TRY(call(bus_.get(), request, what.c_str()));
  return {};
}

Status UserBus::set_properties(const std::string& unit, const std::vector<UnitProperty>& properties) {
  const std::string what = text::format(_("cannot change the unit '%s'"), unit.c_str());
  const Message request = TRY(new_call(bus_.get(), kManager, kManagerPath, kManagerFace, "SetUnitProperties"));
  Writer writer(request);
  writer.add("sb", unit.c_str(), 1);  // runtime: nothing is written to the user's configuration
  writer.open('a', "(sv)");
  write_properties(writer, properties);
  writer.close();
  TRY(writer.finish());
  TRY(call(bus_.get(), request, what.c_str()));
  return {};
}

Status UserBus::freeze(const std::string& unit, bool is_frozen) {
  const std::string what = is_frozen ? text::format(_("cannot pause the unit '%s'"), unit.c_str())
                                     : text::format(_("cannot resume the unit '%s'"), unit.c_str());
  const char* const member = is_frozen ? "FreezeUnit" : "ThawUnit";
  const Message request = TRY(new_call(bus_.get(), kManager, kManagerPath, kManagerFace, member));
  Writer writer(request);
  writer.add("s", unit.c_str());
  TRY(writer.finish());
  TRY(call(bus_.get(), request, what.c_str()));
  return {};
}

Result<std::string> UserBus::control_group_of(const std::string& unit) {
  char* path = nullptr;
  const int code = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path);
  if (code < 0) return unexpected(bus_error(code, nullptr, _("cannot name a unit")));
  const std::string object = path;
  ::free(path);
  const char* const face = unit.ends_with(".slice")     ? "org.freedesktop.systemd1.Slice"
                           : unit.ends_with(".service") ? "org.freedesktop.systemd1.Service"
                                                        : "org.freedesktop.systemd1.Scope";
  return control_group_at(bus_.get(), object, face, unit);
}

Result<std::string> UserBus::own_control_group() {
  return control_group_at(bus_.get(), kManagerPath, kManagerFace, "systemd --user");
}

Result<bool> UserBus::is_activatable(const std::string& name) {
  for (const char* const member : {"ListNames", "ListActivatableNames"}) {
    const Message request =
        TRY(new_call(bus_.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", member));
    const Message reply = TRY(call(bus_.get(), request, _("cannot list the names on the bus")));
    if (sd_bus_message_enter_container(reply.get(), 'a', "s") < 0) continue;
    const char* found = nullptr;
    while (sd_bus_message_read_basic(reply.get(), 's', &found) > 0) {
      if (name == found) return true;
    }
  }
  return false;
}

Result<std::uint32_t> UserBus::number_property(const std::string& destination, const std::string& object,
                                               const std::string& interface, const std::string& name) {
  const Message request =
      TRY(new_call(bus_.get(), destination.c_str(), object.c_str(), "org.freedesktop.DBus.Properties", "Get"));
  Writer writer(request);
  writer.add("ss", interface.c_str(), name.c_str());
  TRY(writer.finish());
  const std::string what = text::format(_("cannot ask '%s' for '%s'"), destination.c_str(), name.c_str());
  const Message reply = TRY(call(bus_.get(), request, what.c_str()));
  std::uint32_t value = 0;
  const int code = sd_bus_message_read(reply.get(), "v", "u", &value);
  if (code < 0) return unexpected(bus_error(code, nullptr, what));
  return value;
}

Status UserBus::reload_configuration() {
  constexpr const char* kName = "org.freedesktop.DBus";
  const Message request = TRY(new_call(bus_.get(), kName, "/org/freedesktop/DBus", kName, "ReloadConfig"));
  TRY(call(bus_.get(), request, _("the bus does not read its services again")));
  return {};
}

Result<std::string> UserBus::document_mount_point() {
  const Message request = TRY(new_call(bus_.get(), kDocuments, kDocumentsPath, kDocuments, "GetMountPoint"));
  const Message reply = TRY(call(bus_.get(), request, _("cannot reach the document portal")));
  const void* bytes = nullptr;
  std::size_t size = 0;
  const int code = sd_bus_message_read_array(reply.get(), 'y', &bytes, &size);
  if (code < 0) return unexpected(bus_error(code, nullptr, _("cannot reach the document portal")));
  std::string path(static_cast<const char*>(bytes), size);
  path.resize(path.find('\0') == std::string::npos ? path.size() : path.find('\0'));  // a NUL ends the byte string
  return path;
}

Result<SharedDocuments> UserBus::share_documents(std::span<const int> files, bool is_writable, const std::string& app) {
  // org.freedesktop.portal.Documents, AddFull. Never reuse_existing: what the app was given for that document before
  // would be added to what it is given now.
  constexpr std::uint32_t kAsNeeded = 1U << 2;
  const char* const what = _("cannot share a file through the document portal");
  const Message request = TRY(new_call(bus_.get(), kDocuments, kDocumentsPath, kDocuments, "AddFull"));
  Writer writer(request);
  writer.open('a', "h");
  for (const int file : files) writer.add("h", file);
  writer.close();
  writer.add("us", kAsNeeded, app.c_str());
  if (is_writable) {
    writer.add("as", 2U, "read", "write");
  } else {
    writer.add("as", 1U, "read");
  }
  TRY(writer.finish());
  const Message reply = TRY(call(bus_.get(), request, what));
  SharedDocuments result;
  int code = sd_bus_message_enter_container(reply.get(), 'a', "s");
  const char* id = nullptr;
  while (code >= 0 && (code = sd_bus_message_read_basic(reply.get(), 's', &id)) > 0) result.ids.emplace_back(id);
  if (code < 0 || result.ids.size() != files.size()) return unexpected(bus_error(EBADMSG, nullptr, what));
  result.mount_point = TRY(document_mount_point());
  return result;
}

}  // namespace hutch::host
