// What a file is, and which one.
#pragma once

#include <cstdint>

namespace hutch {

enum class FileType : std::uint8_t { kRegular, kDirectory, kSymlink, kSocket, kFifo, kCharacterDevice, kBlockDevice };

// A file recognised again later; the pair is unique while the file exists (stat(2)).
struct Identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const Identity&) const = default;
};

// Ids of one namespace mapped to another (user_namespaces(7)), or a subordinate range (subuid(5), `inside` unused).
struct IdRange {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::uint32_t count = 0;
  bool operator==(const IdRange&) const = default;
};

}  // namespace hutch
