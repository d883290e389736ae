#include "images/http.h"

#include <curl/curl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::images {

struct Exchange::Parts {
  CURL* easy = nullptr;
  CURLM* multi = nullptr;  // while it is under way there
  curl_slist* headers = nullptr;
  std::size_t header_bytes = 0;
  std::uint64_t sent = 0;  // of the body
  bool has_begun = false;  // the sink was told the status
  char words[CURL_ERROR_SIZE] = {};
};

namespace {

constexpr long kConnectSeconds = 30;
constexpr long kStallSeconds = 30;  // below kStallBytes a second for so long is a broken line
constexpr long kStallBytes = 100;
constexpr long kConnectionsPerHost = 8;
constexpr long kReadBuffer = 256L << 10;  // bytes

long status_of(const Exchange& exchange) {
  long status = 0;
  (void)curl_easy_getinfo(exchange.parts->easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

bool is_content(long status) {
  return status == 200 || status == 206;
}

std::size_t stop(Exchange& exchange, Status refusal) {
  exchange.refusal = std::move(refusal);
  return CURL_WRITEFUNC_ERROR;
}

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* pointer) {
  auto& exchange = *static_cast<Exchange*>(pointer);
  const long status = status_of(exchange);
  if (is_content(status) && exchange.request.sink) {
    if (!exchange.parts->has_begun && exchange.request.on_status) {
      Status told = exchange.request.on_status(static_cast<std::uint64_t>(status));
      if (!told) return stop(exchange, std::move(told));
    }
    exchange.parts->has_begun = true;
    Status taken = exchange.request.sink(std::string_view(bytes, count));
    return taken ? count : stop(exchange, std::move(taken));
  }
  if (exchange.response.body.size() + count > kAnswerLimit) {
    return stop(exchange,
                failure(ErrorKind::kInvalid, text::format(_("an answer of more than %zu bytes"), kAnswerLimit)));
  }
  exchange.response.body.append(bytes, count);
  return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* pointer) {
  auto& exchange = *static_cast<Exchange*>(pointer);
  const std::string_view line = text::trim(std::string_view(bytes, count));
  exchange.parts->header_bytes += count;
  if (exchange.parts->header_bytes > kHeadersLimit) {
    return stop(exchange, failure(ErrorKind::kInvalid, _("header fields without end")));
  }
  if (line.starts_with("HTTP/")) exchange.response.headers.clear();  // after "100 Continue"
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  std::string& value = exchange.response.headers[name];
  if (!value.empty()) value += ", ";
  value += text::trim(line.substr(colon + 1));
  return count;
}

std::size_t give_body(char* into, std::size_t, std::size_t room, void* pointer) {
  auto& exchange = *static_cast<Exchange*>(pointer);
  const Request& request = exchange.request;
  std::uint64_t& sent = exchange.parts->sent;
  const std::uint64_t whole = request.body_file >= 0 ? request.body_size : request.body.size();
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(room, whole - sent));
  if (request.body_file < 0) {
    std::copy_n(request.body.data() + sent, count, into);
    sent += count;
    return count;
  }
  const ssize_t got = ::pread(request.body_file, into, count, static_cast<off_t>(request.body_offset + sent));
  if (got < 0 || (got == 0 && count > 0)) return CURL_READFUNC_ABORT;
  sent += static_cast<std::uint64_t>(got);
  return static_cast<std::size_t>(got);
}

Line line_of(CURLcode code, const Exchange& exchange) {
  if (!exchange.refusal) return Line::kStopped;
  switch (code) {
    case CURLE_OK:
      return Line::kFine;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return Line::kRefused;
    case CURLE_SSL_CONNECT_ERROR:
      return Line::kNoTls;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return Line::kBadCertificate;
    default:
      return Line::kBroken;
  }
}

void set_security(CURL* easy, const Security& security) {
  (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, security.allow_plain ? "http,https" : "https");
  (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (security.skip_checks) {
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!security.authorities.empty()) {
    curl_blob blob{.data = const_cast<char*>(security.authorities.data()),
                   .len = security.authorities.size(),
                   .flags = CURL_BLOB_COPY};
    (void)curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  }
  if (!security.certificate.empty()) {
    (void)curl_easy_setopt(easy, CURLOPT_SSLCERT, security.certificate.c_str());
    (void)curl_easy_setopt(easy, CURLOPT_SSLKEY, security.key.c_str());
  }
}

void set_method(CURL* easy, Exchange& exchange) {
  const Request& request = exchange.request;
  if (request.method == "HEAD") {
    (void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method == "GET") return;
  (void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  const std::uint64_t size = request.body_file >= 0 ? request.body_size : request.body.size();
  (void)curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
  (void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
  (void)curl_easy_setopt(easy, CURLOPT_READDATA, &exchange);
}

}  // namespace

std::string Response::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

Exchange::Exchange(Request wanted, const Security& security)
    : request(std::move(wanted)), parts(std::make_unique<Parts>()) {
  CURL* const easy = curl_easy_init();
  parts->easy = easy;
  if (easy == nullptr) return;
  for (const std::string& header : request.headers) parts->headers = curl_slist_append(parts->headers, header.c_str());
  parts->headers = curl_slist_append(parts->headers, "Expect:");
  (void)curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, parts->headers);
  (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "hutch/" HUTCH_VERSION);
  (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kStallBytes);
  (void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReadBuffer);
  (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, parts->words);
  (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  if (request.range_start > 0) {
    // Not CURLOPT_RESUME_FROM, which takes a server that sends the whole for an error.
    (void)curl_easy_setopt(easy, CURLOPT_RANGE, (std::to_string(request.range_start) + "-").c_str());
  }
  set_security(easy, security);
  set_method(easy, *this);
}

Exchange::~Exchange() {
  if (parts->multi != nullptr) (void)curl_multi_remove_handle(parts->multi, parts->easy);
  if (parts->easy != nullptr) curl_easy_cleanup(parts->easy);
  curl_slist_free_all(parts->headers);
}

Result<Http> Http::create() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return failure(ErrorKind::kUnavailable, _("the HTTP library cannot be set up"));
  }
  CURLM* const multi = curl_multi_init();
  if (multi == nullptr) return failure(ErrorKind::kUnavailable, _("the HTTP library cannot be set up"));
  (void)curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHost);
  return Http(multi);
}

Http::Http(Http&& other) noexcept : multi_(std::exchange(other.multi_, nullptr)) {}

Http::~Http() {
  if (multi_ != nullptr) (void)curl_multi_cleanup(multi_);
}

Status Http::begin(Exchange& exchange) {
  const bool has_begun =
      exchange.parts->easy != nullptr && curl_multi_add_handle(multi_, exchange.parts->easy) == CURLM_OK;
  if (!has_begun) return failure(ErrorKind::kUnavailable, _("the HTTP library cannot be set up"));
  exchange.parts->multi = multi_;
  return {};
}

void Http::drop(Exchange& exchange) {
  if (exchange.parts->multi != nullptr) (void)curl_multi_remove_handle(multi_, exchange.parts->easy);
  exchange.parts->multi = nullptr;
}

Result<std::vector<Exchange*>> Http::move_on(const std::vector<int>& descriptors, int milliseconds) {
  std::vector<curl_waitfd> others;
  for (const int fd : descriptors) {
    if (fd >= 0) others.push_back({.fd = fd, .events = CURL_WAIT_POLLIN, .revents = 0});
  }
  int running = 0;
  CURLMcode code = curl_multi_perform(multi_, &running);
  int left = 0;
  CURLMsg* message = curl_multi_info_read(multi_, &left);
  if (code == CURLM_OK && message == nullptr) {
    code = curl_multi_poll(multi_, others.data(), static_cast<unsigned>(others.size()), milliseconds, nullptr);
    if (code == CURLM_OK) code = curl_multi_perform(multi_, &running);
    message = curl_multi_info_read(multi_, &left);
  }
  if (code != CURLM_OK) return failure(ErrorKind::kSystem, curl_multi_strerror(code));
  std::vector<Exchange*> ended;
  for (; message != nullptr; message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Exchange* exchange = nullptr;
    (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    exchange->response.status = status_of(*exchange);
    exchange->line = line_of(message->data.result, *exchange);
    const char* const words = exchange->parts->words;
    exchange->problem = *words != '\0' ? words : curl_easy_strerror(message->data.result);
    ended.push_back(exchange);
  }
  for (Exchange* const exchange : ended) drop(*exchange);
  return ended;
}

Result<std::vector<Exchange*>> Http::wait(const std::vector<int>& descriptors, int milliseconds) {
  if (!backlog_.empty()) return std::exchange(backlog_, {});
  return move_on(descriptors, milliseconds);
}

Result<bool> Http::finish(Exchange& exchange, int interrupt) {
  constexpr int kLong = 1000;  // milliseconds
  while (true) {
    for (Exchange* const ended : TRY(move_on({interrupt}, kLong))) {
      if (ended == &exchange) return true;
      backlog_.push_back(ended);
    }
    pollfd asked{.fd = interrupt, .events = POLLIN, .revents = 0};
    if (interrupt >= 0 && ::poll(&asked, 1, 0) > 0) {
      drop(exchange);
      return false;
    }
  }
}

}  // namespace hutch::images
