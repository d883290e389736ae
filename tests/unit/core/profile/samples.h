// Layers and profiles written as the text of their files.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/profile/merge.h"
#include "core/profile/parse.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {

// A parsed file; the test fails when it does not parse. `body` follows schema and id.
inline Layer file_of(const std::string& id, const std::string& body, Rank rank = Rank::kShipped) {
  const std::string head = rank == Rank::kOverride ? "" : "id = \"" + id + "\"\n";
  auto layer = parse(head + body, id + ".toml", rank);
  if (layer) return std::move(*layer);
  ADD_FAILURE() << layer.error().describe();
  return {};
}

inline Layer flags_of(const std::vector<std::pair<std::string, std::string>>& flags) {
  Layer layer;
  layer.origin.file = "command line";
  layer.rank = Rank::kCommandLine;
  for (const auto& [name, value] : flags) {
    const auto applied = apply_flag(layer, name, value);
    if (!applied) ADD_FAILURE() << applied.error().describe();
  }
  return layer;
}

inline Request request_of(const std::vector<std::pair<std::string, std::string>>& flags) {
  Request request;
  request.flags = flags_of(flags);
  return request;
}

inline Profile merged(const std::string& id, const std::vector<Layer>& layers, const Request& request = {}) {
  auto profile = merge(*ProfileName::parse(id), layers, request);
  if (profile) return std::move(*profile);
  ADD_FAILURE() << profile.error().describe();
  return {};
}

// What a profile grants, one flag an entry: the shortest way to say it in a test.
inline std::vector<std::string> spelled(const Profile& profile) {
  std::vector<std::string> flags;
  for (const Grant& grant : profile.grants) flags.push_back(spell(grant));
  return flags;
}

}  // namespace hutch::profile
