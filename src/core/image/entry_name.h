// Names of archive entries and what they mean in a layer (OCI image layer specification, "Whiteouts"). Purely lexical:
// symbolic links on the way are the unpacker's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hutch::image {

inline constexpr std::size_t kEntryPathLimit = 4095;  // PATH_MAX without the NUL
inline constexpr std::size_t kEntryPartLimit = 255;   // NAME_MAX
inline constexpr std::size_t kEntryDepthLimit = 256;  // parts

struct EntryName {
  enum class Kind : std::uint8_t {
    kEntry,
    kWhiteout,  // hides `name` of the layers below
    kOpaque,    // hides all that the layers below have in `directory`
    kIgnored,   // bookkeeping of aufs
  };
  Kind kind = Kind::kEntry;
  std::string directory;  // relative, "" is the root; parts separated by one slash
  std::string name;       // "" for the root itself
  bool operator==(const EntryName&) const = default;

  [[nodiscard]] std::string path() const { return directory.empty() ? name : directory + "/" + name; }
};

// Absolute names and "./" are relative to the root. Refused: "..", what is too long or too deep, whiteouts of ".", ".."
// and nothing, and whiteouts as directories.
[[nodiscard]] Result<EntryName> parse_entry_name(std::string_view raw);
// The same for the target of a hard link, where a whiteout means nothing.
[[nodiscard]] Result<EntryName> parse_link_target(std::string_view raw);

}  // namespace hutch::image
