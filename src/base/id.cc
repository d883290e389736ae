#include "base/id.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

Error refuse(std::string_view text, const char* what, const char* rule) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("'%s' is no valid %s"), text::printable(text).c_str(), what),
               .context = {},
               .hint = rule};
}

}  // namespace

bool AppIdGrammar::accepts(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  const auto parts = text::split(text, '.');
  if (parts.size() < 2) return false;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    const std::string_view part = parts[index];
    if (part.empty() || is_digit(part.front())) return false;
    const bool is_last = index + 1 == parts.size();
    const auto allowed = [&](char c) { return is_letter(c) || is_digit(c) || c == '_' || (c == '-' && is_last); };
    if (!std::all_of(part.begin(), part.end(), allowed)) return false;
  }
  return true;
}

Error AppIdGrammar::refusal(std::string_view text) {
  return refuse(text, _("app id"), _("use two or more dotted parts of letters, digits and _, such as org.example.App"));
}

bool InstanceIdGrammar::accepts(std::string_view text) {
  if (text.empty() || text.size() > 32 || !is_lower(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c); });
}

Error InstanceIdGrammar::refusal(std::string_view text) {
  return refuse(text, _("instance id"), _("use a lower-case letter followed by up to 31 lower-case letters or digits"));
}

bool ProfileNameGrammar::accepts(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.ends_with(".toml")) return false;
  if (!is_letter(text.front()) && !is_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '+' || c == '-';
  });
}

Error ProfileNameGrammar::refusal(std::string_view text) {
  return refuse(text, _("name"),
                _("use up to 64 letters, digits, '.', '_', '+' or '-', beginning with a letter or digit"));
}

}  // namespace hutch
