#include "core/profile/files.h"

#include <algorithm>
#include <array>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

constexpr std::string_view kNoexec = ":noexec";
constexpr std::array<std::string_view, 5> kAccessWords = {"ro", "rw", "create", "overlay", "hidden"};

Error refuse_path(std::string_view text, const char* why, std::string hint = {}) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("path '%s' %s"), text::printable(text).c_str(), why),
               .context = {},
               .hint = std::move(hint)};
}

// `rest` without doubled slashes and dots, still relative; "" when nothing is left.
Result<std::string> clean_rest(std::string_view text, std::string_view rest) {
  for (const std::string_view part : text::split(rest, '/')) {
    if (part == "..") return unexpected(refuse_path(text, _("contains '..'")));
  }
  const auto path = HostPath::parse("/" + std::string(rest));
  if (!path) return unexpected(refuse_path(text, _("has a name that is too long")));
  return path->str().substr(1);
}

Result<std::string> read_anchored(std::string_view text, std::string_view anchor, std::string_view rest) {
  const std::string clean = TRY(clean_rest(text, rest));
  const bool is_xdg = anchor.starts_with("xdg-");
  const Word* const word = find_word(Kind::kFile, anchor);
  if (word == nullptr) {
    Error error = refuse_path(text, _("is not absolute"), _("begin it with '/', '~/' or an xdg- name"));
    const auto near = text::nearest(anchor, names_of(Kind::kFile));
    if (near) error.hint = text::format(_("did you mean '%s'?"), std::string(*near).c_str());
    if (is_xdg || near) error.kind = ErrorKind::kNotFound;
    return unexpected(std::move(error));
  }
  if (anchor == "xdg-run") {
    if (!clean.empty()) return std::string(anchor) + "/" + clean;
    return unexpected(refuse_path(text, _("is the whole runtime directory"), _("name what is needed below xdg-run/")));
  }
  if (clean.empty()) return std::string(anchor);
  if (is_xdg) return std::string(anchor) + "/" + clean;
  if (anchor == "home") return unexpected(refuse_path(text, _("mixes two spellings"), _("write ~/ for the home")));
  return unexpected(refuse_path(text, _("names a part of the host"), _("write the absolute path")));
}

}  // namespace

Result<std::string> read_path(std::string_view text) {
  if (text.empty()) return failure(ErrorKind::kInvalid, _("a path is empty"));
  if (text::printable(text) != text) return unexpected(refuse_path(text, _("contains control characters")));
  if (text.size() > kPathLimit) return unexpected(refuse_path(text.substr(0, 60), _("is too long")));
  if (text.front() == '/') {
    const HostPath path = TRY(HostPath::parse(text));
    if (!path.is_root()) return path.str();
    return unexpected(refuse_path(text, _("is the whole system"), _("grant 'host', or what is needed of it")));
  }
  if (text == "~") return std::string("home");
  if (text.starts_with("~/")) {
    const std::string rest = TRY(clean_rest(text, text.substr(2)));
    return rest.empty() ? std::string("home") : "~/" + rest;
  }
  if (text.front() == '~') return unexpected(refuse_path(text, _("names another user's home")));
  const std::size_t slash = std::min(text.find('/'), text.size());
  return read_anchored(text, text.substr(0, slash), text.substr(slash));
}

FilePlace place_of(std::string_view name) {
  if (name.starts_with('/')) return {.anchor = "", .rest = name.substr(1)};
  if (name.starts_with("~/")) return {.anchor = "home", .rest = name.substr(2)};
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return {.anchor = name, .rest = ""};
  return {.anchor = name.substr(0, slash), .rest = name.substr(slash + 1)};
}

bool is_at_or_below(std::string_view inner, std::string_view outer) {
  if (inner == outer) return true;
  const FilePlace in = place_of(inner);
  const FilePlace out = place_of(outer);
  if (in.anchor == out.anchor) {
    return out.rest.empty() || (in.rest.starts_with(out.rest) && in.rest.substr(out.rest.size()).starts_with('/'));
  }
  if (!out.rest.empty()) return false;
  const bool in_home = in.anchor == "home" || (in.anchor.starts_with("xdg-") && in.anchor != "xdg-run");
  if (out.anchor == "home") return in_home;
  return out.anchor == "host" && (in_home || in.anchor.empty());
}

