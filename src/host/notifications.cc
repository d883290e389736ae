#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "host/bus_messages.h"
#include "host/user_bus.h"

namespace hutch::host {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr const char* kNotifications = "org.freedesktop.Notifications";
constexpr const char* kNotificationsPath = "/org/freedesktop/Notifications";

}  // namespace

Status UserBus::notify(const std::string& title, const std::string& text) {
  constexpr const char* kName = kNotifications;
  const Message request = TRY(new_call(bus_.get(), kName, kNotificationsPath, kName, "Notify"));
  (void)sd_bus_message_set_auto_start(request.get(), 0);  // fails for messages that are sealed only
  Writer writer(request);
  writer.add("susssasa{sv}i", "hutch", 0U, "dialog-warning", title.c_str(), text.c_str(), 0U, 0U, -1);
  TRY(writer.finish());
  TRY(call(bus_.get(), request, _("cannot show a notification")));
  return {};
}

namespace {

// What becomes of one notification: its signals come as soon as it is there.
struct Pressed {
  std::uint32_t id = 0;
  std::vector<std::pair<std::uint32_t, std::string>> buttons;
  std::vector<std::uint32_t> closed;
};

int note_button(sd_bus_message* message, void* data, sd_bus_error*) {
  std::uint32_t id = 0;
  const char* key = nullptr;
  if (sd_bus_message_read(message, "us", &id, &key) >= 0) static_cast<Pressed*>(data)->buttons.emplace_back(id, key);
  return 0;
}

int note_closed(sd_bus_message* message, void* data, sd_bus_error*) {
  std::uint32_t id = 0;
  std::uint32_t reason = 0;
  if (sd_bus_message_read(message, "uu", &id, &reason) >= 0) static_cast<Pressed*>(data)->closed.push_back(id);
  return 0;
}

}  // namespace

Result<std::string> UserBus::choose(const std::string& title, const std::string& text,
                                    const std::vector<std::pair<std::string, std::string>>& choices,
                                    std::chrono::seconds patience) {
  const char* const what = _("cannot show a notification");
  Pressed pressed;
  sd_bus_slot* button_slot = nullptr;
  sd_bus_slot* closed_slot = nullptr;
  int code = sd_bus_match_signal(bus_.get(), &button_slot, kNotifications, kNotificationsPath, kNotifications,
                                 "ActionInvoked", note_button, &pressed);
  const Slot button(button_slot);
  if (code >= 0) {
    code = sd_bus_match_signal(bus_.get(), &closed_slot, kNotifications, kNotificationsPath, kNotifications,
                               "NotificationClosed", note_closed, &pressed);
  }
  const Slot closed(closed_slot);
  if (code < 0) return unexpected(bus_error(code, nullptr, what));
  const Message request = TRY(new_call(bus_.get(), kNotifications, kNotificationsPath, kNotifications, "Notify"));
  (void)sd_bus_message_set_auto_start(request.get(), 0);  // fails for messages that are sealed only
  Writer writer(request);
  writer.add("susss", "hutch", 0U, "dialog-question", title.c_str(), text.c_str());
  writer.open('a', "s");
  for (const auto& [key, label] : choices) writer.add("ss", key.c_str(), label.c_str());
  writer.close();
  writer.add("a{sv}i", 1U, "urgency", "y", 2, 0);  // critical, and no time of its own: it stays
  TRY(writer.finish());
  const Message reply = TRY(call(bus_.get(), request, what));
  if ((code = sd_bus_message_read(reply.get(), "u", &pressed.id)) < 0)
    return unexpected(bus_error(code, nullptr, what));
  const auto deadline = steady_clock::now() + patience;
  for (;;) {
    if ((code = sd_bus_process(bus_.get(), nullptr)) < 0) return unexpected(bus_error(code, nullptr, what));
    for (const auto& [id, key] : pressed.buttons) {
      if (id == pressed.id) return key;
    }
    const bool is_gone = std::find(pressed.closed.begin(), pressed.closed.end(), pressed.id) != pressed.closed.end();
    const auto left = duration_cast<microseconds>(deadline - steady_clock::now()).count();
    if (is_gone) return std::string();
    if (left <= 0) break;
    if (code > 0) continue;
    code = sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(left));
    if (code < 0 && code != -EINTR) return unexpected(bus_error(code, nullptr, what));
  }
  const Message end =
      TRY(new_call(bus_.get(), kNotifications, kNotificationsPath, kNotifications, "CloseNotification"));
  Writer(end).add("u", pressed.id);
  (void)call(bus_.get(), end, what);  // its buttons would do nothing any more
  return std::string();
}

}  // namespace hutch::host
