#include <algorithm>
#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "base/table.h"
#include "base/text.h"
#include "images/acquire.h"
#include "images/care.h"
#include "images/trust.h"
#include "images/verbs.h"
#include "images/wish.h"

namespace hutch::images {
namespace {

constexpr std::string_view kRegistry = "docker://";

void print(const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);  // main() looks at what standard output took
}

// Gets an image again from the registry it came from: the very same one, whatever its tag means today.
Status fetch_again(const Store& store, const image::Record& record, Http& http, const RegistryOptions& options,
                   const PolicyFile& policy, const Interrupt& interrupt) {
  image::Reference reference = TRY(image::parse_reference(std::string_view(record.source).substr(kRegistry.size())));
  reference.tag.clear();
  reference.digest = record.manifest.digest;
  const Opened opened = TRY(open_registry(http, interrupt, options, store, reference));
  Progress progress(Show::kNothing, {});
  const AcquireOptions acquiring{
      .platform = {}, .names = record.names, .judge = [&](Source& from, const Document& top, const Document& chosen) {
        return judge(policy, from, top, chosen);
      }};
  TRY(acquire(store, *opened.source, acquiring, progress, interrupt));
  return {};
}

// Images that a damage belongs to and that a registry has; their damages count as repaired when they came again.
Status repair_from_registries(const Store& store, Checked& checked, const Words& words) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  Http http = TRY(Http::create());
  const RegistryOptions options = TRY(registry_options(words));
  const PolicyFile policy = TRY(read_policy(words.value("policy")));
  for (const image::Record& record : TRY(store.images())) {
    const auto concerns = [&](const Damage& damage) {
      return !damage.is_repaired && damage.manifest == record.manifest.digest;
    };
    const bool is_damaged = std::any_of(checked.damages.begin(), checked.damages.end(), concerns);
    if (!is_damaged || !record.source.starts_with(kRegistry)) continue;
    const Status fetched = fetch_again(store, record, http, options, policy, interrupt);
    for (Damage& damage : checked.damages) {
      if (!concerns(damage)) continue;
      damage.is_repaired = fetched.has_value();
      if (!fetched) damage.what += " (" + fetched.error().describe() + ")";
    }
  }
  return {};
}

Json to_json(const Checked& checked) {
  Json damages = Json::array();
  for (const Damage& damage : checked.damages) {
    damages.push_back({{"image", damage.manifest.str()},
                       {"thing", damage.thing},
                       {"what", damage.what},
                       {"repaired", damage.is_repaired}});
  }
  return {{"blobs", checked.blobs},
          {"layers", checked.layers},
          {"entries", checked.entries},
          {"unverified", checked.unverified},
          {"damages", std::move(damages)}};
}

unsigned long long number(std::uint64_t value) {
  return value;
}

}  // namespace

Result<int> check(const Words& words) {
  Store store = TRY(open_own_store());
  Worker worker(store);
  const bool repairs = words.has("repair");
  Checked checked = TRY(check(store, worker, repairs));
  const bool is_whole = checked.damages.empty();
  if (repairs && !is_whole) TRY(repair_from_registries(store, checked, words));
  const bool is_left = std::any_of(checked.damages.begin(), checked.damages.end(),
                                   [](const Damage& damage) { return !damage.is_repaired; });
  if (words.has("json")) {
    print(format_json(to_json(checked)));
    return is_left ? 1 : 0;
  }
  for (const Damage& damage : checked.damages) {
    print(text::format(damage.is_repaired ? _("%s: %s; repaired\n") : _("%s: %s\n"),
                       text::printable(damage.thing).c_str(), text::printable(damage.what).c_str()));
  }
  print(text::format(_("%llu blobs, %llu layers with %llu entries looked at\n"), number(checked.blobs),
                     number(checked.layers), number(checked.entries)));
  if (is_left && !repairs) print(std::string(_("'hutch image check --repair' fetches what is damaged again")) + "\n");
  return is_left ? 1 : 0;
}

Result<int> prune(const Words& words) {
  Store store = TRY(open_own_store());
  Worker worker(store);
  const Pruned pruned =
      TRY(prune(store, worker, PruneOptions{.unnamed_images = true, .unpacked_blobs = words.has("unpacked-blobs")}));
  if (words.has("json")) {
    print(format_json(
        {{"images", pruned.images}, {"blobs", pruned.blobs}, {"layers", pruned.layers}, {"bytes", pruned.bytes}}));
    return 0;
  }
  print(text::format(_("%llu images, %llu blobs and %llu layers removed: %s\n"), number(pruned.images),
                     number(pruned.blobs), number(pruned.layers), describe_size(pruned.bytes).c_str()));
  return 0;
}

Result<int> du(const Words& words) {
  const Store store = TRY(open_own_store());
  Worker worker(store);
  const Usage used = TRY(usage(store, worker));
  const std::vector<image::Record> records = TRY(store.images());
  Json documents = Json::array();
  Table table{.columns = {_("NAME"), _("DIGEST"), _("OWN"), _("SHARED")}, .rows = {}};
  for (const ImageUsage& one : used.images) {
    const auto record = std::find_if(records.begin(), records.end(), [&](const image::Record& candidate) {
      return candidate.manifest.digest == one.manifest;
    });
    const bool has_name = record != records.end() && !record->names.empty();
    constexpr std::size_t kDigits = 12;
    table.rows.push_back({has_name ? familiar_name(record->names.front()) : std::string(),
                          one.manifest.hex().substr(0, kDigits), describe_size(one.own), describe_size(one.shared)});
    documents.push_back({{"digest", one.manifest.str()}, {"own", one.own}, {"shared", one.shared}});
  }
  if (words.has("json")) {
    print(format_json(
        {{"images", documents}, {"blobs", used.blobs}, {"layers", used.layers}, {"garbage", used.garbage}}));
    return 0;
  }
  print(format_table(table, !words.has("no-legend")));
  print(text::format(_("blobs %s, layers %s; 'hutch image prune' would free %s\n"), describe_size(used.blobs).c_str(),
                     describe_size(used.layers).c_str(), describe_size(used.garbage).c_str()));
  return 0;
}

}  // namespace hutch::images
