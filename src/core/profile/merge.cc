// The stages of a merge: collect; shut out what a lock forbids; take back what revokes name; settle the rest subject by
// subject. Each stage looks only at the outcome of the one before, never at the order of its input.
#include "core/profile/merge.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/lineage.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

// Something said by a layer: a grant or a revoke.
template <class Said>
struct Entry {
  Said said;
  const Layer* layer = nullptr;
};
using GrantEntry = Entry<Grant>;
using RevokeEntry = Entry<Revoke>;

class Merger {
 public:
  Merger(const Lineage& lineage, const Layer& flags) : lineage_(lineage) {
    for (const Layer* layer : lineage_.layers) collect(*layer);
    collect(flags);
    sort();
  }

  void merge_into(Profile& profile) {
    shut_out();
    take_back();
    carve();
    settle();
    settle_network();
    std::sort(winners_.begin(), winners_.end(), comes_before);
    profile.grants = std::move(winners_);
    profile.superseded = std::move(superseded_);
    std::sort(profile.superseded.begin(), profile.superseded.end(), loser_comes_before);
    for (RevokeEntry& revoke : revokes_) profile.revokes.push_back(std::move(revoke.said));
    std::sort(profile.revokes.begin(), profile.revokes.end(), revoke_comes_before);
    profile.warnings.insert(profile.warnings.end(), warnings_.begin(), warnings_.end());
  }

 private:
  void collect(const Layer& layer) {
    for (const Grant& grant : layer.grants) grants_.push_back({.said = grant, .layer = &layer});
    for (const Revoke& revoke : layer.revokes) revokes_.push_back({.said = revoke, .layer = &layer});
  }

  // Grants of one subject side by side, everything in an order of its content alone.
  void sort() {
    std::sort(grants_.begin(), grants_.end(),
              [](const GrantEntry& left, const GrantEntry& right) { return said_before(left.said, right.said); });
    std::sort(revokes_.begin(), revokes_.end(), [](const RevokeEntry& left, const RevokeEntry& right) {
      return revoke_comes_before(left.said, right.said);
    });
  }

  template <class Left, class Right>
  [[nodiscard]] bool outranks(const Entry<Left>& left, const Entry<Right>& right) const {
    return profile::outranks(lineage_, *left.layer, *right.layer);
  }

  void drop(const Grant& grant, const Origin& by, bool was_revoked) {
    superseded_.push_back({.grant = grant, .by = by, .was_revoked = was_revoked});
  }

  // A locked grant of lower rank forbids every grant at and below its name, and bus names that meet it.
  [[nodiscard]] const GrantEntry* lock_against(const GrantEntry& entry) const {
    for (const GrantEntry& lock : grants_) {
      const bool is_lock = lock.said.locked && lock.said.kind == entry.said.kind && outranks(entry, lock);
      if (!is_lock) continue;
      const bool is_bus = entry.said.kind == Kind::kSessionBus || entry.said.kind == Kind::kSystemBus;
      if (holds(entry.said.kind, lock.said.name, entry.said.name)) return &lock;
      if (is_bus && holds(entry.said.kind, entry.said.name, lock.said.name)) return &lock;
    }
    return nullptr;
  }

  void shut_out() {
    std::vector<GrantEntry> kept;
    for (const GrantEntry& entry : grants_) {
      if (const GrantEntry* const lock = lock_against(entry)) {
        drop(entry.said, lock->said.origin, false);
      } else {
        kept.push_back(entry);
      }
    }
    grants_ = std::move(kept);
  }

  // Whether a revoke has power over a grant, whatever their names.
  [[nodiscard]] bool binds(const RevokeEntry& revoke, const GrantEntry& entry) const {
    if (revoke.said.kind != entry.said.kind) return false;
    if (outranks(revoke, entry)) return !entry.said.locked;
    return revoke.said.locked && outranks(entry, revoke);
  }

  // Whether a revoke below a grant holds against it. Who says both at once means the grant without that part.
  [[nodiscard]] bool cuts(const RevokeEntry& revoke, const GrantEntry& entry) const {
    const bool is_equal = revoke.said.kind == entry.said.kind && !outranks(revoke, entry) && !outranks(entry, revoke);
    return is_equal || binds(revoke, entry);
  }

  void take_back() {
    std::vector<GrantEntry> kept;
    for (const GrantEntry& entry : grants_) {
      const auto taker = std::find_if(revokes_.begin(), revokes_.end(), [&](const RevokeEntry& revoke) {
        return binds(revoke, entry) && holds(entry.said.kind, revoke.said.name, entry.said.name);
      });
      if (taker != revokes_.end()) {
        drop(entry.said, taker->said.origin, true);
      } else {
        kept.push_back(entry);
      }
    }
    grants_ = std::move(kept);
  }

