// Verbs that look at all of a toolbox's files, or change many: what is different, upgrades, images of toolboxes. An
// empty name is the only toolbox there is.
#pragma once

#include <string>

#include "base/result.h"

namespace hutch::app {

// Against its image, or against a snapshot.
[[nodiscard]] Result<int> diff_toolbox(const std::string& name, const std::string& snapshot, bool json);
// An image of what is in it.
struct PackOptions {
  std::string name;
  std::string image;   // name in the store; empty: it is not kept there
  std::string output;  // archive; empty: none
  bool uses_zstd = false;
  bool json = false;
};
[[nodiscard]] Result<int> pack_toolbox(const PackOptions& options);
// With the package manager of its image; the value is that one's status.
[[nodiscard]] Result<int> upgrade_toolbox(const std::string& name, bool asks_nothing);

}  // namespace hutch::app
