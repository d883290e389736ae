#include "names/message.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace hutch::names {
namespace {

constexpr std::string_view kBus = "org.freedesktop.DBus";

enum Code : std::uint8_t { kPath = 1, kMember = 3, kDestination = 6, kSender = 7, kSignature = 8, kDescriptors = 9 };

bool is_swapped(std::string_view message) {
  constexpr bool kIsLittle = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  return (message[0] == 'l') != kIsLittle;
}

// Reads values out of bytes; a read past the end makes it fail for good.
class Reader {
 public:
  Reader(std::string_view bytes, std::size_t at, bool swaps) : bytes_(bytes), at_(at), swaps_(swaps) {}
  std::uint8_t byte() {
    const std::string_view taken = take(1);
    return taken.empty() ? 0 : static_cast<std::uint8_t>(taken[0]);
  }
  std::uint32_t number() {
    align(4);
    std::uint32_t value = 0;
    const std::string_view taken = take(sizeof value);
    if (taken.empty()) return 0;
    std::memcpy(&value, taken.data(), sizeof value);
    return swaps_ ? __builtin_bswap32(value) : value;
  }
  std::string_view text(std::size_t size) {
    const std::string_view taken = take(size);
    (void)take(1);  // the zero behind it
    return taken;
  }
  void align(std::size_t alignment) { at_ = (at_ + alignment - 1) / alignment * alignment; }
  [[nodiscard]] bool has_failed() const { return failed_; }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  std::string_view take(std::size_t count) {
    if (failed_ || at_ > bytes_.size() || count > bytes_.size() - at_) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }
  std::string_view bytes_;
  std::size_t at_;
  bool swaps_;
  bool failed_ = false;
};

class Writer {
 public:
  explicit Writer(bool swaps) : swaps_(swaps) {}
  void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  void number(std::uint32_t value) {
    align(4);
    const std::uint32_t ordered = swaps_ ? __builtin_bswap32(value) : value;
    bytes_.append(reinterpret_cast<const char*>(&ordered), sizeof ordered);
  }
  void text(std::string_view value) {
    bytes_ += value;
    bytes_ += '\0';
  }
  void align(std::size_t alignment) { bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment, '\0'); }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  bool swaps_;
};

struct Field {
  std::uint8_t code = 0;
  char type = 0;  // o s g u
  std::string text;
  std::uint32_t number = 0;
};

// Absent: it has a field of some other type, or does not end where it says.
std::optional<std::vector<Field>> fields_of(std::string_view header) {
  Reader reader(header, kFixedHeader - 4, is_swapped(header));
  const std::size_t end = kFixedHeader + reader.number();
  std::vector<Field> fields;
  while (!reader.has_failed() && reader.position() < end) {
    Field field;
    field.code = reader.byte();
    const std::string_view type = reader.text(reader.byte());
    if (type.size() != 1 || std::string_view("osgu").find(type[0]) == std::string_view::npos) return std::nullopt;
    field.type = type[0];
    if (field.type == 'u') {
      field.number = reader.number();
    } else if (field.type == 'g') {
      field.text = reader.text(reader.byte());
    } else {
      field.text = reader.text(reader.number());
    }
    fields.push_back(std::move(field));
    if (reader.position() < end) reader.align(8);
  }
  if (reader.has_failed() || reader.position() != end) return std::nullopt;
  return fields;
}

std::string_view text_of(const std::vector<Field>& fields, Code code) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.code == code; });
  return found == fields.end() ? std::string_view() : std::string_view(found->text);
}

// What the bus is asked, and what it answers and tells: strings, numbers and one list of strings.
bool has_names_in_body(const std::vector<Field>& fields, Direction direction) {
  if (text_of(fields, direction == Direction::kOutward ? kDestination : kSender) != kBus) return false;
  const std::string_view signature = text_of(fields, kSignature);
  return signature == "as" || (!signature.empty() && signature.find_first_not_of("su") == std::string_view::npos);
}

std::optional<std::string> renamed(const Field& field, Direction direction, const Renaming& renaming) {
  if (direction == Direction::kOutward && field.code == kDestination) return renaming.outward(field.text);
  if (direction == Direction::kInward && field.code == kDestination) return renaming.inward(field.text);
  if (direction == Direction::kInward && field.code == kPath) return renaming.inward_path(field.text);
  return std::nullopt;
}

