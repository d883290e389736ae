#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "app/print.h"
#include "app/resolve.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/lint.h"
#include "core/profile/merge.h"
#include "core/profile/parse.h"
#include "host/editor.h"
#include "host/overrides.h"
#include "host/probe.h"
#include "host/profile_files.h"
#include "host/profiles.h"
#include "os/file.h"

namespace hutch::app {
namespace {

// The file somebody edits, and the draft beside it that the editor works on.
struct Edited {
  HostPath file;
  HostPath draft;
  profile::Rank rank = profile::Rank::kOverride;
  ProfileName name;
  std::optional<profile::Layer> derived;  // the profile of an override that is no file
};

Result<std::string> content_of(const HostPath& file) {
  auto content = os::read_file(file, profile::kFileLimit);
  if (!content && content.error().code == ENOENT) return std::string();
  return content;
}

// What is wrong with a text that is to become the file; nothing may be wrong when it is saved.
Status validate(const facts::Facts& facts, const Edited& edited, const std::string& text) {
  const profile::Layer layer = TRY(profile::parse(text, edited.file.str(), edited.rank));
  if (edited.rank == profile::Rank::kUser && layer.id != edited.name) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("the file holds profile '%s', not '%s'"), layer.id.c_str(), edited.name.c_str()));
  }
  for (const profile::Finding& finding : profile::lint(layer)) {
    if (finding.severity != profile::Severity::kError) continue;
    return failure(ErrorKind::kInvalid, describe(finding.origin) + ": " + finding.text, finding.remedy);
  }
  if (edited.rank == profile::Rank::kUser) {
    const auto layers = TRY(host::load_layers_below(facts, layer, {}));
    TRY(profile::merge(edited.name, layers, {}));
    return {};
  }
  std::vector<profile::Layer> layers =
      TRY(host::load_layers(facts, host::Resolved{.profile = edited.name, .derived = edited.derived}, {}));
  std::erase_if(layers, [&](const profile::Layer& other) { return other.origin.file == edited.file.str(); });
  layers.push_back(layer);
  TRY(profile::merge(edited.name, layers, {}));
  return {};
}

// Asks on the terminal whether to go back to the editor; without one the answer is no.
bool wants_another_try() {
  if (::isatty(STDIN_FILENO) == 0) return false;
  print_note(_("edit again? [Y/n]"));
  char answer[16] = {};
  if (std::fgets(answer, sizeof answer, stdin) == nullptr) return false;
  return answer[0] != 'n' && answer[0] != 'N';
}

Status refuse_concurrent(const Edited& edited) {
  return failure(
      ErrorKind::kConflict,
      text::format(_("'%s' was changed meanwhile and stays as it is"), text::printable(edited.file.str()).c_str()),
      text::format(_("your text is in %s"), text::printable(edited.draft.str()).c_str()));
}

Status save(const facts::Facts& facts, const Edited& edited, const std::string& before, const std::string& text) {
  const os::Fd lock = TRY(host::lock_overrides(facts));
  if (TRY(content_of(edited.file)) != before) return refuse_concurrent(edited);
  const bool is_empty = text::trim(text).empty();
  if (is_empty) {
    TRY(os::remove_tree(edited.file));
  } else {
    TRY(os::make_directories(edited.file.parent(), 0700));
    TRY(os::replace_file(edited.file, text, 0600));
  }
  return os::remove_tree(edited.draft);
}

Result<int> edit_until_valid(const facts::Facts& facts, const Edited& edited, const std::string& initial) {
  const std::string before = TRY(content_of(edited.file));
  TRY(os::make_directories(edited.draft.parent(), 0700));
  TRY(os::replace_file(edited.draft, before.empty() ? initial : before, 0600));
  while (true) {
    if (auto done = host::edit_file(edited.draft); !done) {
      (void)os::remove_tree(edited.draft);
      return unexpected(std::move(done).error());
    }
    const std::string text = TRY(content_of(edited.draft));
    if (text == (before.empty() ? initial : before)) {
      print_note(_("nothing was changed"));
      TRY(os::remove_tree(edited.draft));
      return kSucceeded;
    }
    auto valid = text::trim(text).empty() ? Status() : validate(facts, edited, text);
    if (valid) {
      TRY(save(facts, edited, before, text));
      return kSucceeded;
    }
    print_error(valid.error());
    if (wants_another_try()) continue;
    return failure(ErrorKind::kInvalid, _("nothing was saved"),
                   text::format(_("your text is in %s"), text::printable(edited.draft.str()).c_str()));
  }
}

HostPath draft_of(const HostPath& file) {
  return file.parent() / text::format(".%s.%d.edit", std::string(file.name()).c_str(), static_cast<int>(::getpid()));
}

}  // namespace

Result<int> edit(const profile::Request& request) {
  const facts::Facts facts = TRY(host::probe());
  const host::Resolved resolved = TRY(profile_of(facts, request));
  const ProfileName& name = resolved.profile;
  const HostPath file = host::override_file(facts, name, request.box);
  profile::Layer empty;
  empty.rank = profile::Rank::kOverride;
  const std::string initial = host::override_text(empty) + "\n[permissions]\n\n[revoke]\n";
  return edit_until_valid(facts,
                          {.file = file,
                           .draft = draft_of(file),
                           .rank = profile::Rank::kOverride,
                           .name = name,
                           .derived = resolved.derived},
                          initial);
}

Result<int> edit_profile(const std::string& name) {
  const facts::Facts facts = TRY(host::probe());
  const ProfileName id = TRY(ProfileName::parse(name));
  const HostPath file = host::profile_file(facts.directories.config / "hutch/profiles", id);
  const std::string initial = text::format("schema = \"1.0\"\nid = \"%s\"\n\n[permissions]\n", id.c_str());
  return edit_until_valid(
      facts, {.file = file, .draft = draft_of(file), .rank = profile::Rank::kUser, .name = id, .derived = {}}, initial);
}

}  // namespace hutch::app
