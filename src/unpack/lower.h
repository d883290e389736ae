// What the layers below show at a path: overlayfs's rules (Documentation/filesystems/overlayfs.rst) on unpacked trees.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/fd.h"

namespace hutch::unpack {

// Whiteouts are character devices 0:0; a directory with this attribute shows nothing of what is below it.
inline constexpr const char* kOpaqueAttribute = "user.overlay.opaque";
[[nodiscard]] bool is_whiteout(const struct stat& status);
[[nodiscard]] Result<bool> is_opaque(int directory);

// One name in one layer.
struct Found {
  int directory = -1;  // borrowed: valid until the next question
  struct stat status {};
};

class Lower {
 public:
  // Trees topmost first; none: a base layer.
  explicit Lower(std::vector<os::Fd> trees) : trees_(std::move(trees)) {}
  [[nodiscard]] bool is_empty() const { return trees_.empty(); }
  [[nodiscard]] int top() const { return trees_.front().get(); }

  // `name` in `directory`, a path without symbolic links; absent when nothing is to be seen there.
  [[nodiscard]] Result<std::optional<Found>> find(const std::string& directory, const std::string& name);

  // All names to be seen in `directory`, and some that are hidden.
  [[nodiscard]] Result<std::vector<std::string>> names(const std::string& directory);

 private:
  using Stack = std::vector<std::shared_ptr<os::Fd>>;  // the layers' parts of one directory, topmost first
  [[nodiscard]] Result<const Stack*> enter(const std::string& directory);
  [[nodiscard]] static Result<Stack> descend(const Stack& stack, const std::string& name);

  std::vector<os::Fd> trees_;
  std::string entered_;
  std::optional<Stack> stack_;  // of entered_
};

}  // namespace hutch::unpack
