// Messages of the user's buses, for the files that make UserBus; nothing else includes this.
#pragma once

#include <systemd/sd-bus.h>

#include <memory>
#include <string>

#include "base/i18n.h"
#include "base/result.h"

namespace hutch::host {

struct Unref {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;
using Slot = std::unique_ptr<sd_bus_slot, Unref>;

[[nodiscard]] std::uint64_t timeout_in_microseconds();
[[nodiscard]] Error bus_error(int code, const sd_bus_error* error, std::string what);
// Sends a call and waits for its answer; `what` names the act in the error.
[[nodiscard]] Result<Message> call(sd_bus* bus, const Message& request, const char* what);
[[nodiscard]] Result<Message> new_call(sd_bus* bus, const char* destination, const char* path, const char* face,
                                       const char* member);

// Appending to a message fails on no memory and on our own mistakes only; the first failure is kept.
class Writer {
 public:
  explicit Writer(const Message& message) : message_(message.get()) {}
  template <class... Values>
  void add(const char* types, Values... values) {
    note(sd_bus_message_append(message_, types, values...));
  }
  void open(char type, const char* contents) { note(sd_bus_message_open_container(message_, type, contents)); }
  void close() { note(sd_bus_message_close_container(message_)); }
  [[nodiscard]] Status finish() const {
    if (code_ < 0) return unexpected(bus_error(code_, nullptr, _("cannot make a bus message")));
    return {};
  }

 private:
  void note(int code) {
    if (code < 0 && code_ >= 0) code_ = code;
  }
  sd_bus_message* message_;
  int code_ = 0;
};

}  // namespace hutch::host