std::string renamed_body(std::string_view body, const std::vector<Field>& fields, Direction direction,
                         const Renaming& renaming, bool swaps) {
  const std::string_view member = text_of(fields, kMember);
  const bool is_rule = direction == Direction::kOutward && (member == "AddMatch" || member == "RemoveMatch");
  Reader reader(body, 0, swaps);
  const auto next = [&] {
    const std::string text(reader.text(reader.number()));
    if (is_rule) return renaming.outward_rule(text);
    return (direction == Direction::kOutward ? renaming.outward(text) : renaming.inward(text)).value_or(text);
  };
  Writer writer(swaps);
  const std::string_view signature = text_of(fields, kSignature);
  if (signature == "as") {
    Writer list(swaps);
    const std::size_t end = reader.number() + sizeof(std::uint32_t);
    while (!reader.has_failed() && reader.position() < end) {
      const std::string name = next();
      list.number(static_cast<std::uint32_t>(name.size()));
      list.text(name);
    }
    const std::string bytes = list.take();  // it begins where strings are aligned
    writer.number(static_cast<std::uint32_t>(bytes.size()));
    return reader.has_failed() ? std::string(body) : writer.take() + bytes;
  }
  for (const char type : signature) {
    if (type == 'u') {
      writer.number(reader.number());
      continue;
    }
    const std::string name = next();
    writer.number(static_cast<std::uint32_t>(name.size()));
    writer.text(name);
  }
  return reader.has_failed() || reader.position() != body.size() ? std::string(body) : writer.take();
}

}  // namespace

std::optional<Sizes> measure(std::string_view bytes) {
  if (bytes.size() < kFixedHeader || (bytes[0] != 'l' && bytes[0] != 'B') || bytes[3] != 1) return std::nullopt;
  Reader reader(bytes, 4, is_swapped(bytes));
  const std::size_t body = reader.number();
  (void)reader.number();  // serial
  const std::size_t fields = reader.number();
  if (fields > kHeaderLimit || body > kBodyLimit) return std::nullopt;
  return Sizes{.header = (kFixedHeader + fields + 7) / 8 * 8, .body = body};
}

Reading read_header(std::string_view header, Direction direction, const Renaming& renaming) {
  const auto fields = fields_of(header);
  if (!fields) return {};
  Reading reading{.descriptors = 0, .has_names = has_names_in_body(*fields, direction)};
  for (const Field& field : *fields) {
    if (field.code == kDescriptors && field.type == 'u') reading.descriptors = field.number;
    if (renamed(field, direction, renaming)) reading.has_names = true;
  }
  return reading;
}

std::string rename(std::string_view message, Direction direction, const Renaming& renaming) {
  const auto sizes = measure(message);
  if (!sizes || sizes->header + sizes->body != message.size()) return std::string(message);
  auto fields = fields_of(message.substr(0, sizes->header));
  if (!fields) return std::string(message);
  const bool swaps = is_swapped(message);
  std::string body(message.substr(sizes->header));
  if (has_names_in_body(*fields, direction)) body = renamed_body(body, *fields, direction, renaming, swaps);

  Writer list(swaps);  // the fields begin at a multiple of 8
  for (const Field& field : *fields) {
    const std::string text = renamed(field, direction, renaming).value_or(field.text);
    list.align(8);
    list.byte(field.code);
    list.byte(1);
    list.text({&field.type, 1});
    if (field.type == 'u') {
      list.number(field.number);
      continue;
    }
    if (field.type == 'g') {
      list.byte(static_cast<std::uint8_t>(text.size()));
    } else {
      list.number(static_cast<std::uint32_t>(text.size()));
    }
    list.text(text);
  }
  const std::string bytes = list.take();

  Writer writer(swaps);
  for (const char byte : message.substr(0, 4)) writer.byte(static_cast<std::uint8_t>(byte));
  writer.number(static_cast<std::uint32_t>(body.size()));
  Reader serial(message, 8, swaps);
  writer.number(serial.number());
  writer.number(static_cast<std::uint32_t>(bytes.size()));
  std::string result = writer.take() + bytes;
  result.resize((result.size() + 7) / 8 * 8, '\0');
  return result + body;
}

}  // namespace hutch::names
