#include "core/profile/hold.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/precedence.h"

namespace hutch::profile {
namespace {

constexpr std::string_view kHead = "accepted 1";
constexpr std::size_t kGrantsLimit = 10000;

struct KindWord {
  Kind kind;
  std::string_view word;
};
// The kinds of rights.
constexpr std::array kKinds = {
    KindWord{Kind::kSocket, "socket"},         KindWord{Kind::kShare, "share"},
    KindWord{Kind::kNetwork, "network"},       KindWord{Kind::kPublish, "publish"},
    KindWord{Kind::kDevice, "device"},         KindWord{Kind::kFile, "file"},
    KindWord{Kind::kSessionBus, "session"},    KindWord{Kind::kSystemBus, "system"},
    KindWord{Kind::kPortal, "portal"},         KindWord{Kind::kFeature, "feature"},
    KindWord{Kind::kEnvironment, "inherited"},
};

Grant bare(const Grant& grant) {
  return {.kind = grant.kind, .name = grant.name, .access = grant.access};
}

bool is_shipped(const Grant& grant) {
  return grant.rank <= Rank::kShipped;
}

// Which of two modes allows no more than the other; absent when neither does ("lan" and "internet").
std::optional<std::string> narrower_network(const std::string& one, const std::string& other) {
  const auto is_at_most = [](const std::string& inner, const std::string& outer) {
    if (inner == outer || inner == "none" || outer == "share" || outer == "host") return true;
    return outer == "private" && (inner == "lan" || inner == "internet");
  };
  if (is_at_most(one, other)) return one;
  if (is_at_most(other, one)) return other;
  return std::nullopt;
}

// The grant of a set that says what is allowed for a name: the most specific one that holds it, of several the widest.
const Grant* effective(const std::vector<Grant>& grants, const Grant& subject) {
  const Grant* best = nullptr;
  for (const Grant& grant : grants) {
    if (grant.kind != subject.kind || !holds(grant.kind, grant.name, subject.name)) continue;
    if (is_call(subject) && is_call(grant) && grant.access != subject.access) continue;
    if (!is_call(subject) && is_call(grant)) continue;
    const bool is_better = best == nullptr || (best->name != grant.name && holds(grant.kind, best->name, grant.name));
    const bool is_wider = best != nullptr && best->name == grant.name && width(*best) < width(grant);
    if (is_better || is_wider) best = &grant;
  }
  return best;
}

// What both sets allow for a name; absent: nothing.
std::optional<Grant> common(const Accepted& one, const Accepted& other, const Grant& subject) {
  const Grant* const first = effective(one.grants, subject);
  const Grant* const second = effective(other.grants, subject);
  if (first == nullptr || second == nullptr) return std::nullopt;
  Grant result = bare(subject);
  if (subject.kind == Kind::kNetwork) {
    result.access = narrower_network(first->access, second->access).value_or("none");
  } else if (!is_call(subject)) {
    result.access = width(*first) <= width(*second) ? first->access : second->access;
  }
  return result;
}

}  // namespace

bool is_right(const Grant& grant) {
  if (grant.kind == Kind::kEnvironment) return grant.access == "inherit";
  return std::any_of(kKinds.begin(), kKinds.end(), [&](const KindWord& known) { return known.kind == grant.kind; });
}

Accepted accepted_of(const Profile& shipped) {
  Accepted accepted{.open = shipped.open, .grants = {}};
  for (const Grant& grant : shipped.grants) {
    if (is_right(grant)) accepted.grants.push_back(bare(grant));
  }
  std::sort(accepted.grants.begin(), accepted.grants.end(), comes_before);
  return accepted;
}

std::string format_accepted(const Accepted& accepted) {
  std::string text = std::string(kHead) + "\nopen\t" + accepted.open + "\n";
  for (const Grant& grant : accepted.grants) {
    const auto kind =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const KindWord& known) { return known.kind == grant.kind; });
    text += std::string(kind->word) + "\t" + grant.name + "\t" + grant.access + "\n";
  }
  return text;
}

Result<Accepted> parse_accepted(std::string_view text) {
  const auto nonsense = [] { return failure(ErrorKind::kInvalid, _("makes no sense")); };
  const std::vector<std::string_view> lines = text::split(text, '\n');
  if (lines.size() < 3 || lines.size() > kGrantsLimit || lines.front() != kHead || !lines.back().empty())
    return nonsense();
  Accepted accepted;
  for (std::size_t index = 1; index + 1 < lines.size(); ++index) {
    const std::vector<std::string_view> words = text::split(lines[index], '\t');
    if (index == 1 && words.size() == 2 && words[0] == "open") {
      accepted.open = words[1];
      continue;
    }
    const auto kind =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const KindWord& known) { return known.word == words.front(); });
    if (index == 1 || words.size() != 3 || kind == kKinds.end()) return nonsense();
    accepted.grants.push_back({.kind = kind->kind, .name = std::string(words[1]), .access = std::string(words[2])});
  }
  return accepted;
}

Accepted narrower_of(const Accepted& accepted, const Accepted& now) {
  Accepted result{.open = accepted.open == now.open ? now.open : "ro", .grants = {}};
  for (const Accepted* const set : {&now, &accepted}) {
    for (const Grant& subject : set->grants) {
      const bool is_there = std::any_of(result.grants.begin(), result.grants.end(),
                                        [&](const Grant& one) { return is_same_subject(one, subject); });
      if (is_there) continue;
      if (auto both = common(accepted, now, subject)) result.grants.push_back(std::move(*both));
    }
  }
  std::sort(result.grants.begin(), result.grants.end(), comes_before);
  return result;
}

namespace {

// What was allowed before by a name of its own, and what the update now grants by a wider name or no longer narrows.
void keep_names(Profile& profile, const Accepted& allowed, std::vector<Grant>& withheld) {
  std::vector<Grant> added;
  for (const Grant& one : allowed.grants) {
    const Grant* const now = effective(profile.grants, one);
    const bool is_taken_back = std::any_of(profile.revokes.begin(), profile.revokes.end(), [&](const Revoke& revoke) {
      return revoke.rank > Rank::kShipped && revoke.kind == one.kind && holds(one.kind, revoke.name, one.name);
    });
    const bool is_wanted = now == nullptr ? !is_taken_back : now->name != one.name && width(one) < width(*now);
    if (!is_wanted) continue;
    if (now != nullptr) {
      withheld.push_back(*now);
      withheld.back().name = one.name;
    }
    added.push_back(one);
    added.back().origin.file = _("accepted earlier");
  }
  profile.grants.insert(profile.grants.end(), added.begin(), added.end());
  std::sort(profile.grants.begin(), profile.grants.end(), comes_before);
}

}  // namespace

std::vector<Grant> withhold(Profile& profile, const Accepted& allowed) {
  std::vector<Grant> withheld;
  const auto limit_of = [&](const Grant& grant) {
    return std::find_if(allowed.grants.begin(), allowed.grants.end(),
                        [&](const Grant& one) { return is_same_subject(one, grant); });
  };
  for (Grant& grant : profile.grants) {
    if (!is_shipped(grant) || !is_right(grant)) continue;
    const auto limit = limit_of(grant);
    if (limit != allowed.grants.end() && limit->access == grant.access) continue;
    withheld.push_back(grant);
    if (limit == allowed.grants.end()) {
      grant.name.clear();
    } else {
      grant.access = limit->access;
    }
  }
  std::erase_if(profile.grants, [](const Grant& grant) { return grant.name.empty(); });
  keep_names(profile, allowed, withheld);
  if (allowed.open == "ro") profile.open = "ro";
  return withheld;
}

}  // namespace hutch::profile
