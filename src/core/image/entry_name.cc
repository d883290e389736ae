#include "core/image/entry_name.h"

#include <vector>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::image {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kBookkeeping = ".wh..wh.";

tl::unexpected<Error> refuse(std::string_view raw, const char* why) {
  constexpr std::size_t kShown = 120;
  return failure(ErrorKind::kInvalid, text::format(_("the archive has an entry '%s', %s"),
                                                   text::printable(raw.substr(0, kShown)).c_str(), why));
}

Status check_part(std::string_view raw, std::string_view part) {
  if (part == "..") return refuse(raw, _("which leads out of it"));
  if (part.size() > kEntryPartLimit) return refuse(raw, _("whose name is too long"));
  if (part.find('\0') != std::string_view::npos) return refuse(raw, _("whose name has a zero byte"));
  return {};
}

Result<std::vector<std::string_view>> parts_of(std::string_view raw) {
  if (raw.size() > kEntryPathLimit) return refuse(raw, _("whose name is too long"));
  std::vector<std::string_view> parts;
  for (const std::string_view part : text::split(raw, '/')) {
    if (part.empty() || part == ".") continue;
    TRY(check_part(raw, part));
    parts.push_back(part);
  }
  if (parts.size() > kEntryDepthLimit) return refuse(raw, _("which is nested too deeply"));
  return parts;
}

EntryName assemble(const std::vector<std::string_view>& parts) {
  EntryName entry;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    if (index + 1 == parts.size()) {
      entry.name = parts[index];
    } else {
      if (index > 0) entry.directory += '/';
      entry.directory += parts[index];
    }
  }
  return entry;
}

}  // namespace

Result<EntryName> parse_link_target(std::string_view raw) {
  return assemble(TRY(parts_of(raw)));
}

Result<EntryName> parse_entry_name(std::string_view raw) {
  const std::vector<std::string_view> parts = TRY(parts_of(raw));
  EntryName entry = assemble(parts);
  for (std::size_t index = 0; index + 1 < parts.size(); ++index) {
    if (parts[index].starts_with(kBookkeeping)) {
      entry.kind = EntryName::Kind::kIgnored;
      return entry;
    }
    if (parts[index].starts_with(kWhiteout)) return refuse(raw, _("whose directory is a whiteout"));
  }
  const std::string_view name = entry.name;
  if (!name.starts_with(kWhiteout)) return entry;
  if (name == kOpaque) {
    entry.kind = EntryName::Kind::kOpaque;
    entry.name.clear();
    return entry;
  }
  if (name.starts_with(kBookkeeping)) {
    entry.kind = EntryName::Kind::kIgnored;
    return entry;
  }
  const std::string_view hidden = name.substr(kWhiteout.size());
  if (hidden.empty() || hidden == "." || hidden == "..") return refuse(raw, _("a whiteout of nothing or of a parent"));
  entry.kind = EntryName::Kind::kWhiteout;
  entry.name = std::string(hidden);
  return entry;
}

}  // namespace hutch::image
