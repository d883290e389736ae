#include "host/profiles.h"

#include <algorithm>
#include <deque>
#include <set>

#include "base/i18n.h"
#include "base/text.h"
#include "host/derived.h"
#include "host/profile_files.h"
#include "host/profile_index.h"
#include "host/program_file.h"
#include "host/queries.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr const char* kUntrusted = "untrusted";
constexpr const char* kAppImage = "appimage";

// A layer that may be absent.
Result<std::optional<profile::Layer>> read_if_there(const HostPath& file, profile::Rank rank) {
  auto layer = read_layer(file, rank);
  if (layer) return std::move(*layer);
  if (layer.error().code == ENOENT || layer.error().code == ENOTDIR) return std::nullopt;
  return unexpected(std::move(layer).error());
}

Error no_such_profile(const facts::Facts& facts, const ProfileName& name) {
  Error error{.kind = ErrorKind::kNotFound,
              .code = 0,
              .message = text::format(_("there is no profile '%s'"), name.c_str()),
              .context = {},
              .hint = _("'hutch profile list' shows those there are")};
  const auto listed = list_profiles(facts);
  if (!listed) return error;
  std::vector<std::string_view> names;
  for (const Listed& profile : *listed) names.emplace_back(profile.id.str());
  if (const auto near = text::nearest(name.str(), names)) {
    error.hint = text::format(_("did you mean '%s'?"), std::string(*near).c_str());
  }
  return error;
}

// All files of the profiles in `wanted` and of those they extend; `profile` is the one that is no base.
Status add_lineage(const facts::Facts& facts, const ProfileName& profile, std::deque<ProfileName> wanted,
                   std::vector<profile::Layer>& layers) {
  const std::vector<ProfileDirectory> directories = profile_directories(facts);
  std::set<ProfileName> seen(wanted.begin(), wanted.end());
  for (; !wanted.empty(); wanted.pop_front()) {
    const ProfileName name = wanted.front();
    for (const ProfileDirectory& directory : directories) {
      const bool is_base = name != profile && directory.rank == profile::Rank::kShipped;
      auto layer =
          TRY(read_if_there(profile_file(directory.path, name), is_base ? profile::Rank::kBase : directory.rank));
      if (!layer) continue;
      for (const ProfileName& base : layer->extends) {
        if (seen.insert(base).second) wanted.push_back(base);
      }
      layers.push_back(std::move(*layer));
    }
    if (layers.empty()) return unexpected(no_such_profile(facts, profile));
  }
  return {};
}

Status add_overrides(const facts::Facts& facts, const ProfileName& profile, const BoxName& box,
                     std::vector<profile::Layer>& layers) {
  if (auto layer = TRY(read_if_there(override_file(facts, profile, {}), profile::Rank::kOverride))) {
    layers.push_back(std::move(*layer));
  }
  if (box.empty() || box.str() == "default") return {};
  if (auto layer = TRY(read_if_there(override_file(facts, profile, box), profile::Rank::kOverride))) {
    layer->box = box;
    layers.push_back(std::move(*layer));
  }
  return {};
}

}  // namespace

Result<std::vector<profile::Layer>> load_layers(const facts::Facts& facts, const ProfileName& profile,
                                                const BoxName& box) {
  std::vector<profile::Layer> layers;
  TRY(add_lineage(facts, profile, {profile}, layers));
  TRY(add_overrides(facts, profile, box, layers));
  return layers;
}

Result<std::vector<profile::Layer>> load_layers_below(const facts::Facts& facts, profile::Layer own,
                                                      const BoxName& box) {
  const ProfileName name = own.id;
  std::deque<ProfileName> bases(own.extends.begin(), own.extends.end());
  std::vector<profile::Layer> layers = {std::move(own)};
  TRY(add_lineage(facts, name, std::move(bases), layers));
  TRY(add_overrides(facts, name, box, layers));
  return layers;
}

Result<std::vector<profile::Layer>> load_layers(const facts::Facts& facts, const Resolved& resolved,
                                                const BoxName& box) {
  if (resolved.derived) return load_layers_below(facts, *resolved.derived, box);
  return load_layers(facts, resolved.profile, box);
}

Result<std::vector<Listed>> list_profiles(const facts::Facts& facts) {
  std::vector<Listed> listed;
  for (const ProfileDirectory& directory : profile_directories(facts)) {
    auto names = os::list_directory(directory.path);
    if (!names) {
      if (names.error().code == ENOENT) continue;
      return unexpected(std::move(names).error());
    }
    for (const std::string& name : *names) {
      const auto id = profile_of_file(name);
      if (!id) continue;
      listed.push_back({.id = *id,
                        .file = directory.path / name,
                        .rank = directory.rank,
                        .is_base = directory.rank == profile::Rank::kBase});
    }
  }
  return listed;
}

namespace {

// The last part of every resolution: what is started and under which profile.
class Resolver {
 public:
  Resolver(const facts::Facts& facts, const profile::Request& request) : facts_(facts), request_(request) {}

