#include "host/raw_bus.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTimeout{5000};
constexpr std::size_t kMessageLimit = 1u << 20;
constexpr std::size_t kFixedHeader = 16;  // up to and with the length of the field array
constexpr const char* kBus = "org.freedesktop.DBus";
constexpr const char* kBusPath = "/org/freedesktop/DBus";

enum Field : std::uint8_t {
  kPath = 1,
  kInterface,
  kMember,
  kErrorName,
  kReplySerial,
  kDestination,
  kSender,
  kSignature,
};

void pad(std::string& bytes, std::size_t alignment) {
  while (bytes.size() % alignment != 0) bytes += '\0';
}

void put_number(std::string& bytes, std::uint32_t number) {
  pad(bytes, sizeof number);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void put_string(std::string& bytes, const std::string& text) {
  put_number(bytes, static_cast<std::uint32_t>(text.size()));
  bytes += text;
  bytes += '\0';
}

void put_field(std::string& bytes, Field field, char type, const std::string& text) {
  if (text.empty()) return;
  pad(bytes, 8);
  bytes += {static_cast<char>(field), 1, type, '\0'};
  if (type == 'g') {
    bytes += static_cast<char>(text.size());
    bytes += text;
    bytes += '\0';
  } else {
    put_string(bytes, text);
  }
}

// The array of header fields begins at offset 16, a multiple of 8: it is aligned as if alone.
std::string marshal(const BusMessage& message) {
  std::string fields;
  put_field(fields, kPath, 'o', message.path);
  put_field(fields, kInterface, 's', message.interface);
  put_field(fields, kMember, 's', message.member);
  put_field(fields, kErrorName, 's', message.error_name);
  put_field(fields, kDestination, 's', message.destination);
  put_field(fields, kSignature, 'g', message.signature);
  if (message.reply_serial != 0) {
    pad(fields, 8);
    fields += {static_cast<char>(kReplySerial), 1, 'u', '\0'};
    put_number(fields, message.reply_serial);
  }
  constexpr bool kIsLittle = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  std::string bytes{kIsLittle ? 'l' : 'B', static_cast<char>(message.type), static_cast<char>(message.flags), 1};
  put_number(bytes, static_cast<std::uint32_t>(message.body.size()));
  put_number(bytes, message.serial);
  put_number(bytes, static_cast<std::uint32_t>(fields.size()));
  bytes += fields;
  pad(bytes, 8);
  return bytes + message.body;
}

// Reads values out of bytes; a read past the end makes it fail for good.
class Reader {
 public:
  Reader(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).empty() ? 0 : taken_[0]); }
  std::uint32_t number() {
    align(4);
    std::uint32_t value = 0;
    if (!take(sizeof value).empty()) std::memcpy(&value, taken_.data(), sizeof value);
    return value;
  }
  std::string string() {
    const std::string text(take(number()));
    (void)take(1);
    return text;
  }
  std::string short_string() {
    const std::string text(take(byte()));
    (void)take(1);
    return text;
  }
  void align(std::size_t alignment) {
    while (at_ % alignment != 0) ++at_;
  }
  [[nodiscard]] bool has_failed() const { return failed_; }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  std::string_view take(std::size_t count) {
    if (failed_ || at_ > bytes_.size() || count > bytes_.size() - at_) {
      failed_ = true;
      return taken_ = {};
    }
    taken_ = bytes_.substr(at_, count);
    at_ += count;
    return taken_;
  }
  std::string_view bytes_;
  std::size_t at_;
  std::string_view taken_;
  bool failed_ = false;
};

// Header fields of types this file knows; others appear in no message it is sent.
void read_field(Reader& reader, BusMessage& message) {
  const std::uint8_t field = reader.byte();
  const std::string type = reader.short_string();
  if (type == "u") {
    const std::uint32_t number = reader.number();
    if (field == kReplySerial) message.reply_serial = number;
    return;
  }
  const std::string text = type == "g" ? reader.short_string() : reader.string();
  std::string* const targets[] = {
      nullptr, &message.path,        &message.interface, &message.member,   &message.error_name,
      nullptr, &message.destination, &message.sender,    &message.signature};
  if (field < std::size(targets) && targets[field] != nullptr) *targets[field] = text;
}

// The size of the message at the front of the input; absent while its header is incomplete.
std::optional<std::size_t> size_of_front(std::string_view input) {
  if (input.size() < kFixedHeader) return std::nullopt;
  Reader reader(input, 4);
  const std::size_t body = reader.number();
  (void)reader.number();
  const std::size_t fields = reader.number();
  return (kFixedHeader + fields + 7) / 8 * 8 + body;
}

Result<BusMessage> unmarshal(std::string_view bytes) {
  BusMessage message;
  message.type = static_cast<BusMessage::Type>(bytes[1]);
  message.flags = static_cast<std::uint8_t>(bytes[2]);
  Reader reader(bytes, 4);
  const std::size_t body = reader.number();
  message.serial = reader.number();
  const std::size_t end = kFixedHeader + reader.number();
  while (!reader.has_failed() && reader.position() < end) {
    read_field(reader, message);
    if (reader.position() < end) reader.align(8);
  }
  if (reader.has_failed() || body > bytes.size()) {
    return failure(ErrorKind::kInvalid, _("a bus message makes no sense"));
  }
  message.body = bytes.substr(bytes.size() - body);
  return message;
}

