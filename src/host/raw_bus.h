// A D-Bus connection without a library's manners (D-Bus specification, "Message Protocol"): it says what it is told,
// also what no honest client would. For testing what a bus filter lets through; nothing else may use it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/path.h"
#include "os/fd.h"

namespace hutch::host {

struct BusMessage {
  enum class Type : std::uint8_t { kCall = 1, kReturn = 2, kError = 3, kSignal = 4 };
  Type type = Type::kCall;
  std::uint8_t flags = 0;
  std::uint32_t serial = 0;  // filled in by send
  std::uint32_t reply_serial = 0;
  std::string path;
  std::string interface;
  std::string member;
  std::string error_name;
  std::string destination;
  std::string sender;
  std::string signature;
  std::string body;  // marshalled

  // The body as strings ("s" and "o") and numbers ("u") at its front.
  [[nodiscard]] std::optional<std::string> first_string() const;
};

[[nodiscard]] BusMessage method_call(std::string destination, std::string path, std::string interface,
                                     std::string member);
[[nodiscard]] BusMessage signal_message(std::string path, std::string interface, std::string member);
// Appends to the body.
void add_string(BusMessage& message, const std::string& text);
void add_number(BusMessage& message, std::uint32_t number);

class RawBus {
 public:
  // Authenticates as the process's user and says Hello.
  [[nodiscard]] static Result<RawBus> connect(const HostPath& socket);

  [[nodiscard]] const std::string& unique_name() const { return unique_name_; }
  // Returns the serial the message got.
  [[nodiscard]] Result<std::uint32_t> send(BusMessage message);
  // The next message; absent when none came in time.
  [[nodiscard]] Result<std::optional<BusMessage>> receive(std::chrono::milliseconds timeout);
  // The return or error of a call; messages before it are kept for receive().
  [[nodiscard]] Result<BusMessage> call(BusMessage message);
  // org.freedesktop.DBus: RequestName and AddMatch.
  [[nodiscard]] Status own(const std::string& name);
  [[nodiscard]] Status match(const std::string& rule);

 private:
  explicit RawBus(os::Fd socket) : socket_(std::move(socket)) {}
  [[nodiscard]] Status authenticate();
  [[nodiscard]] Result<std::optional<BusMessage>> read_message(std::chrono::steady_clock::time_point deadline);
  os::Fd socket_;
  std::string unique_name_;
  std::uint32_t serial_ = 0;
  std::string input_;  // bytes not yet understood
  std::vector<BusMessage> waiting_;
};

}  // namespace hutch::host
