#include "core/image/challenge.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/fields.h"

namespace hutch::image {
namespace {

bool is_token_character(char c) {
  const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_word || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  void skip(std::string_view set) {
    const std::size_t first = rest_.find_first_not_of(set);
    rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
  }
  std::string_view token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // What stands between quotes, the first of which is taken; false when they are not closed.
  bool quoted(std::string& into) {
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '\\' && !rest_.empty()) {
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      into.push_back(c);
    }
    return false;
  }
  // True when what follows is NAME=VALUE and not the next challenge's scheme.
  [[nodiscard]] bool is_at_parameter() const {
    Reader ahead = *this;
    if (ahead.token().empty()) return false;
    ahead.skip(" \t");
    if (!ahead.take('=')) return false;
    ahead.skip(" \t");
    return !ahead.at_end() && (ahead.rest_.front() == '"' || is_token_character(ahead.rest_.front()));
  }

 private:
  std::string_view rest_;
};

Error malformed() {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = _("the registry's demand for credentials cannot be read"),
               .context = {},
               .hint = {}};
}

Status read_parameter(Reader& reader, Challenge& challenge) {
  const std::string name = lower(reader.token());
  reader.skip(" \t");
  (void)reader.take('=');  // is_at_parameter() saw it
  reader.skip(" \t");
  std::string value;
  if (reader.take('"')) {
    if (!reader.quoted(value)) return unexpected(malformed());
  } else {
    value = reader.token();
  }
  if (challenge.parameters.size() >= kChallengeLimit) return unexpected(malformed());
  challenge.parameters.emplace(name, std::move(value));  // the first one counts
  return {};
}

}  // namespace

Result<std::vector<Challenge>> parse_challenges(std::string_view field) {
  if (field.size() > kHeaderLimit) return unexpected(malformed());
  std::vector<Challenge> challenges;
  Reader reader(field);
  reader.skip(" \t,");
  while (!reader.at_end()) {
    if (challenges.size() >= kChallengeLimit) return unexpected(malformed());
    Challenge challenge{.scheme = lower(reader.token())};
    if (challenge.scheme.empty()) return unexpected(malformed());
    reader.skip(" \t");
    while (reader.is_at_parameter()) {
      TRY(read_parameter(reader, challenge));
      reader.skip(" \t,");
    }
    challenges.push_back(std::move(challenge));
    reader.skip(" \t,");
  }
  return challenges;
}

Result<Token> parse_token(std::string_view json) {
  constexpr std::uint64_t kLeast = 60;  // seconds, also what is meant by no word (distribution's token specification)
  constexpr std::uint64_t kMost = 86400;
  constexpr std::size_t kTokenLimit = 64u << 10;
  const Json document = TRY(parse_json(json));
  Token token{.text = TRY(read_text(document, "token")), .seconds = kLeast};
  if (token.text.empty()) token.text = TRY(read_text(document, "access_token"));
  const bool is_plain = std::all_of(token.text.begin(), token.text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (token.text.empty() || token.text.size() > kTokenLimit || !is_plain) {
    return failure(ErrorKind::kInvalid, _("the token server gave no token"));
  }
  if (document.contains("expires_in") && document["expires_in"].is_number_unsigned()) {
    token.seconds = std::clamp(document["expires_in"].get<std::uint64_t>(), kLeast, kMost);
  }
  return token;
}

std::uint64_t parse_retry_after(std::string_view field, std::uint64_t limit) {
  constexpr unsigned long long kAny = 1ULL << 40;
  const auto seconds = text::parse_number(text::trim(field), kAny);
  return std::min<std::uint64_t>(seconds.value_or(0), limit);
}

std::string parse_refusal(std::string_view json) {
  const auto document = parse_json(json);
  if (!document || !document->is_object()) return {};
  const auto errors = read_list(*document, "errors");
  if (!errors || errors->empty()) return {};
  const auto message = read_text(errors->front(), "message");
  const auto code = read_text(errors->front(), "code");
  if (message && !message->empty()) return *message;
  return code ? *code : std::string();
}

std::string origin_of(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return {};
  const std::size_t end = url.find_first_of("/?#", scheme);
  const std::string_view host = url.substr(scheme, end == std::string_view::npos ? end : end - scheme);
  // A name in front of '@' would be credentials that a registry chose.
  if (host.empty() || host.find('@') != std::string_view::npos || host.find('\\') != std::string_view::npos) return {};
  return std::string(url.substr(0, end));
}

std::string resolve_location(std::string_view base, std::string_view target) {
  const bool is_plain = std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (target.empty() || target.size() > kHeaderLimit || !is_plain) return {};
  if (!origin_of(target).empty()) return std::string(target);
  if (target.starts_with("//") || !target.starts_with('/')) return {};
  const std::string origin = origin_of(base);
  return origin.empty() ? origin : origin + std::string(target);
}

std::string escape_query(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                          c == '.' || c == '_' || c == '~';
    result += is_plain ? std::string(1, c) : text::format("%%%02X", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace hutch::image
