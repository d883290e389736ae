#include "core/image/auth_file.h"

#include <algorithm>

#include "base/base64.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/image/fields.h"

namespace hutch::image {
namespace {

constexpr const char* kIdentityUser = "<token>";  // docker-credential-helpers: the secret is an identity token

// Docker writes "https://index.docker.io/v1/" for its hub, and old files whole URLs.
std::string normal_key(std::string_view key) {
  for (const std::string_view scheme : {std::string_view("https://"), std::string_view("http://")}) {
    if (!key.starts_with(scheme)) continue;
    key = key.substr(scheme.size());
    key = key.substr(0, key.find('/'));
  }
  if (key == "index.docker.io" || key == "registry-1.docker.io") key = "docker.io";
  return std::string(key);
}

Result<Credentials> read_entry(const Json& value) {
  Credentials credentials;
  credentials.identity_token = TRY(read_text(value, "identitytoken"));
  const std::string encoded = TRY(read_text(value, "auth"));
  const auto decoded = decode_base64(encoded);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (encoded.empty()) return credentials;
  if (!decoded || colon == std::string::npos) {
    return failure(ErrorKind::kInvalid, _("an 'auth' entry is not USER:PASSWORD in base64"));
  }
  credentials.user = decoded->substr(0, colon);
  credentials.password = decoded->substr(colon + 1);
  // Docker pads with NUL bytes.
  credentials.password.erase(std::find(credentials.password.begin(), credentials.password.end(), '\0'),
                             credentials.password.end());
  return credentials;
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

}  // namespace

Result<AuthFile> parse_auth_file(std::string_view bytes) {
  if (bytes.size() > kAuthFileLimit) return failure(ErrorKind::kInvalid, _("the file of credentials is too large"));
  const Json document = TRY(parse_json(bytes));
  if (!document.is_object()) return failure(ErrorKind::kInvalid, _("the file of credentials is no table"));
  AuthFile file{.entries = {}, .helpers = TRY(read_pairs(document, "credHelpers")), .store = {}};
  file.store = TRY(read_text(document, "credsStore"));
  const auto entries = document.find("auths");
  if (entries == document.end() || entries->is_null()) return file;
  if (!entries->is_object()) return failure(ErrorKind::kInvalid, text::format(_("'%s' must be a table"), "auths"));
  for (const auto& [key, value] : entries->items()) {
    Credentials credentials = TRY(read_entry(value));
    const bool says_something = !credentials.user.empty() || !credentials.identity_token.empty();
    if (says_something) file.entries[normal_key(key)] = std::move(credentials);
  }
  return file;
}

std::optional<Credentials> find_credentials(const AuthFile& file, std::string_view repository) {
  std::string_view key = repository;
  while (true) {
    if (const auto found = file.entries.find(std::string(key)); found != file.entries.end()) return found->second;
    const std::size_t slash = key.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    key = key.substr(0, slash);
  }
}

std::string helper_for(const AuthFile& file, std::string_view host) {
  const auto found = file.helpers.find(std::string(host));
  const std::string& name = found == file.helpers.end() ? file.store : found->second;
  return is_plain_word(name) ? name : std::string();
}

Result<Credentials> parse_helper_answer(std::string_view bytes) {
  const Json document = TRY(parse_json(bytes));
  Credentials credentials{.user = TRY(read_text(document, "Username")), .password = TRY(read_text(document, "Secret"))};
  if (credentials.user == kIdentityUser) {
    credentials.identity_token = std::move(credentials.password);
    credentials.user.clear();
    credentials.password.clear();
  }
  return credentials;
}

}  // namespace hutch::image
