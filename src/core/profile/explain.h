// What an app may do, in sentences, each with its origin: `hutch explain`.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "core/profile/model.h"

namespace hutch::profile {

enum class Topic : std::uint8_t { kFiles, kNetwork, kScreen, kSound, kDevices, kPrograms, kLimits };

struct Sentence {
  Topic topic = Topic::kFiles;
  std::string text;
  std::string reason;
  Origin origin;
  std::string risk;        // empty: none
  bool is_denial = false;  // says what it may not do
  bool operator==(const Sentence&) const = default;
};

[[nodiscard]] std::vector<Sentence> explain(const Profile& profile);
[[nodiscard]] Sentence sentence_of(const Grant& grant);
[[nodiscard]] std::string format(const Profile& profile, const std::vector<Sentence>& sentences);
[[nodiscard]] Json to_json(const Profile& profile, const std::vector<Sentence>& sentences);

}  // namespace hutch::profile