  Result<Resolved> resolve() {
    if (request_.no_profile) return with_profile(TRY(ProfileName::parse(kUntrusted)));
    if (request_.profile) return with_profile(*request_.profile);
    if (request_.app.find('/') != std::string::npos) return by_program(TRY(find_path(request_.app)), {});
    if (auto name = ProfileName::parse(request_.app); name && is_app(*name)) return by_profile(*name);
    if (auto resolved = TRY(by_desktop_match())) return std::move(*resolved);
    auto program = find_command(request_.app);
    if (program) return by_program(*program, {});
    if (program.error().kind != ErrorKind::kNotFound) return unexpected(std::move(program).error());
    const auto answer = ask(request_.app);
    if (!answer) return unexpected(not_found().with_hint(answer.error().describe()));
    const auto& entry = *answer;
    if (!entry) return unexpected(not_found());
    const ProgramFile started = TRY(find_program_file(entry->command.front()));
    Resolved result = TRY(by_program(started, rest_of(*entry)));
    name_entry(result, *entry);
    return result;
  }

 private:
  using Arguments = std::vector<std::string>;

  [[nodiscard]] Error not_found() const {
    return Error{.kind = ErrorKind::kNotFound,
                 .code = 0,
                 .message = text::format(_("'%s' is neither a profile nor a desktop entry nor a command"),
                                         text::printable(request_.app).c_str()),
                 .context = {},
                 .hint = {}};
  }

  // The desktop entry of that name, if it starts something.
  [[nodiscard]] static Result<std::optional<DesktopEntry>> ask(const std::string& id) {
    if (id.empty() || text::printable(id) != id) return std::nullopt;
    auto entry = TRY(ask_desktop_entry(id));
    if (!entry || entry->command.empty()) return std::nullopt;
    return entry;
  }

  static void name_entry(Resolved& result, const DesktopEntry& entry) {
    result.desktop_id = entry.id;
    if (!entry.snap.empty()) result.refusal = snap_refusal(entry.id, entry.snap);
    if (!entry.flatpak.empty()) result.refusal = flatpak_refusal(entry.id, entry.flatpak);
  }

  [[nodiscard]] static Arguments rest_of(const DesktopEntry& entry) {
    return {entry.command.begin() + 1, entry.command.end()};
  }

  // `hutch run gedit` means the profile; base profiles never name a program.
  [[nodiscard]] bool is_app(const ProfileName& name) const {
    const auto directories = profile_directories(facts_);
    return std::any_of(directories.begin(), directories.end(), [&](const ProfileDirectory& directory) {
      return directory.rank != profile::Rank::kBase && os::exists(profile_file(directory.path, name));
    });
  }

  [[nodiscard]] Resolved resolved(ProfileName profile, const ProgramFile& program, const std::string& shown,
                                  const Arguments& before) const {
    Resolved result{.profile = std::move(profile), .program = program.path, .arguments = {shown}};
    result.arguments.insert(result.arguments.end(), before.begin(), before.end());
    result.arguments.insert(result.arguments.end(), request_.arguments.begin(), request_.arguments.end());
    result.refusal = wrapper_refusal(program);
    return result;
  }

  // A profile the user named: the program is found like any command, and nothing else is looked at.
  Result<Resolved> with_profile(const ProfileName& profile) {
    const std::string& command = request_.command ? *request_.command : request_.app;
    auto program = find_program_file(command);
    if (program) return resolved(profile, *program, command, {});
    const bool may_be_entry = program.error().kind == ErrorKind::kNotFound && command.find('/') == std::string::npos;
    const auto answer = may_be_entry ? ask(command) : std::nullopt;
    if (!answer || !*answer) return unexpected(std::move(program).error());
    const auto& entry = *answer;
    const ProgramFile started = TRY(find_program_file(entry->command.front()));
    Resolved result = resolved(profile, started, entry->command.front(), rest_of(*entry));
    name_entry(result, *entry);
    return result;
  }

  Result<Resolved> by_profile(const ProfileName& name) {
    if (request_.command) return resolved(name, TRY(find_program_file(*request_.command)), *request_.command, {});
    const profile::Match match = TRY(match_of(name));
    if (match.command.empty() && match.desktop.empty()) {
      return resolved(name, TRY(find_command(name.str())), name.str(), {});
    }
    return start_of(name, match, match.desktop);
  }

  // The first program of a profile that is installed, else what its desktop entries start.
  Result<Resolved> start_of(const ProfileName& name, const profile::Match& match,
                            const std::vector<std::string>& entries) {
    for (const HostPath& command : match.command) {
      auto program = find_path(command.str());
      if (program) return resolved(name, *program, command.str(), {});
      if (program.error().kind != ErrorKind::kNotFound) return unexpected(std::move(program).error());
    }
    for (const std::string& id : entries) {
      const auto entry = TRY(ask(id));
      if (!entry) continue;
      const ProgramFile program = TRY(find_program_file(entry->command.front()));
      Resolved result = resolved(name, program, entry->command.front(), rest_of(*entry));
      name_entry(result, *entry);
      return result;
    }
    std::vector<std::string> wanted(match.desktop.begin(), match.desktop.end());
    for (const HostPath& command : match.command) wanted.push_back(command.str());
    return failure(ErrorKind::kNotFound, text::format(_("profile '%s' is for a program that is not installed: %s"),
                                                      name.c_str(), text::join(wanted, ", ").c_str()));
  }

