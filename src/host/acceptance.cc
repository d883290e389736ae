#include "host/acceptance.h"

#include "base/text.h"
#include "core/compose/hash.h"
#include "core/profile/merge.h"
#include "core/profile/parse.h"
#include "os/file.h"

namespace hutch::host {
namespace {

HostPath state_file(const facts::Facts& facts, const ProfileName& name) {
  return facts.directories.state / "hutch/accepted" / name.str();
}

// The shipped files alone; of others only who extends whom.
std::vector<profile::Layer> shipped_layers(const std::vector<profile::Layer>& layers) {
  std::vector<profile::Layer> shipped;
  for (const profile::Layer& layer : layers) {
    if (layer.rank == profile::Rank::kOverride || layer.rank == profile::Rank::kCommandLine) continue;
    shipped.push_back(layer);
    if (layer.rank <= profile::Rank::kShipped) continue;
    shipped.back().grants.clear();
    shipped.back().revokes.clear();
    shipped.back().open.reset();
  }
  return shipped;
}

// One number of all that shipped layers say: while it stays, nothing has to be merged a second time.
std::string fingerprint_of(const std::vector<profile::Layer>& layers) {
  std::string text;
  const auto add = [&](std::string_view word) {
    text += word;
    text += '\0';
  };
  for (const profile::Layer& layer : layers) {
    add(layer.id.str());
    for (const ProfileName& base : layer.extends) add(base.str());
    if (layer.rank > profile::Rank::kShipped) continue;
    add(layer.open.value_or(""));
    for (const profile::Grant& grant : layer.grants) {
      add(std::to_string(static_cast<int>(grant.kind)) + (grant.locked ? "!" : "+"));
      add(grant.name);
      add(grant.access);
    }
    for (const profile::Revoke& revoke : layer.revokes) {
      add(std::to_string(static_cast<int>(revoke.kind)) + (revoke.locked ? "!" : "-"));
      add(revoke.name);
    }
  }
  return compose::hex(compose::keyed_hash({}, text));
}

struct Known {
  std::string fingerprint;
  profile::Accepted accepted;
};

// A file that makes no sense was never written whole: as if the app had not run.
std::optional<Known> read_known(const facts::Facts& facts, const ProfileName& name) {
  const auto text = os::read_file(state_file(facts, name), profile::kFileLimit);
  if (!text) return std::nullopt;
  const std::size_t line = text->find('\n');
  if (line == std::string::npos) return std::nullopt;
  auto accepted = profile::parse_accepted(std::string_view(*text).substr(line + 1));
  if (!accepted) return std::nullopt;
  return Known{.fingerprint = text->substr(0, line), .accepted = std::move(*accepted)};
}

Status write_known(const facts::Facts& facts, const ProfileName& name, const Known& known, os::Lasting lasting) {
  const HostPath file = state_file(facts, name);
  TRY(os::make_directories(file.parent(), 0700));
  return os::replace_file(file, known.fingerprint + "\n" + profile::format_accepted(known.accepted), 0600, lasting);
}

}  // namespace

Result<std::vector<profile::Grant>> hold_back(const facts::Facts& facts, const std::vector<profile::Layer>& layers,
                                              profile::Profile& profile, Remember remember) {
  const std::string fingerprint = fingerprint_of(layers);
  const std::optional<Known> known = read_known(facts, profile.id);
  if (known && known->fingerprint == fingerprint) return std::vector<profile::Grant>();
  const profile::Profile shipped = TRY(profile::merge(profile.id, shipped_layers(layers), {}));
  const profile::Accepted now = profile::accepted_of(shipped);
  const profile::Accepted allowed = known ? profile::narrower_of(known->accepted, now) : now;
  if (allowed != now) return profile::withhold(profile, allowed);
  // What cannot be remembered is asked for at the next run: nothing is wider for that.
  if (remember == Remember::kYes) {
    (void)write_known(facts, profile.id, {.fingerprint = fingerprint, .accepted = now}, os::Lasting::kProcess);
  }
  return std::vector<profile::Grant>();
}

Result<Acceptance> read_acceptance(const facts::Facts& facts, const ProfileName& name,
                                   const std::vector<profile::Layer>& layers) {
  Acceptance result{.before = {}, .now = TRY(profile::merge(name, shipped_layers(layers), {}))};
  if (auto known = read_known(facts, name)) result.before = std::move(known->accepted);
  return result;
}

Status accept(const facts::Facts& facts, const ProfileName& name, const std::vector<profile::Layer>& layers) {
  const profile::Profile shipped = TRY(profile::merge(name, shipped_layers(layers), {}));
  const Known known{.fingerprint = fingerprint_of(layers), .accepted = profile::accepted_of(shipped)};
  return write_known(facts, name, known, os::Lasting::kPowerCut);
}

}  // namespace hutch::host
