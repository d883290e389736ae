#include "app/file_arguments.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/difference.h"
#include "core/profile/hold.h"
#include "core/profile/merge.h"
#include "core/profile/vocabulary.h"
#include "host/acceptance.h"
#include "host/probe.h"
#include "host/profiles.h"

namespace hutch::app {
namespace {

// A profile by its name, with all its layers; or a file, with the bases it names.
Result<profile::Profile> load(const facts::Facts& facts, const std::string& what) {
  const bool is_file = what.find('/') != std::string::npos || what.ends_with(".toml");
  if (!is_file) {
    const ProfileName name = TRY(ProfileName::parse(what));
    const auto layers = TRY(host::load_layers(facts, name, {}));
    return profile::merge(name, layers, {});
  }
  const HostPath directory = what.starts_with('/') ? HostPath() : TRY(working_directory({}));
  const HostPath file = TRY(directory.join(what));
  profile::Layer layer = TRY(host::read_layer(file, profile::Rank::kUser));
  const ProfileName name = layer.id;
  const auto layers = TRY(host::load_layers_below(facts, std::move(layer), {}));
  return profile::merge(name, layers, {});
}

void print_sentences(const char* title, const std::vector<profile::Sentence>& sentences) {
  if (sentences.empty()) return;
  print_text(std::string(title) + "\n");
  for (const profile::Sentence& sentence : sentences) {
    print_text("  " + sentence.text + "  [" + describe(sentence.origin) + "]\n");
    if (!sentence.risk.empty()) print_text(text::format(_("    risk: %s\n"), sentence.risk.c_str()));
  }
}

Json json_of(const std::vector<profile::Sentence>& sentences) {
  Json list = Json::array();
  for (const profile::Sentence& sentence : sentences) {
    list.push_back(Json{{"text", sentence.text},
                        {"reason", sentence.reason},
                        {"risk", sentence.risk},
                        {"allowed", !sentence.is_denial},
                        {"file", sentence.origin.file},
                        {"line", sentence.origin.line}});
  }
  return list;
}

struct Titles {
  const char* gained;
  const char* lost;
};

int print_difference(const profile::Difference& difference, const Titles& titles, bool json) {
  if (json) {
    print_json(Json{{"gained", json_of(difference.gained)}, {"lost", json_of(difference.lost)}});
  } else {
    print_sentences(titles.gained, difference.gained);
    print_sentences(titles.lost, difference.lost);
  }
  return difference == profile::Difference{} ? kSucceeded : kFailed;
}

}  // namespace

Result<int> diff_profiles(const std::string& before, const std::string& after, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const profile::Profile first = TRY(load(facts, before));
  const profile::Profile second = TRY(load(facts, after));
  return print_difference(profile::compare(first, second), {_("Only the second:"), _("Only the first:")}, json);
}

Result<int> diff_update(const std::string& name, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const ProfileName id = TRY(ProfileName::parse(name));
  const auto layers = TRY(host::load_layers(facts, id, {}));
  host::Acceptance acceptance = TRY(host::read_acceptance(facts, id, layers));
  profile::Profile now{.id = id};
  now.grants = std::move(acceptance.now.grants);
  std::erase_if(now.grants, [](const profile::Grant& grant) { return !profile::is_right(grant); });
  profile::Profile before{.id = id};
  before.grants = acceptance.before ? acceptance.before->grants : now.grants;
  return print_difference(profile::compare(before, now), {_("Withheld until accepted:"), _("No longer granted:")},
                          json);
}

Result<int> show_resolved(const std::string& name, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const profile::Profile profile = TRY(load(facts, name));
  if (json) {
    print_json(profile::to_json(profile, profile::explain(profile)));
    return kSucceeded;
  }
  if (profile.not_run_here)
    print_text(std::string("# ") + _("not run here: checked, but never started by the tests") + "\n");
  for (const profile::Grant& grant : profile.grants) {
    std::string line = text::printable(profile::spell(grant)) + "  [" + describe(grant.origin) + "]";
    if (grant.locked) line += std::string(" ") + _("locked");
    if (!grant.reason.empty()) line += "  " + text::printable(grant.reason);
    print_text(line + "\n");
  }
  return kSucceeded;
}

}  // namespace hutch::app
