// Talking to one registry: which URL it answers at, who we are to it, tokens, redirects, and trying again.
//
// A redirect to another host gets no credentials, and never leads from https to http. A 401 is answered once a
// transfer; a busy or broken registry is asked again, later each time, at most kAttemptLimit times without progress.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/image/auth_file.h"
#include "core/image/challenge.h"
#include "core/image/reference.h"
#include "images/http.h"
#include "images/interrupt.h"

namespace hutch::images {

inline constexpr int kAttemptLimit = 5;
inline constexpr int kRedirectLimit = 10;
inline constexpr std::uint64_t kRetryAfterLimit = 60;  // seconds that we wait when asked to

struct Access {
  std::string domain;  // of the registry
  Security security;
  // Asked when the registry wants to know who we are.
  std::function<Result<std::optional<image::Credentials>>()> credentials;
};

// One request on its way to an answer, over redirects and repetitions.
struct Transfer {
  Request request;    // its url is a path below the registry ("/v2/…") or whole
  std::string scope;  // "repository:PATH:pull"
  // Sets what depends on how much has come already; before each attempt.
  std::function<Status(Request&)> prepare;

  std::unique_ptr<Exchange> exchange;
  std::string url;  // where it goes after redirects; "" before the first
  int redirects = 0;
  int attempts = 0;
  bool has_answered_challenge = false;
  std::uint64_t progress = 0;   // range_start of the last attempt
  std::int64_t not_before = 0;  // now_milliseconds() of the next attempt
};

class Session {
 public:
  Session(Http& http, const Interrupt& interrupt, Access access);

  [[nodiscard]] const std::string& domain() const { return access_.domain; }
  // To the end: any answer but a redirect, a challenge that was met, or one that is worth another try.
  [[nodiscard]] Result<Response> ask(Request request, const std::string& scope);
  // The same in parts, for several at once: start() when not_before has come; when its exchange has ended, advance()
  // says whether it is done or to be started again.
  [[nodiscard]] Status start(Transfer& transfer);
  [[nodiscard]] Result<bool> advance(Transfer& transfer);
  [[nodiscard]] Http& http() { return http_; }
  [[nodiscard]] const Security& security() const { return access_.security; }
  [[nodiscard]] const Interrupt& interrupt() const { return interrupt_; }

  // What an answer means that is none of those wanted.
  [[nodiscard]] Error refusal(const Response& response, const std::string& what) const;

 private:
  [[nodiscard]] Status find_base();
  [[nodiscard]] Result<Response> perform(Request request);
  [[nodiscard]] Result<std::string> authorization(const std::string& scope);
  [[nodiscard]] Status meet(const std::vector<image::Challenge>& challenges, const std::string& scope);
  [[nodiscard]] Result<image::Token> fetch_token(const image::Challenge& challenge, const std::string& scope);
  [[nodiscard]] Result<std::optional<image::Credentials>> credentials();
  [[nodiscard]] Result<bool> follow(Transfer& transfer, const Response& response);
  [[nodiscard]] Result<bool> try_again(Transfer& transfer, const std::string& why, std::uint64_t seconds);

  struct Granted {
    std::string header;
    std::int64_t until = 0;
  };
  Http& http_;
  const Interrupt& interrupt_;
  Access access_;
  std::string base_;  // "https://host"
  std::vector<image::Challenge> challenges_;
  std::map<std::string, Granted> granted_;                        // by scope; "" holds for all
  std::optional<std::optional<image::Credentials>> credentials_;  // once asked for
};

}  // namespace hutch::images
