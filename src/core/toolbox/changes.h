// What differs between two states of a toolbox, as the process that looks at its files tells it: a stream of records,
// each some texts that end with a zero byte. It looks at hostile trees: what it says is read as strictly as anything
// from outside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::toolbox {

inline constexpr std::size_t kChangeLimit = 100000;          // changes that are told one by one
inline constexpr std::size_t kChangeBytesLimit = 32u << 20;  // of all records

enum class ChangeKind : std::uint8_t { kAdded, kChanged, kRemoved };

struct FileChange {
  ChangeKind kind = ChangeKind::kAdded;
  std::string path;  // relative to the root; a directory's ends with a slash
  bool operator==(const FileChange&) const = default;
};

struct PackageChange {
  ChangeKind kind = ChangeKind::kAdded;
  std::string name;
  std::string before;  // version; empty: it was not there
  std::string now;     // version; empty: it is gone
  bool operator==(const PackageChange&) const = default;
};

struct Changes {
  std::vector<FileChange> files;
  std::vector<PackageChange> packages;
  std::vector<std::string> unread;  // package databases that were seen and not read: "rpm"
  bool operator==(const Changes&) const = default;
};

[[nodiscard]] std::string encode(const FileChange& change);
[[nodiscard]] std::string encode(const PackageChange& change);
[[nodiscard]] std::string encode_unread(const std::string& database);
[[nodiscard]] Result<Changes> decode_changes(std::string_view bytes);

}  // namespace hutch::toolbox
