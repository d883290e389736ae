// Permission files of other sandboxes as profiles, with an account of every line.
//
// What is not understood is dropped, never guessed at: an imported profile allows at most what its source allowed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/profile/model.h"

namespace hutch::import {

enum class Verdict : std::uint8_t { kExact, kApproximated, kDropped };

struct Account {
  std::string file;
  std::uint32_t line = 0;
  std::string text;  // the line, or the entry of a list
  Verdict verdict = Verdict::kExact;
  std::string reason;  // N_() texts, translated by whoever prints; empty for exact ones that need no word
  bool operator==(const Account&) const = default;
};

struct Imported {
  profile::Layer layer;
  std::vector<Account> accounts;
};

inline constexpr std::size_t kLinesLimit = 20000;  // of one import, includes counted
inline constexpr int kIncludeDepth = 16;

// A file that another one includes: where it was found and what it says.
struct Included {
  std::string file;
  std::string text;
};
using Include = std::function<std::optional<Included>(const std::string& name)>;

// A Flatpak `metadata` or override file (flatpak-metadata(5)).
[[nodiscard]] Imported from_flatpak(const std::string& text, const std::string& file, const ProfileName& id);
// A Firejail profile (firejail-profile(5)).
[[nodiscard]] Imported from_firejail(const std::string& text, const std::string& file, const ProfileName& id,
                                     const Include& include);
// A bubblejail services.toml.
[[nodiscard]] Result<Imported> from_bubblejail(const std::string& text, const std::string& file, const ProfileName& id);

}  // namespace hutch::import
