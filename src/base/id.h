// Validated names. A value of one of these types has passed its grammar and may be used in file names.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hutch {

template <class Grammar>
class Name {
 public:
  [[nodiscard]] static Result<Name> parse(std::string_view text) {
    if (!Grammar::accepts(text)) return unexpected(Grammar::refusal(text));
    return Name(std::string(text));
  }
  Name() = default;  // empty: "not set"
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] const char* c_str() const { return text_.c_str(); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  auto operator<=>(const Name&) const = default;
  bool operator==(const Name&) const = default;

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// Portal identity: at least two dot-separated parts, at most 255 bytes, each [A-Za-z_][A-Za-z0-9_]*, '-' allowed in
// the last part only (the rule xdg-desktop-portal applies to .flatpak-info names).
struct AppIdGrammar {
  static bool accepts(std::string_view text);
  static Error refusal(std::string_view text);
};
// A running sandbox: [a-z][a-z0-9]{0,31}. No dash: it goes into scope and portal names.
struct InstanceIdGrammar {
  static bool accepts(std::string_view text);
  static Error refusal(std::string_view text);
};
// Profiles and boxes: [A-Za-z0-9][A-Za-z0-9._+-]{0,63}, never ending in ".toml".
struct ProfileNameGrammar {
  static bool accepts(std::string_view text);
  static Error refusal(std::string_view text);
};

using AppId = Name<AppIdGrammar>;
using InstanceId = Name<InstanceIdGrammar>;
using ProfileName = Name<ProfileNameGrammar>;
using BoxName = Name<ProfileNameGrammar>;

}  // namespace hutch
