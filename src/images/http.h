// HTTP by libcurl: exchanges that run at once on one thread. The only user of the library is http.cc.
//
// Redirects are not followed here: who sent what to whom is the registry's to decide. A body with a status other than
// 200 and 206 is kept for messages and never given to the sink.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::images {

inline constexpr std::size_t kAnswerLimit = 4u << 20;    // bytes of a body that is kept
inline constexpr std::size_t kHeadersLimit = 64u << 10;  // bytes of all header fields

// Whom to believe, and whether to speak without TLS.
struct Security {
  bool allow_plain = false;  // http:// URLs
  bool skip_checks = false;  // certificates that nobody vouches for
  std::string authorities;   // PEM, besides the system's
  std::string certificate;   // file of a client certificate; "" for none
  std::string key;           // its key's file
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  int body_file = -1;  // instead of `body`: `body_size` bytes from `body_offset` on; borrowed
  std::uint64_t body_offset = 0;
  std::uint64_t body_size = 0;
  std::uint64_t range_start = 0;                   // "Range: bytes=N-" when not 0
  std::function<Status(std::string_view)> sink;    // for the body of a 200 or 206; without one it is kept
  std::function<Status(std::uint64_t)> on_status;  // before the first byte for the sink
};

struct Response {
  long status = 0;                             // 0: none came
  std::map<std::string, std::string> headers;  // names in lower case; repeated ones joined with ", "
  std::string body;
  [[nodiscard]] std::string header(const std::string& name) const;
};

// How the connection itself fared.
enum class Line : std::uint8_t { kFine, kRefused, kNoTls, kBadCertificate, kBroken, kStopped };

class Exchange {
 public:
  Exchange(Request request, const Security& security);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();

  Request request;
  Response response;
  Line line = Line::kFine;
  std::string problem;  // the library's words when `line` is not kFine
  Status refusal;       // what the sink said, of kStopped

  struct Parts;
  std::unique_ptr<Parts> parts;
};

class Http {
 public:
  [[nodiscard]] static Result<Http> create();
  Http(Http&& other) noexcept;
  Http& operator=(Http&&) = delete;
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;
  ~Http();

  // Ends when wait() gives it back, with drop(), or with the exchange itself.
  [[nodiscard]] Status begin(Exchange& exchange);
  void drop(Exchange& exchange);
  // Moves all exchanges on; returns those that ended, after at most `milliseconds` or when one of `descriptors` (those
  // not -1) is readable.
  [[nodiscard]] Result<std::vector<Exchange*>> wait(const std::vector<int>& descriptors, int milliseconds);

  // Waits for one exchange that has begun, while the others go on; those that end meanwhile come with the next wait().
  // False, and the exchange is out, when `interrupt` became readable.
  [[nodiscard]] Result<bool> finish(Exchange& exchange, int interrupt);

 private:
  explicit Http(void* multi) : multi_(multi) {}
  [[nodiscard]] Result<std::vector<Exchange*>> move_on(const std::vector<int>& descriptors, int milliseconds);
  void* multi_ = nullptr;
  std::vector<Exchange*> backlog_;
};

}  // namespace hutch::images
