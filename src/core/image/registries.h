// Where registries are and what else they are called: containers-registries.conf(5), version 2.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/reference.h"

namespace hutch::image {

inline constexpr std::size_t kRegistriesFileLimit = 1u << 20;  // bytes of one file

enum class MirrorUse : std::uint8_t { kAll, kDigestOnly, kTagOnly };

struct Mirror {
  std::string location;
  bool insecure = false;
  MirrorUse use = MirrorUse::kAll;
};

struct RegistryEntry {
  std::string prefix;    // "quay.io/someone", "*.example.com"
  std::string location;  // what takes the prefix's place
  bool insecure = false;
  bool blocked = false;
  bool mirror_by_digest_only = false;
  std::vector<Mirror> mirrors;
};

struct Registries {
  std::vector<RegistryEntry> entries;
  std::vector<std::string> search;             // unqualified-search-registries
  std::map<std::string, std::string> aliases;  // short name -> name with registry, both without tag
};

// Adds a file to what earlier files said: a later file's entry takes the place of an earlier one with the same prefix.
[[nodiscard]] Status add_registries_file(Registries& registries, std::string_view bytes, const std::string& file);

// A place to fetch an image from.
struct Endpoint {
  Reference reference;
  bool insecure = false;  // also plain HTTP, and certificates that nobody vouches for
  bool is_mirror = false;
};
// Mirrors first, the registry itself last; kDenied for a blocked one.
[[nodiscard]] Result<std::vector<Endpoint>> endpoints_of(const Registries& registries, const Reference& reference);

// A name as people type it: short names become those of their alias, or of the one search registry. More than one
// search registry is an error that lists them: guessing would let whoever owns the name in the first one choose.
[[nodiscard]] Result<Reference> resolve_name(const Registries& registries, std::string_view text);

}  // namespace hutch::image