Result<bool> wait_readable(int socket, steady_clock::time_point deadline) {
  for (;;) {
    pollfd watched{.fd = socket, .events = POLLIN, .revents = 0};
    const auto left = duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    const int count = ::poll(&watched, 1, static_cast<int>(std::max<long>(left, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot wait for the bus")));
    return count > 0;
  }
}

}  // namespace

std::optional<std::string> BusMessage::first_string() const {
  if (signature.empty() || (signature[0] != 's' && signature[0] != 'o')) return std::nullopt;
  Reader reader(body, 0);
  std::string text = reader.string();
  if (reader.has_failed()) return std::nullopt;
  return text;
}

BusMessage method_call(std::string destination, std::string path, std::string interface, std::string member) {
  BusMessage message;
  message.destination = std::move(destination);
  message.path = std::move(path);
  message.interface = std::move(interface);
  message.member = std::move(member);
  return message;
}

BusMessage signal_message(std::string path, std::string interface, std::string member) {
  BusMessage message = method_call({}, std::move(path), std::move(interface), std::move(member));
  message.type = BusMessage::Type::kSignal;
  return message;
}

void add_string(BusMessage& message, const std::string& text) {
  message.signature += 's';
  put_string(message.body, text);
}

void add_number(BusMessage& message, std::uint32_t number) {
  message.signature += 'u';
  put_number(message.body, number);
}

Result<RawBus> RawBus::connect(const HostPath& socket) {
  RawBus bus(TRY(os::connect_stream(socket)));
  TRY(bus.authenticate());
  const BusMessage hello = TRY(bus.call(method_call(kBus, kBusPath, kBus, "Hello")));
  if (hello.type != BusMessage::Type::kReturn || !hello.first_string()) {
    return failure(ErrorKind::kUnavailable, text::format(_("the bus refuses us: %s"), hello.error_name.c_str()));
  }
  bus.unique_name_ = *hello.first_string();
  return bus;
}

// Step by step, as old filters need it (D-Bus specification, "Authentication Protocol").
Status RawBus::authenticate() {
  std::string identity;
  for (const char digit : std::to_string(::geteuid())) identity += text::format("%02x", static_cast<unsigned>(digit));
  TRY(os::write_all(socket_.get(), std::string(1, '\0') + "AUTH EXTERNAL " + identity + "\r\n"));
  std::string line;
  const auto deadline = steady_clock::now() + kTimeout;
  while (!line.ends_with("\r\n")) {
    char byte = 0;
    if (!TRY(wait_readable(socket_.get(), deadline)) || ::read(socket_.get(), &byte, 1) != 1 || line.size() > 1024) {
      return failure(ErrorKind::kUnavailable, _("the bus does not finish its greeting"));
    }
    line += byte;
  }
  if (!line.starts_with("OK ")) {
    return failure(ErrorKind::kUnavailable, _("the bus refuses us"));
  }
  return os::write_all(socket_.get(), "BEGIN\r\n");
}

Result<std::uint32_t> RawBus::send(BusMessage message) {
  message.serial = ++serial_;
  const std::string bytes = marshal(message);
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot write to the bus")));
    sent += static_cast<std::size_t>(count);
  }
  return message.serial;
}

Result<std::optional<BusMessage>> RawBus::read_message(steady_clock::time_point deadline) {
  for (;;) {
    const auto size = size_of_front(input_);
    if (size && *size > kMessageLimit) return failure(ErrorKind::kInvalid, _("a bus message makes no sense"));
    if (size && input_.size() >= *size) {
      BusMessage message = TRY(unmarshal(std::string_view(input_).substr(0, *size)));
      input_.erase(0, *size);
      return std::optional(std::move(message));
    }
    if (!TRY(wait_readable(socket_.get(), deadline))) return std::optional<BusMessage>();
    char buffer[4096];
    const ssize_t count = ::read(socket_.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return unexpected(system_error(count < 0 ? errno : ECONNRESET, _("the bus hung up")));
    input_.append(buffer, static_cast<std::size_t>(count));
  }
}

Result<std::optional<BusMessage>> RawBus::receive(milliseconds timeout) {
  if (!waiting_.empty()) {
    BusMessage message = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    return std::optional(std::move(message));
  }
  return read_message(steady_clock::now() + timeout);
}

Result<BusMessage> RawBus::call(BusMessage message) {
  const std::uint32_t serial = TRY(send(std::move(message)));
  const auto deadline = steady_clock::now() + kTimeout;
  for (;;) {
    std::optional<BusMessage> answer = TRY(read_message(deadline));
    if (!answer) return unexpected(system_error(ETIMEDOUT, _("no answer on the bus")));
    const bool is_answer = answer->type == BusMessage::Type::kReturn || answer->type == BusMessage::Type::kError;
    if (is_answer && answer->reply_serial == serial) return std::move(*answer);
    waiting_.push_back(std::move(*answer));
  }
}

Status RawBus::own(const std::string& name) {
  BusMessage request = method_call(kBus, kBusPath, kBus, "RequestName");
  add_string(request, name);
  add_number(request, 0);
  const BusMessage answer = TRY(call(std::move(request)));
  if (answer.type == BusMessage::Type::kReturn) return {};
  return failure(ErrorKind::kDenied, text::format(_("cannot own '%s': %s"), name.c_str(), answer.error_name.c_str()));
}

Status RawBus::match(const std::string& rule) {
  BusMessage request = method_call(kBus, kBusPath, kBus, "AddMatch");
  add_string(request, rule);
  const BusMessage answer = TRY(call(std::move(request)));
  if (answer.type == BusMessage::Type::kReturn) return {};
  return failure(ErrorKind::kDenied, text::format(_("cannot match '%s': %s"), rule.c_str(), answer.error_name.c_str()));
}

}  // namespace hutch::host
