#include "images/session.h"

#include <algorithm>

#include "base/base64.h"
#include "base/i18n.h"
#include "base/text.h"

namespace hutch::images {
namespace {

constexpr const char* kDockersHub = "registry-1.docker.io";

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_busy(long status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

const image::Challenge* find_scheme(const std::vector<image::Challenge>& challenges, std::string_view scheme) {
  const auto found = std::find_if(challenges.begin(), challenges.end(),
                                  [&](const image::Challenge& challenge) { return challenge.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

std::string parameter(const image::Challenge& challenge, const char* name) {
  const auto found = challenge.parameters.find(name);
  return found == challenge.parameters.end() ? std::string() : found->second;
}

std::string basic(const image::Credentials& credentials) {
  return "Authorization: Basic " + encode_base64(credentials.user + ":" + credentials.password);
}

}  // namespace

Session::Session(Http& http, const Interrupt& interrupt, Access access)
    : http_(http), interrupt_(interrupt), access_(std::move(access)) {}

Error Session::refusal(const Response& response, const std::string& what) const {
  const std::string said = text::printable(image::parse_refusal(response.body).substr(0, 300));
  const std::string place = text::printable(access_.domain);
  Error error{.kind = ErrorKind::kUnavailable, .code = 0, .message = {}, .context = {}, .hint = {}};
  if (response.status == 404) {
    error.kind = ErrorKind::kNotFound;
    error.message = text::format(_("'%s' is not in the registry '%s'"), what.c_str(), place.c_str());
  } else if (response.status == 401 || response.status == 403) {
    error.kind = ErrorKind::kDenied;
    error.message = text::format(_("the registry '%s' does not give '%s' to you"), place.c_str(), what.c_str());
    error.hint = text::format(_("log in with 'podman login %s' or 'skopeo login %s', or name a file with --authfile"),
                              place.c_str(), place.c_str());
  } else {
    error.message = text::format(_("the registry '%s' answered %ld to the request for '%s'"), place.c_str(),
                                 response.status, what.c_str());
  }
  if (!said.empty()) error.message += " (" + said + ")";
  return error;
}

Result<Response> Session::perform(Request request) {
  Exchange exchange(std::move(request), access_.security);
  TRY(http_.begin(exchange));
  const bool has_ended = TRY(http_.finish(exchange, interrupt_.descriptor()));
  if (!has_ended) TRY(interrupt_.check());
  if (exchange.line != Line::kFine) {
    return failure(ErrorKind::kUnavailable,
                   text::format(_("cannot talk to '%s': %s"), text::printable(exchange.request.url).c_str(),
                                text::printable(exchange.problem).c_str()));
  }
  return std::move(exchange.response);
}

// Asks GET /v2/ over TLS, and without where that is allowed and TLS is not spoken at all.
Status Session::find_base() {
  if (!base_.empty()) return {};
  const std::string host = access_.domain == "docker.io" ? kDockersHub : access_.domain;
  for (int attempt = 1;; ++attempt) {
    Line line = Line::kFine;
    std::string problem;
    for (const char* const scheme : {"https://", "http://"}) {
      Exchange exchange({.url = scheme + host + "/v2/"}, access_.security);
      TRY(http_.begin(exchange));
      const bool has_ended = TRY(http_.finish(exchange, interrupt_.descriptor()));
      if (!has_ended) TRY(interrupt_.check());
      line = exchange.line;
      problem = exchange.problem;
      if (line == Line::kFine && !is_busy(exchange.response.status)) {
        base_ = scheme + host;
        const std::string field = exchange.response.header("www-authenticate");
        if (exchange.response.status == 401 && !field.empty()) challenges_ = TRY(image::parse_challenges(field));
        return {};
      }
      if (line == Line::kFine) problem = text::format(_("status %ld"), exchange.response.status);
      const bool speaks_no_tls = line == Line::kNoTls || line == Line::kRefused || line == Line::kBroken;
      if (!access_.security.allow_plain || !speaks_no_tls) break;
    }
    if (attempt == kAttemptLimit || (line != Line::kBroken && line != Line::kFine)) {
      Error error{.kind = ErrorKind::kUnavailable,
                  .code = 0,
                  .message = text::format(_("cannot reach the registry '%s': %s"),
                                          text::printable(access_.domain).c_str(), text::printable(problem).c_str()),
                  .context = {},
                  .hint = {}};
      if (line == Line::kBadCertificate) {
        error.hint = text::format(_("put its authority's certificate into ~/.config/containers/certs.d/%s/ca.crt"),
                                  text::printable(access_.domain).c_str());
      }
      if (line == Line::kNoTls)
        error.hint = _("a registry without TLS is used only with --insecure or registries.conf");
      return unexpected(std::move(error));
    }
    TRY(interrupt_.pause(500LL << attempt));
  }
}

Result<std::optional<image::Credentials>> Session::credentials() {
  if (!credentials_) {
    credentials_ = access_.credentials ? TRY(access_.credentials()) : std::optional<image::Credentials>();
  }
  return *credentials_;
}

// The token server is the registry's choice: it is spoken to with TLS unless the registry itself is not, and gets the
// credentials that are meant for this registry.
Result<image::Token> Session::fetch_token(const image::Challenge& challenge, const std::string& scope) {
  const std::string realm = parameter(challenge, "realm");
  const bool is_fitting =
      !image::origin_of(realm).empty() && (realm.starts_with("https://") || base_.starts_with("http://"));
  if (!is_fitting) {
    return failure(ErrorKind::kDenied, text::format(_("the registry '%s' sends to a token server without TLS: '%s'"),
                                                    text::printable(access_.domain).c_str(),
                                                    text::printable(realm.substr(0, 200)).c_str()));
  }
  const auto known = TRY(credentials());
  const std::string service = parameter(challenge, "service");
  Request request{.url = realm};
  if (known && !known->identity_token.empty()) {
    request.method = "POST";
    request.headers = {"Content-Type: application/x-www-form-urlencoded"};
    request.body = "grant_type=refresh_token&client_id=hutch&service=" + image::escape_query(service) +
                   "&scope=" + image::escape_query(scope) +
                   "&refresh_token=" + image::escape_query(known->identity_token);
  } else {
    request.url +=
        (realm.find('?') == std::string::npos ? "?" : "&") + std::string("scope=") + image::escape_query(scope);
    if (!service.empty()) request.url += "&service=" + image::escape_query(service);
    if (known) request.headers = {basic(*known)};
  }
  const Response response = TRY(perform(std::move(request)));
  if (response.status != 200) return unexpected(refusal(response, scope));
  return image::parse_token(response.body);
}

Status Session::meet(const std::vector<image::Challenge>& challenges, const std::string& scope) {
  if (const image::Challenge* const bearer = find_scheme(challenges, "bearer")) {
    const std::string asked = scope.empty() ? parameter(*bearer, "scope") : scope;
    const image::Token token = TRY(fetch_token(*bearer, asked));
    granted_[scope] = {.header = "Authorization: Bearer " + token.text,
                       .until = now_milliseconds() + static_cast<std::int64_t>(token.seconds) * 900};
    return {};
  }
  if (find_scheme(challenges, "basic") != nullptr) {
    const auto known = TRY(credentials());
    if (known && !known->user.empty()) granted_[""] = {.header = basic(*known), .until = INT64_MAX};
  }
  return {};
}

Result<std::string> Session::authorization(const std::string& scope) {
  const auto valid = [&](const std::string& name) {
    const auto found = granted_.find(name);
    return found != granted_.end() && found->second.until > now_milliseconds() ? found->second.header : std::string();
  };
  for (const std::string& name : {scope, std::string()}) {
    std::string header = valid(name);
    if (!header.empty()) return header;
  }
  if (!challenges_.empty()) TRY(meet(challenges_, scope));
  const std::string header = valid(scope);
  return header.empty() ? valid("") : header;
}

Status Session::start(Transfer& transfer) {
  TRY(find_base());
  if (transfer.url.empty()) {
    transfer.url = transfer.request.url.starts_with('/') ? base_ + transfer.request.url : transfer.request.url;
  }
  Request request = transfer.request;
  if (transfer.prepare) TRY(transfer.prepare(request));
  constexpr std::uint64_t kEnough = 64u << 10;  // bytes that make an attempt worth another
  if (request.range_start > transfer.progress + kEnough) transfer.attempts = 0;
  transfer.progress = request.range_start;
  request.url = transfer.url;
  if (image::origin_of(request.url) == image::origin_of(base_)) {
    const std::string header = TRY(authorization(transfer.scope));
    if (!header.empty()) request.headers.push_back(header);
  }
  transfer.exchange = std::make_unique<Exchange>(std::move(request), access_.security);
  return http_.begin(*transfer.exchange);
}

Result<bool> Session::try_again(Transfer& transfer, const std::string& why, std::uint64_t seconds) {
  if (++transfer.attempts >= kAttemptLimit) {
    return failure(ErrorKind::kUnavailable,
                   text::format(_("the registry '%s' failed %d times: %s"), text::printable(access_.domain).c_str(),
                                transfer.attempts, text::printable(why).c_str()),
                   _("what has come is kept: the same command goes on from there"));
  }
  const std::int64_t delay =
      std::max<std::int64_t>(250LL << transfer.attempts, static_cast<std::int64_t>(seconds) * 1000);
  transfer.not_before = now_milliseconds() + delay;
  transfer.url.clear();  // the place it was sent to may be stale
  transfer.redirects = 0;
  return false;
}

Result<bool> Session::follow(Transfer& transfer, const Response& response) {
  const std::string target = image::resolve_location(transfer.url, response.header("location"));
  const bool is_downgrade = transfer.url.starts_with("https://") && !target.starts_with("https://");
  if (target.empty() || is_downgrade || ++transfer.redirects > kRedirectLimit) {
    return failure(
        ErrorKind::kDenied,
        text::format(_("the registry '%s' redirects to nowhere good: '%s'"), text::printable(access_.domain).c_str(),
                     text::printable(response.header("location").substr(0, 200)).c_str()));
  }
  transfer.url = target;
  return false;
}

Result<bool> Session::advance(Transfer& transfer) {
  Exchange& exchange = *transfer.exchange;
  const Response& response = exchange.response;
  if (exchange.line == Line::kStopped) return unexpected(exchange.refusal.error());
  if (exchange.line == Line::kBroken) return try_again(transfer, exchange.problem, 0);
  if (exchange.line != Line::kFine) {
    return failure(ErrorKind::kUnavailable,
                   text::format(_("cannot talk to '%s': %s"), text::printable(transfer.url.substr(0, 200)).c_str(),
                                text::printable(exchange.problem).c_str()));
  }
  const bool may_redirect = exchange.request.method == "GET" || exchange.request.method == "HEAD";
  if (is_redirect(response.status) && may_redirect) return follow(transfer, response);
  if (is_busy(response.status)) {
    const std::uint64_t seconds = image::parse_retry_after(response.header("retry-after"), kRetryAfterLimit);
    return try_again(transfer, text::format(_("status %ld"), response.status), seconds);
  }
  const bool is_ours = image::origin_of(transfer.url) == image::origin_of(base_);
  if (response.status == 401 && is_ours && !transfer.has_answered_challenge) {
    transfer.has_answered_challenge = true;
    challenges_ = TRY(image::parse_challenges(response.header("www-authenticate")));
    granted_.erase(transfer.scope);
    TRY(meet(challenges_, transfer.scope));
    return granted_.empty() ? Result<bool>(true) : Result<bool>(false);
  }
  return true;
}

Result<Response> Session::ask(Request request, const std::string& scope) {
  Transfer transfer{.request = std::move(request), .scope = scope};
  while (true) {
    TRY(interrupt_.pause(std::max<std::int64_t>(0, transfer.not_before - now_milliseconds())));
    TRY(start(transfer));
    const bool has_ended = TRY(http_.finish(*transfer.exchange, interrupt_.descriptor()));
    if (!has_ended) TRY(interrupt_.check());
    const bool is_done = TRY(advance(transfer));
    if (is_done) return std::move(transfer.exchange->response);
  }
}

}  // namespace hutch::images