Result<std::string> read_access(std::string_view text) {
  std::string_view word = text;
  const bool noexec = word.ends_with(kNoexec);
  if (noexec) word.remove_suffix(kNoexec.size());
  if (std::find(kAccessWords.begin(), kAccessWords.end(), word) == kAccessWords.end()) {
    Error error{
        .kind = ErrorKind::kInvalid,
        .code = 0,
        .message = text::format(_("unknown access '%s'"), text::printable(text).c_str()),
        .context = {},
        .hint = _("use ro, rw, create, overlay or hidden, with :noexec behind it; write '\\:' for a colon of a path")};
    return unexpected(std::move(error));
  }
  if (noexec && word == "hidden") return failure(ErrorKind::kInvalid, _("'hidden' takes no ':noexec'"));
  return std::string(text);
}

std::string_view access_word(const Grant& grant) {
  std::string_view word = grant.access;
  if (word.ends_with(kNoexec)) word.remove_suffix(kNoexec.size());
  return word;
}

bool is_noexec(const Grant& grant) {
  return grant.access.ends_with(kNoexec);
}

namespace {

struct Placed {
  Grant grant;
  HostPath path;
};

std::optional<HostPath> locate_name(std::string_view name, const Locate& locate) {
  const FilePlace place = place_of(name);
  if (!place.anchor.empty()) return locate(place);
  auto path = HostPath::parse(name);
  if (!path) return std::nullopt;
  return std::move(*path);
}

// What makes `grant` lose against the other grants and the revokes, if anything.
std::optional<Superseded> loss_of(const Placed& placed, const std::vector<Placed>& all,
                                  const std::vector<std::pair<Revoke, HostPath>>& revokes) {
  const Grant& grant = placed.grant;
  for (const Placed& other : all) {
    if (other.grant.name == grant.name) continue;  // merge has decided between these
    const bool is_shut = other.grant.locked && grant.rank > other.grant.rank;
    if (is_shut && placed.path.is_at_or_below(other.path)) {
      return Superseded{.grant = grant, .by = other.grant.origin, .was_revoked = false};
    }
    if (placed.path != other.path || (grant.locked && other.grant.rank > grant.rank)) continue;
    const bool loses =
        other.grant.rank > grant.rank || (other.grant.rank == grant.rank && precedes(other.grant, grant));
    if (loses) return Superseded{.grant = grant, .by = other.grant.origin, .was_revoked = false};
  }
  for (const auto& [revoke, path] : revokes) {
    const bool is_taken = (revoke.rank > grant.rank && !grant.locked) || (revoke.locked && grant.rank > revoke.rank);
    if (is_taken && placed.path.is_at_or_below(path)) {
      return Superseded{.grant = grant, .by = revoke.origin, .was_revoked = true};
    }
  }
  return std::nullopt;
}

// A revoke below a grant that stays must still take its path away.
bool needs_hiding(const Revoke& revoke, const HostPath& path, const std::vector<Placed>& kept) {
  bool is_inside = false;
  for (const Placed& placed : kept) {
    if (placed.path == path) return false;
    if (!path.is_below(placed.path) || access_word(placed.grant) == "hidden") continue;
    const bool outranks = placed.grant.rank > revoke.rank && !revoke.locked;
    const bool is_locked = placed.grant.locked && placed.grant.rank < revoke.rank;
    if (is_locked) return false;
    if (!outranks) is_inside = true;
  }
  return is_inside;
}

}  // namespace

void settle_files(Profile& profile, const Locate& locate) {
  std::vector<Placed> placed;
  std::vector<Grant> others;
  for (Grant& grant : profile.grants) {
    std::optional<HostPath> path;
    if (grant.kind == Kind::kFile) path = locate_name(grant.name, locate);
    if (path) {
      placed.push_back({.grant = std::move(grant), .path = std::move(*path)});
    } else {
      others.push_back(std::move(grant));
    }
  }
  std::vector<std::pair<Revoke, HostPath>> revokes;
  for (const Revoke& revoke : profile.revokes) {
    if (revoke.kind != Kind::kFile || revoke.name == "*") continue;  // merge has applied "*"
    if (auto path = locate_name(revoke.name, locate)) revokes.emplace_back(revoke, std::move(*path));
  }
  std::vector<Placed> kept;
  for (const Placed& candidate : placed) {
    if (auto loss = loss_of(candidate, placed, revokes)) {
      profile.superseded.push_back(std::move(*loss));
    } else {
      kept.push_back(candidate);
    }
  }
  profile.grants = std::move(others);
  for (const auto& [revoke, path] : revokes) {
    if (needs_hiding(revoke, path, kept)) kept.push_back({.grant = hidden_by(revoke), .path = path});
  }
  for (Placed& stays : kept) profile.grants.push_back(std::move(stays.grant));
  std::sort(profile.grants.begin(), profile.grants.end(), comes_before);
}

}  // namespace hutch::profile
