#include <algorithm>

#include "app/hold.h"
#include "app/print.h"
#include "app/resolve.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/file_rules.h"
#include "core/compose/secrets.h"
#include "core/profile/explain.h"
#include "core/profile/files.h"
#include "core/profile/merge.h"
#include "core/profile/vocabulary.h"
#include "host/probe.h"
#include "host/profiles.h"
#include "host/sockets_below.h"

namespace hutch::app {
namespace {

struct Exposed {
  std::string socket;
  std::string flag;
};

// A wall of files does not keep anybody from connecting to a socket in what it shows.
std::vector<Exposed> exposed_sockets(const facts::Facts& facts, const profile::Profile& profile) {
  constexpr std::size_t kMost = 8;
  std::vector<HostPath> hidden = compose::secret_paths(facts);
  for (const auto& more : {compose::own_places(facts), compose::session_controls(facts)}) {
    hidden.insert(hidden.end(), more.begin(), more.end());
  }
  std::vector<Exposed> exposed;
  for (const profile::Grant* const grant : profile.all(profile::Kind::kFile)) {
    const auto path = compose::path_of(*grant, facts);
    if (!path || profile::access_word(*grant) == "hidden") continue;
    for (const HostPath& socket : host::sockets_below(*path, kMost)) {
      const bool is_hidden = std::any_of(hidden.begin(), hidden.end(),
                                         [&](const HostPath& place) { return socket.is_at_or_below(place); });
      if (!is_hidden) exposed.push_back({.socket = socket.str(), .flag = profile::spell(*grant)});
    }
  }
  return exposed;
}

}  // namespace

Result<int> explain(const profile::Request& request, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const host::Resolved resolved = TRY(profile_of(facts, request));
  const ProfileName& name = resolved.profile;
  const auto layers = TRY(host::load_layers(facts, resolved, request.box));
  profile::Profile profile = TRY(profile::merge(name, layers, request));
  std::vector<profile::Grant> withheld;
  if (!resolved.derived) withheld = TRY(hold_update(facts, layers, profile, host::Remember::kNo));
  for (const std::string& warning : profile.warnings) print_note(warning);
  const auto sentences = profile::explain(profile);
  const std::vector<Exposed> exposed = exposed_sockets(facts, profile);
  if (json) {
    Json json_value = profile::to_json(profile, sentences);
    json_value["withheld"] = Json::array();
    for (const profile::Grant& grant : withheld) json_value["withheld"].push_back(profile::spell(grant));
    json_value["sockets"] = Json::array();
    for (const Exposed& one : exposed) json_value["sockets"].push_back({{"socket", one.socket}, {"grant", one.flag}});
    print_json(json_value);
  } else {
    print_text(profile::format(profile, sentences));
    if (!exposed.empty()) print_text(std::string("\n") + _("Sockets in what it sees, which it may connect to:") + "\n");
    for (const Exposed& one : exposed) {
      print_text(text::format("  %s  [%s]\n", text::printable(one.socket).c_str(), text::printable(one.flag).c_str()));
    }
    if (!withheld.empty()) print_text(std::string("\n") + _("Withheld until accepted:") + "\n");
    for (const profile::Grant& grant : withheld) {
      const profile::Sentence sentence = profile::sentence_of(grant);
      print_text("  " + sentence.text + "  [" + describe(grant.origin) + "]\n");
    }
  }
  return kSucceeded;
}

}  // namespace hutch::app
