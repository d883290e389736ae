#include "core/toolbox/changes.h"

#include <optional>

#include "base/i18n.h"

namespace hutch::toolbox {
namespace {

constexpr std::string_view kFiles = "ACD";     // by ChangeKind
constexpr std::string_view kPackages = "acd";  // by ChangeKind
constexpr char kUnread = '?';

std::string record(char kind, std::initializer_list<std::string_view> texts) {
  std::string bytes(1, kind);
  for (const std::string_view text : texts) {
    bytes += text;
    bytes += '\0';
  }
  return bytes;
}

// Texts up to their zero bytes.
std::optional<std::string> take_text(std::string_view& bytes) {
  const std::size_t end = bytes.find('\0');
  if (end == bytes.npos) return std::nullopt;
  std::string text(bytes.substr(0, end));
  bytes.remove_prefix(end + 1);
  return text;
}

bool take_package(std::string_view& bytes, PackageChange& change) {
  auto name = take_text(bytes);
  auto before = take_text(bytes);
  auto now = take_text(bytes);
  if (!name || !before || !now || name->empty()) return false;
  change.name = std::move(*name);
  change.before = std::move(*before);
  change.now = std::move(*now);
  return change.before.empty() == (change.kind == ChangeKind::kAdded) &&
         change.now.empty() == (change.kind == ChangeKind::kRemoved);
}

bool take_record(std::string_view& bytes, Changes& changes) {
  const char kind = bytes.front();
  bytes.remove_prefix(1);
  if (const std::size_t file = kFiles.find(kind); file != kFiles.npos) {
    auto path = take_text(bytes);
    if (!path || path->empty() || path->front() == '/') return false;
    changes.files.push_back({.kind = static_cast<ChangeKind>(file), .path = std::move(*path)});
    return true;
  }
  if (const std::size_t package = kPackages.find(kind); package != kPackages.npos) {
    return take_package(bytes, changes.packages.emplace_back(PackageChange{
                                   .kind = static_cast<ChangeKind>(package), .name = {}, .before = {}, .now = {}}));
  }
  auto database = kind == kUnread ? take_text(bytes) : std::nullopt;
  if (!database || database->empty()) return false;
  changes.unread.push_back(std::move(*database));
  return true;
}

}  // namespace

std::string encode(const FileChange& change) {
  return record(kFiles[static_cast<std::size_t>(change.kind)], {change.path});
}

std::string encode(const PackageChange& change) {
  return record(kPackages[static_cast<std::size_t>(change.kind)], {change.name, change.before, change.now});
}

std::string encode_unread(const std::string& database) {
  return record(kUnread, {database});
}

Result<Changes> decode_changes(std::string_view bytes) {
  Changes changes;
  std::size_t count = 0;
  while (!bytes.empty()) {
    if (++count > 2 * kChangeLimit || !take_record(bytes, changes)) {
      return failure(ErrorKind::kInvalid, _("the list of changes is damaged"));
    }
  }
  return changes;
}

}  // namespace hutch::toolbox
