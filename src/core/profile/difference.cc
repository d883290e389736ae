#include "core/profile/difference.h"

#include <algorithm>

#include "core/profile/files.h"

namespace hutch::profile {
namespace {

bool is_same(const Grant& left, const Grant& right) {
  return left.kind == right.kind && left.name == right.name && left.access == right.access;
}

std::vector<Sentence> only_in(const Profile& one, const Profile& other) {
  std::vector<Sentence> sentences;
  for (const Grant& grant : one.grants) {
    const bool is_in_both = std::any_of(other.grants.begin(), other.grants.end(),
                                        [&](const Grant& known) { return is_same(grant, known); });
    if (!is_in_both) sentences.push_back(sentence_of(grant));
  }
  std::stable_sort(sentences.begin(), sentences.end(),
                   [](const Sentence& left, const Sentence& right) { return left.topic < right.topic; });
  return sentences;
}

}  // namespace

Difference compare(const Profile& before, const Profile& after) {
  return {.gained = only_in(after, before), .lost = only_in(before, after)};
}

}  // namespace hutch::profile