  [[nodiscard]] bool is_granted(Kind kind, std::string_view name) const {
    return std::any_of(grants_.begin(), grants_.end(),
                       [&](const GrantEntry& entry) { return entry.said.kind == kind && entry.said.name == name; });
  }

  // A revoke below a wider grant: the wider grant must not bring back what was taken. Files below it are hidden, "all"
  // becomes its other parts, and what has no parts to keep goes whole.
  void carve() {
    std::vector<GrantEntry> kept;
    std::vector<GrantEntry> added;
    for (const GrantEntry& entry : grants_) {
      std::vector<const RevokeEntry*> inside;
      for (const RevokeEntry& revoke : revokes_) {
        const bool is_below =
            revoke.said.name != entry.said.name && holds(entry.said.kind, entry.said.name, revoke.said.name);
        if (is_below && cuts(revoke, entry)) inside.push_back(&revoke);
      }
      if (inside.empty() || entry.said.kind == Kind::kPersist || entry.said.kind == Kind::kSocket) {
        kept.push_back(entry);
      } else if (entry.said.kind == Kind::kFile) {
        kept.push_back(entry);
        for (const RevokeEntry* revoke : inside) {
          const GrantEntry hidden{.said = hidden_by(revoke->said), .layer = revoke->layer};
          const bool is_known = is_granted(Kind::kFile, revoke->said.name) || lock_against(hidden) != nullptr;
          const bool is_added = std::any_of(added.begin(), added.end(),
                                            [&](const GrantEntry& other) { return other.said == hidden.said; });
          if (!is_known && !is_added) added.push_back(hidden);
        }
      } else {
        replace_by_parts(entry, inside, added);
      }
    }
    grants_ = std::move(kept);
    grants_.insert(grants_.end(), added.begin(), added.end());
  }

  void replace_by_parts(const GrantEntry& entry, const std::vector<const RevokeEntry*>& taken,
                        std::vector<GrantEntry>& added) {
    drop(entry.said, taken.front()->said.origin, true);
    warnings_.push_back(text::format(_("%s: '%s' goes too, because it holds '%s'"),
                                     describe(taken.front()->said.origin).c_str(), entry.said.name.c_str(),
                                     taken.front()->said.name.c_str()));
    const bool has_parts = entry.said.name == "all" && entry.said.kind != Kind::kFeature;
    if (!has_parts) return;
    for (const std::string_view name : names_of(entry.said.kind)) {
      const bool is_taken = std::any_of(taken.begin(), taken.end(), [&](const RevokeEntry* revoke) {
        return holds(entry.said.kind, name, revoke->said.name) || holds(entry.said.kind, revoke->said.name, name);
      });
      if (name == "all" || is_taken) continue;
      GrantEntry part = entry;
      part.said.name = name;
      added.push_back(std::move(part));
    }
  }

  // Of each subject the highest, on a tie the narrower.
  void settle() {
    sort();
    for (std::size_t next = 0; next < grants_.size();) {
      const Grant& subject = grants_[next].said;
      std::vector<const GrantEntry*> rivals;
      for (; next < grants_.size() && is_same_subject(subject, grants_[next].said); ++next) {
        rivals.push_back(&grants_[next]);
      }
      const GrantEntry* const winner = winner_of(rivals);
      for (const GrantEntry* rival : rivals) {
        if (rival != winner) drop(rival->said, winner->said.origin, false);
      }
      winners_.push_back(winner->said);
    }
  }

  [[nodiscard]] const GrantEntry* winner_of(const std::vector<const GrantEntry*>& rivals) const {
    const GrantEntry* winner = nullptr;
    for (const GrantEntry* rival : rivals) {
      const bool is_outranked =
          std::any_of(rivals.begin(), rivals.end(), [&](const GrantEntry* other) { return outranks(*other, *rival); });
      if (is_outranked) continue;
      if (winner == nullptr || precedes(rival->said, winner->said)) winner = rival;
    }
    return winner;
  }

  // `--share=network` means the profile's own mode, "private" when it has none.
  void settle_network() {
    const auto shared = std::find_if(winners_.begin(), winners_.end(), [](const Grant& grant) {
      return grant.kind == Kind::kNetwork && grant.access == "share";
    });
    if (shared == winners_.end()) return;
    std::vector<const GrantEntry*> modes;
    for (const GrantEntry& entry : grants_) {
      const bool is_mode = entry.said.access != "share" && entry.said.access != "none";
      if (entry.said.kind == Kind::kNetwork && is_mode) modes.push_back(&entry);
    }
    const GrantEntry* const mode = winner_of(modes);
    shared->access = mode == nullptr ? "private" : mode->said.access;
  }

