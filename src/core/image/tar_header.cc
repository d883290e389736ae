#include "core/image/tar_header.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::image {
namespace {

// Offsets and lengths of POSIX ustar (pax(1)).
struct Field {
  std::size_t offset;
  std::size_t length;
};
constexpr Field kName = {0, 100};
constexpr Field kMode = {100, 8};
constexpr Field kOwner = {108, 8};
constexpr Field kGroup = {116, 8};
constexpr Field kSize = {124, 12};
constexpr Field kTime = {136, 12};
constexpr Field kChecksum = {148, 8};
constexpr std::size_t kType = 156;
constexpr Field kTarget = {157, 100};
constexpr Field kMagic = {257, 6};
constexpr Field kVersion = {263, 2};
constexpr Field kPrefix = {345, 155};

Error malformed(const char* what) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("the archive cannot be read: %s"), what),
               .context = {},
               .hint = {}};
}

std::string_view field(std::string_view block, Field where) {
  const std::string_view bytes = block.substr(where.offset, where.length);
  return bytes.substr(0, bytes.find('\0'));
}

// Octal digits, or GNU's base 256 with the first bit set.
std::optional<std::uint64_t> number(std::string_view block, Field where) {
  const std::string_view bytes = block.substr(where.offset, where.length);
  std::uint64_t value = 0;
  if (static_cast<unsigned char>(bytes.front()) == 0x80) {
    for (const char c : bytes.substr(1)) {
      if (value >> 54 != 0) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
  }
  const std::string_view digits = text::trim(field(block, where));
  for (const char c : digits) {
    if (c < '0' || c > '7' || value >> 60 != 0) return std::nullopt;
    value = value << 3 | static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

std::uint64_t checksum_of(std::string_view block) {
  std::uint64_t sum = 0;
  for (std::size_t index = 0; index < block.size(); ++index) {
    const bool is_own = index >= kChecksum.offset && index < kChecksum.offset + kChecksum.length;
    sum += is_own ? ' ' : static_cast<unsigned char>(block[index]);
  }
  return sum;
}

MemberKind kind_of_type(char type) {
  switch (type) {
    case '0':
    case '\0':
    case '7':
      return MemberKind::kFile;
    case '1':
    case '2':
      return MemberKind::kLink;
    case '5':
      return MemberKind::kDirectory;
    case 'x':
      return MemberKind::kPax;
    case 'L':
      return MemberKind::kLongName;
    case 'K':
      return MemberKind::kLongLink;
    default:
      return MemberKind::kOther;
  }
}

void put(std::string& block, Field where, std::string_view text) {
  block.replace(where.offset, text.size(), text);
}

}  // namespace

Result<TarHeader> parse_tar_header(std::string_view block) {
  if (block.size() != kTarBlock) return unexpected(malformed(_("it ends in the middle")));
  if (std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; })) {
    return TarHeader{.kind = MemberKind::kEnd};
  }
  const auto checksum = number(block, kChecksum);
  if (!checksum || *checksum != checksum_of(block)) return unexpected(malformed(_("a checksum is wrong")));
  const auto size = number(block, kSize);
  constexpr std::uint64_t kSizeLimit = 1ULL << 50;
  if (!size || *size > kSizeLimit) return unexpected(malformed(_("a size is none")));
  TarHeader header{.kind = kind_of_type(block[kType]), .name = std::string(field(block, kName)), .size = *size};
  header.target = field(block, kTarget);
  const bool is_ustar = block.substr(kMagic.offset, 6) == std::string_view("ustar\0", 6);
  const std::string_view prefix = is_ustar ? field(block, kPrefix) : std::string_view();
  if (!prefix.empty()) header.name = std::string(prefix) + "/" + header.name;
  if (header.kind == MemberKind::kLink || header.kind == MemberKind::kDirectory) header.size = 0;
  return header;
}

Result<PaxChanges> parse_pax(std::string_view records) {
  if (records.size() > kPaxLimit) return unexpected(malformed(_("a header is too long")));
  PaxChanges changes;
  while (!records.empty()) {
    const std::size_t blank = records.find(' ');
    if (blank == std::string_view::npos) return unexpected(malformed(_("a header is no pax header")));
    const auto length = text::parse_number(records.substr(0, blank), records.size());
    if (!length || *length <= blank + 1) return unexpected(malformed(_("a header is no pax header")));
    const std::string_view record = records.substr(blank + 1, *length - blank - 1);
    const std::size_t equals = record.find('=');
    const bool is_whole = record.ends_with('\n') && equals != std::string_view::npos;
    if (!is_whole) return unexpected(malformed(_("a header is no pax header")));
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1, record.size() - equals - 2);
    if (key == "path") changes.name = std::string(value);
    if (key == "linkpath") changes.target = std::string(value);
    if (key == "size") {
      constexpr unsigned long long kSizeLimit = 1ULL << 50;
      const auto size = text::parse_number(value, kSizeLimit);
      if (!size) return unexpected(malformed(_("a size is none")));
      changes.size = *size;
    }
    records.remove_prefix(*length);
  }
  return changes;
}

std::string format_tar_header(std::string_view name, std::uint64_t size, bool is_directory) {
  std::string block(kTarBlock, '\0');
  put(block, kName, name.substr(0, kName.length));
  put(block, kMode, is_directory ? "0000755" : "0000644");
  put(block, kOwner, "0000000");
  put(block, kGroup, "0000000");
  constexpr std::uint64_t kOctalLimit = 1ULL << 33;  // eleven digits
  if (size < kOctalLimit) {
    put(block, kSize, text::format("%011llo", static_cast<unsigned long long>(size)));
  } else {
    block[kSize.offset] = static_cast<char>(0x80);
    for (std::size_t index = 0; index < 8; ++index) {
      block[kSize.offset + kSize.length - 1 - index] = static_cast<char>(size >> (8 * index) & 0xff);
    }
  }
  put(block, kTime, "00000000000");
  block[kType] = is_directory ? '5' : '0';
  put(block, kMagic, std::string_view("ustar\0", 6));
  put(block, kVersion, "00");
  put(block, kChecksum, text::format("%06llo", static_cast<unsigned long long>(checksum_of(block))));
  block[kChecksum.offset + 7] = ' ';
  return block;
}

std::string tar_padding(std::uint64_t size) {
  const auto rest = static_cast<std::size_t>(size % kTarBlock);
  return rest == 0 ? std::string() : std::string(kTarBlock - rest, '\0');
}

std::string normal_member_name(std::string_view name) {
  std::vector<std::string> parts;
  for (const std::string_view part : text::split(name, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (parts.empty()) return {};
      parts.pop_back();
      continue;
    }
    parts.emplace_back(part);
  }
  return name.starts_with('/') ? std::string() : text::join(parts, "/");
}

}  // namespace hutch::image