  Result<profile::Match> match_of(const ProfileName& name) {
    profile::Match match;
    for (const ProfileDirectory& directory : profile_directories(facts_)) {
      const auto layer = TRY(read_if_there(profile_file(directory.path, name), directory.rank));
      if (!layer) continue;
      match.desktop.insert(match.desktop.begin(), layer->match.desktop.begin(), layer->match.desktop.end());
      match.command.insert(match.command.begin(), layer->match.command.begin(), layer->match.command.end());
    }
    return match;
  }

  // Profiles that `matches` names, of the highest rank only. The index is a hint, each file is read before it counts.
  template <class Matches>
  Result<std::optional<IndexEntry>> find_entry(const Matches& matches) {
    for (const Freshness freshness : {Freshness::kCached, Freshness::kReadAgain}) {
      const std::vector<IndexEntry> index = TRY(read_index(facts_, freshness));
      std::vector<IndexEntry> found;
      for (const IndexEntry& entry : index) {
        if (entry.is_broken) broken_ = entry.file;
        if (!matches(entry.match, entry.rank)) continue;
        if (!found.empty() && found.back().rank < entry.rank) found.clear();
        found.push_back(entry);
      }
      if (found.empty()) return std::nullopt;
      if (found.size() > 1 && found[0].id != found[1].id) return unexpected(ambiguous(found[0], found[1]));
      const auto layer = read_layer(found.front().file, found.front().rank);
      if (layer && matches(layer->match, layer->rank)) return found.front();
    }
    return std::nullopt;
  }

  [[nodiscard]] Error ambiguous(const IndexEntry& one, const IndexEntry& other) const {
    return Error{.kind = ErrorKind::kConflict,
                 .code = 0,
                 .message = text::format(_("both %s and %s are for '%s'"), one.file.c_str(), other.file.c_str(),
                                         text::printable(request_.app).c_str()),
                 .context = {},
                 .hint = text::format(_("choose one: --profile=%s"), one.id.c_str())};
  }

  Result<std::optional<Resolved>> by_desktop_match() {
    const auto& id = request_.app;
    const auto entry = TRY(find_entry([&](const profile::Match& match, profile::Rank) {
      return std::find(match.desktop.begin(), match.desktop.end(), id) != match.desktop.end();
    }));
    if (!entry) return std::nullopt;
    if (request_.command) {
      return resolved(entry->id, TRY(find_program_file(*request_.command)), *request_.command, {});
    }
    profile::Match match = TRY(match_of(entry->id));
    if (match.desktop.size() > 1) match.command.clear();  // several programs: the entry says which
    Resolved result = TRY(start_of(entry->id, match, {id}));
    result.desktop_id = id;
    return result;
  }

  // A program counts as what it is called only where nobody but root could have put it.
  Result<Resolved> by_program(const ProgramFile& found, const Arguments& before) {
    const ProgramFile program = request_.command ? TRY(find_program_file(*request_.command)) : found;
    const std::string& shown = request_.command ? *request_.command : request_.app;
    const auto entry = TRY(find_entry([&](const profile::Match& match, profile::Rank rank) {
      if (!found.is_roots && rank != profile::Rank::kUser) return false;
      return std::any_of(match.command.begin(), match.command.end(), [&](const HostPath& command) {
        return std::find(found.names.begin(), found.names.end(), command) != found.names.end();
      });
    }));
    if (entry) return resolved(entry->id, program, shown, before);
    auto derived = found.is_roots ? derived_profile(facts_, found.real) : std::nullopt;
    if (derived) {
      Resolved result = resolved(derived->id, program, shown, before);
      result.derived = std::move(derived);
      return result;
    }
    const bool is_image = is_appimage(found.real);
    Resolved result = resolved(TRY(ProfileName::parse(is_image ? kAppImage : kUntrusted)), program, shown, before);
    if (is_image) return result;
    result.note = untrusted_note(found);
    return result;
  }

  [[nodiscard]] std::string untrusted_note(const ProgramFile& program) const {
    const std::string path = text::printable(program.path.str());
    std::string note;
    if (program.is_roots) {
      note = text::format(_("no profile is for '%s'; running under '%s'"), path.c_str(), kUntrusted);
    } else {
      note =
          text::format(_("'%s' was not installed by the administrator; running under '%s'"), path.c_str(), kUntrusted);
    }
    if (broken_) {
      note += "; ";
      note += text::format(_("ignoring '%s', which cannot be read ('hutch profile lint' says why)"),
                           text::printable(broken_->str()).c_str());
    }
    return note;
  }

  const facts::Facts& facts_;
  const profile::Request& request_;
  std::optional<HostPath> broken_;
};

}  // namespace

Result<Resolved> resolve(const facts::Facts& facts, const profile::Request& request) {
  Resolved resolved = TRY(Resolver(facts, request).resolve());
  if (resolved.refusal) return unexpected(std::move(*resolved.refusal));
  return resolved;
}

}  // namespace hutch::host