  static bool said_before(const Grant& left, const Grant& right) {
    if (left.kind != right.kind || left.name != right.name) return comes_before(left, right);
    if (!is_same_subject(left, right))
      return is_call(left) != is_call(right) ? is_call(left) : left.access < right.access;
    return left.rank != right.rank ? left.rank < right.rank : precedes(left, right);
  }
  static bool loser_comes_before(const Superseded& left, const Superseded& right) {
    return said_before(left.grant, right.grant);
  }
  static bool revoke_comes_before(const Revoke& left, const Revoke& right) {
    const auto key = [](const Revoke& revoke) {
      return std::tie(revoke.kind, revoke.name, revoke.rank, revoke.origin.file, revoke.origin.line,
                      revoke.origin.column);
    };
    return key(left) < key(right);
  }

  const Lineage& lineage_;
  std::vector<GrantEntry> grants_;
  std::vector<RevokeEntry> revokes_;
  std::vector<Grant> winners_;
  std::vector<Superseded> superseded_;
  std::vector<std::string> warnings_;
};

// Every byte outside letters, digits and '-' as _XX, so that two profiles never share an identity.
std::string sanitize(std::string_view name) {
  std::string result;
  for (std::size_t index = 0; index < name.size(); ++index) {
    const char c = name[index];
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter || (index > 0 && (is_digit || c == '-'))) {
      result += c;
    } else {
      result += text::format("_%02x", static_cast<unsigned char>(c));
    }
  }
  return result;
}

Result<AppId> app_of(const Profile& profile, const std::optional<AppId>& said) {
  AppId app = TRY(AppId::parse("hutch.app." + sanitize(profile.id.str())));
  if (said) {
    app = *said;
  } else if (!profile.match.desktop.empty()) {
    if (auto desktop = AppId::parse(profile.match.desktop.front())) app = std::move(*desktop);
  }
  return app;
}

Result<AppId> in_box(const AppId& app, const BoxName& box) {
  if (box.empty()) return app;
  // A dash may stand in the last part only, and the last part is now the box.
  std::string text = app.str();
  std::replace(text.begin(), text.end(), '-', '_');
  return AppId::parse(text + "." + sanitize(box.str()));
}

template <class T>
void add_missing(std::vector<T>& list, const std::vector<T>& more) {
  for (const T& item : more) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
  }
}

// What is said once: of the profile's own files the highest rank that says it; `open` also of its bases, and of those
// that do not outrank each other the narrower.
Status take_header(Profile& profile, const Lineage& lineage) {
  std::optional<AppId> app;
  std::optional<bool> not_run_here;
  for (const Layer* layer : lineage.layers) {
    if (!layer->id.empty() && layer->id != profile.id) continue;
    if (!app) app = layer->app;
    if (!not_run_here) not_run_here = layer->not_run_here;
    if (profile.title.empty()) profile.title = layer->title;
    if (profile.description.empty()) profile.description = layer->description;
    add_missing(profile.match.desktop, layer->match.desktop);
    add_missing(profile.match.command, layer->match.command);
    add_missing(profile.data, layer->data);
  }
  std::sort(profile.data.begin(), profile.data.end());
  profile.not_run_here = not_run_here.value_or(false);
  profile.default_app = TRY(app_of(profile, app));
  profile.app = TRY(in_box(profile.default_app, profile.box));
  return {};
}

std::string open_of(const Lineage& lineage) {
  std::optional<std::string> open;
  for (const Layer* layer : lineage.layers) {
    const bool is_outranked = std::any_of(lineage.layers.begin(), lineage.layers.end(), [&](const Layer* other) {
      return other->open && outranks(lineage, *other, *layer);
    });
    if (!layer->open || is_outranked) continue;
    if (!open || *layer->open == "ro") open = layer->open;
  }
  return open.value_or("ro");
}

}  // namespace

Result<Profile> merge(const ProfileName& id, const std::vector<Layer>& layers, const Request& request) {
  const Lineage lineage = TRY(trace_lineage(id, layers));
  Profile profile{.id = id};
  if (request.box.str() != "default") profile.box = request.box;
  profile.lineage = lineage.order;
  TRY(take_header(profile, lineage));
  profile.open = open_of(lineage);
  for (const Layer* layer : lineage.layers) {
    profile.warnings.insert(profile.warnings.end(), layer->warnings.begin(), layer->warnings.end());
  }
  Merger(lineage, request.flags).merge_into(profile);
  return profile;
}

}  // namespace hutch::profile
