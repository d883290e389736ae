// Two states of a root file system, each a stack of trees in overlayfs form, and what is different between them. Where
// both show the very same file or directory, nothing below it is looked at.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "unpack/lower.h"

namespace hutch::unpack {

struct Difference {
  std::string path;             // relative to the root
  std::optional<Found> now;     // absent: it is gone, with all below it
  std::optional<Found> before;  // absent: it is new

  [[nodiscard]] std::string name() const { return path.substr(path.rfind('/') + 1); }  // npos + 1 is 0
};

class States {
 public:
  // Trees topmost first.
  [[nodiscard]] static Result<States> open(const std::vector<std::string>& now, const std::vector<std::string>& before);

  // What may be different, sorted within each directory; a directory comes before what is in it. The descriptors are
  // valid until `visit` returns.
  using Visit = std::function<Status(const Difference& difference)>;
  [[nodiscard]] Status walk(std::uint64_t entry_limit, const Visit& visit);

  [[nodiscard]] Lower& now() { return now_; }
  [[nodiscard]] Lower& before() { return before_; }

 private:
  States(Lower now, Lower before) : now_(std::move(now)), before_(std::move(before)) {}
  [[nodiscard]] Status walk_directory(const std::string& directory, int depth, const Visit& visit);

  Lower now_;
  Lower before_;
  std::uint64_t entries_left_ = 0;
};

[[nodiscard]] bool is_same_file(const struct stat& one, const struct stat& other);

}  // namespace hutch::unpack
