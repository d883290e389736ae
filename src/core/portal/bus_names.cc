#include "core/portal/bus_names.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::portal {

namespace {

constexpr std::size_t kNameLimit = 255;  // D-Bus specification, "Valid Names"

bool is_word(std::string_view text, bool allows_dash) {
  const auto is_letter = [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (allows_dash && c == '-');
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && !is_digit(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c); });
}

bool is_dotted(std::string_view text, bool allows_dash) {
  const auto parts = text::split(text, '.');
  return text.size() <= kNameLimit && parts.size() >= 2 &&
         std::ranges::all_of(parts, [&](std::string_view part) { return is_word(part, allows_dash); });
}

bool is_object_path(std::string_view text) {
  if (!text.starts_with('/')) return false;
  if (text == "/") return true;
  const auto parts = text::split(text.substr(1), '/');
  return std::ranges::all_of(parts, [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
  });
}

bool is_path_pattern(std::string_view text) {
  if (text == "/*") return true;
  if (text.ends_with("/*")) text.remove_suffix(2);
  return is_object_path(text);
}

bool is_method_pattern(std::string_view text) {
  if (text == "*") return true;
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view member = text.substr(dot + 1);
  return is_dotted(text.substr(0, dot), false) && (member == "*" || is_word(member, false));
}

}  // namespace

bool is_bus_name_pattern(std::string_view text) {
  if (text.ends_with(".*")) text.remove_suffix(2);
  return is_dotted(text, true);
}

bool is_call_rule(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::string_view method = text.substr(0, at);
  if (at == std::string_view::npos) return is_method_pattern(method);
  return (method.empty() || is_method_pattern(method)) && is_path_pattern(text.substr(at + 1));
}

Status check_bus_grants(const profile::Profile& profile) {
  using profile::Kind;
  for (const profile::Grant& grant : profile.grants) {
    if (grant.kind != Kind::kSessionBus && grant.kind != Kind::kSystemBus) continue;
    constexpr std::string_view kCall = "call:";
    const bool is_call = grant.access.starts_with(kCall);
    const bool is_level = grant.access == "see" || grant.access == "talk" || grant.access == "own";
    if (!is_bus_name_pattern(grant.name)) {
      return failure(ErrorKind::kInvalid,
                     text::format(_("%s:%u:%u: '%s' is not a bus name"), grant.origin.file.c_str(), grant.origin.line,
                                  grant.origin.column, text::printable(grant.name).c_str()));
    }
    if (!is_level && !(is_call && is_call_rule(std::string_view(grant.access).substr(kCall.size())))) {
      return failure(ErrorKind::kInvalid,
                     text::format(_("%s:%u:%u: the rule '%s' for '%s' would never match"), grant.origin.file.c_str(),
                                  grant.origin.line, grant.origin.column, text::printable(grant.access).c_str(),
                                  grant.name.c_str()),
                     _("write it as INTERFACE.MEMBER@/PATH or INTERFACE.*@/PATH"));
    }
  }
  return {};
}

}  // namespace hutch::portal
