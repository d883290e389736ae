#include "core/image/reference.h"

#include <algorithm>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::image {
namespace {

constexpr const char* kDefaultDomain = "docker.io";
constexpr std::string_view kOfficial = "library/";

bool is_lower(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_word(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

// [a-z0-9]+ parts joined by one '.', one or two '_', or any number of '-' (distribution spec).
bool is_path_component(std::string_view text) {
  if (text.empty() || !is_lower(text.front()) || !is_lower(text.back())) return false;
  for (std::size_t index = 0; index < text.size();) {
    if (is_lower(text[index])) {
      ++index;
      continue;
    }
    std::size_t end = index;
    while (end < text.size() && text[end] == text[index]) ++end;
    const std::size_t length = end - index;
    const bool joins = (text[index] == '.' && length == 1) || (text[index] == '_' && length <= 2) || text[index] == '-';
    if (!joins || !is_lower(text[end])) return false;
    index = end;
  }
  return true;
}

bool is_path(std::string_view text) {
  const auto parts = text::split(text, '/');
  return std::all_of(parts.begin(), parts.end(), is_path_component);
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    const std::string_view inside = text.substr(1, text.size() < 2 ? 0 : text.size() - 2);
    return text.ends_with(']') && !inside.empty() && std::all_of(inside.begin(), inside.end(), [](char c) {
             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
           });
  }
  const auto parts = text::split(text, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && is_word(part.front()) && is_word(part.back()) &&
           std::all_of(part.begin(), part.end(), [](char c) { return is_word(c) || c == '-'; });
  });
}

// The first part is a domain when it cannot be a path of Docker's hub.
bool looks_like_domain(std::string_view part) {
  return part.find_first_of(".:") != std::string_view::npos || part == "localhost" || part.starts_with('[') ||
         std::any_of(part.begin(), part.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Error refusal(std::string_view text, const char* why) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("'%s' is no name of an image: %s"),
                                       text::printable(text.substr(0, kReferenceLimit)).c_str(), why),
               .context = {},
               .hint = _("write NAME, HOST/NAME, NAME:TAG or NAME@DIGEST, in lower case")};
}

}  // namespace

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > kTagLimit) return false;
  if (!is_word(text.front()) && text.front() != '_') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_domain(std::string_view text) {
  constexpr unsigned long long kPortLimit = 65535;
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) return is_host(text);
  const auto port = text::parse_number(text.substr(colon + 1), kPortLimit);
  return port && *port > 0 && is_host(text.substr(0, colon));
}

bool is_loopback(std::string_view domain) {
  if (domain == "[::1]" || domain.starts_with("[::1]:")) return true;
  const std::string_view host = domain.substr(0, domain.find(':'));
  if (host == "localhost") return true;
  // 127.0.0.0/8 written with four numbers; "127.evil.example" is a name.
  const auto parts = text::split(host, '.');
  return parts.size() == 4 && parts.front() == "127" &&
         std::all_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return text::parse_number(part, 255).has_value(); });
}

bool is_short_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash == std::string_view::npos || !looks_like_domain(text.substr(0, slash));
}

Result<Reference> parse_reference_as_written(std::string_view text) {
  Reference reference;
  std::string_view rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    reference.digest = TRY(Digest::parse(rest.substr(at + 1)));
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    if (!is_tag(rest.substr(colon + 1))) return unexpected(refusal(text, _("its tag is none")));
    reference.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  reference.domain = kDefaultDomain;
  reference.path = rest;
  if (!is_short_name(rest)) {
    const std::size_t slash = rest.find('/');
    reference.domain = rest.substr(0, slash);
    reference.path = rest.substr(slash + 1);
    if (reference.domain == "index.docker.io") reference.domain = kDefaultDomain;
  }
  if (reference.domain == kDefaultDomain && reference.path.find('/') == std::string::npos) {
    reference.path = std::string(kOfficial) + reference.path;
  }
  if (!is_domain(reference.domain)) return unexpected(refusal(text, _("its registry is no host")));
  if (!is_path(reference.path)) return unexpected(refusal(text, _("its path is not lower-case words")));
  if (reference.repository().size() > kReferenceLimit) return unexpected(refusal(text, _("it is too long")));
  return reference;
}

Result<Reference> parse_reference(std::string_view text) {
  Reference reference = TRY(parse_reference_as_written(text));
  if (reference.tag.empty() && reference.digest.empty()) reference.tag = "latest";
  return reference;
}

std::string Reference::str() const {
  std::string text = repository();
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty()) text += "@" + digest.str();
  return text;
}

std::string Reference::familiar() const {
  const std::string complete = str();
  const std::string_view text(complete);
  if (domain != kDefaultDomain) return complete;
  const bool is_official = path.starts_with(kOfficial) && path.find('/', kOfficial.size()) == std::string::npos;
  const std::string_view without_domain = text.substr(domain.size() + 1);
  const std::string_view shorter = is_official ? without_domain.substr(kOfficial.size()) : without_domain;
  // "docker.io/quay.io/a" would read back as another registry's.
  return is_short_name(shorter) ? std::string(shorter) : complete;
}

}  // namespace hutch::image
