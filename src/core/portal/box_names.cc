#include "core/portal/box_names.h"

#include <algorithm>

namespace hutch::portal {
namespace {

using profile::Kind;
using profile::Profile;

bool is_bus_name_part(std::string_view part) {
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  };
  return !part.empty() && is_letter(part.front()) &&
         std::ranges::all_of(part, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

std::string box_part(const Profile& profile) {
  if (profile.box.empty()) return {};
  const std::string& id = profile.app.str();
  return id.substr(id.rfind('.') + 1);
}

std::vector<std::string> own_names(const Profile& profile) {
  const std::string& app = profile.box.empty() ? profile.app.str() : profile.default_app.str();
  std::vector<std::string> names{app + ".*"};  // the id itself and names below it
  // Media players own a name after their program ("vlc.instance7") or their app id.
  const bool is_player = std::ranges::any_of(profile.grants, [](const profile::Grant& grant) {
    return grant.kind == Kind::kFeature && grant.name == "mpris";
  });
  if (is_player) {
    names.push_back("org.mpris.MediaPlayer2." + app + ".*");
    if (is_bus_name_part(profile.id.str())) names.push_back("org.mpris.MediaPlayer2." + profile.id.str() + ".*");
  }
  for (const profile::Grant& grant : profile.grants) {
    if (grant.kind == Kind::kSessionBus && grant.access == "own") names.push_back(grant.name);
  }
  return names;
}

std::string in_box(const std::string& pattern, const std::string& part) {
  if (part.empty()) return pattern;
  const bool has_below = pattern.ends_with(".*");
  const std::string name = has_below ? pattern.substr(0, pattern.size() - 2) : pattern;
  return name + "." + part + (has_below ? ".*" : "");
}

}  // namespace hutch::portal
