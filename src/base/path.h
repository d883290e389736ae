// HostPath and BoxPath: absolute paths outside and inside a sandbox, two types so that they cannot be mixed.
//
// Invariants: begins with '/', no empty, "." or ".." component, no trailing slash (but "/" itself), no NUL, at most
// kPathLimit bytes. Purely lexical: nothing here looks at a file system, and a path says nothing about symlinks.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch {

inline constexpr std::size_t kPathLimit = 4095;     // PATH_MAX without the NUL, limits.h
inline constexpr std::size_t kPathNameLimit = 255;  // NAME_MAX

template <class Side>
class AbsolutePath {
 public:
  // Collapses "//" and "/./" and a trailing slash; refuses relative paths, "..", NUL and over-long input.
  [[nodiscard]] static Result<AbsolutePath> parse(std::string_view text);
  // For paths written in our own source; ends the program when the literal breaks the invariants.
  [[nodiscard]] static AbsolutePath literal(const char* text);

  AbsolutePath() = default;  // "/"

  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] const char* c_str() const { return text_.c_str(); }
  [[nodiscard]] bool is_root() const { return text_.size() == 1; }
  [[nodiscard]] AbsolutePath parent() const;    // of "/": "/"
  [[nodiscard]] std::string_view name() const;  // last component, "" for "/"
  [[nodiscard]] std::vector<std::string_view> components() const;
  // Appends a relative path; refuses the same things as parse.
  [[nodiscard]] Result<AbsolutePath> join(std::string_view relative) const;
  // Appends components written in our own source or already validated; ends the program when they are not.
  [[nodiscard]] AbsolutePath operator/(std::string_view relative) const;
  // True for `ancestor` itself and everything below it.
  [[nodiscard]] bool is_at_or_below(const AbsolutePath& ancestor) const;
  [[nodiscard]] bool is_below(const AbsolutePath& ancestor) const;
  // The part after `ancestor`, without a leading slash; "" for ancestor itself. Requires is_at_or_below.
  [[nodiscard]] std::string_view relative_to(const AbsolutePath& ancestor) const;

  auto operator<=>(const AbsolutePath&) const = default;
  bool operator==(const AbsolutePath&) const = default;

 private:
  explicit AbsolutePath(std::string text) : text_(std::move(text)) {}
  std::string text_ = "/";
};

struct HostSide {};
struct BoxSide {};
using HostPath = AbsolutePath<HostSide>;
using BoxPath = AbsolutePath<BoxSide>;

extern template class AbsolutePath<HostSide>;
extern template class AbsolutePath<BoxSide>;

// The same path on the other side, for files that keep their place.
[[nodiscard]] BoxPath same_in_box(const HostPath& path);
[[nodiscard]] HostPath same_on_host(const BoxPath& path);

}  // namespace hutch
