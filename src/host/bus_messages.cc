#include "host/bus_messages.h"

#include "base/i18n.h"
#include "base/text.h"
#include "host/user_bus.h"

namespace hutch::host {

using std::chrono::duration_cast;
using std::chrono::microseconds;

std::uint64_t timeout_in_microseconds() {
  return static_cast<std::uint64_t>(duration_cast<microseconds>(kBusTimeout).count());
}

Error bus_error(int code, const sd_bus_error* error, std::string what) {
  std::string reason;
  if (error != nullptr && sd_bus_error_is_set(error) && error->message != nullptr) {
    reason = ": " + text::printable(error->message);
    code = 0;
  }
  return Error{.kind = ErrorKind::kUnavailable,
               .code = code < 0 ? -code : code,
               .message = std::move(what) + reason,
               .context = {},
               .hint = {}};
}

Result<Message> call(sd_bus* bus, const Message& request, const char* what) {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  sd_bus_message* reply = nullptr;
  const int code = sd_bus_call(bus, request.get(), timeout_in_microseconds(), &error, &reply);
  if (code < 0) {
    auto failed = unexpected(bus_error(code, &error, what));
    sd_bus_error_free(&error);
    return failed;
  }
  return Message(reply);
}

Result<Message> new_call(sd_bus* bus, const char* destination, const char* path, const char* face, const char* member) {
  sd_bus_message* message = nullptr;
  const int code = sd_bus_message_new_method_call(bus, &message, destination, path, face, member);
  if (code < 0) return unexpected(bus_error(code, nullptr, _("cannot make a bus message")));
  return Message(message);
}

}  // namespace hutch::host
