// What toolboxes ask of the store; hutch starts these, people do not.
#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "core/image/config.h"
#include "images/uppers.h"
#include "images/verbs.h"

namespace hutch::images {
namespace {

void print(const Json& json) {
  (void)std::fputs(format_json(json).c_str(), stdout);  // main() looks at what standard output took
}

}  // namespace

// IMAGE USER: the image stays as long as it has this user. Says what a toolbox is made of; null with --if-present when
// the image is not here.
Result<int> hold(const Words& words) {
  if (words.arguments.size() != 2) return failure(ErrorKind::kUsage, _("hold takes an image and a user"));
  const Store store = TRY(open_own_store());
  auto found = find_by_any_name(store, words.arguments[0]);
  if (!found && found.error().kind == ErrorKind::kNotFound && words.has("if-present")) {
    print(nullptr);
    return 0;
  }
  const image::Record record = TRY(std::move(found));
  TRY(store.add_user(record.manifest.digest, words.arguments[1]));
  const std::string bytes = TRY(store.read_blob(record.config.digest, image::kConfigLimit));
  const image::Config config = TRY(image::parse_config(bytes));
  Json chain = Json::array();
  for (const image::Digest& digest : TRY(chain_ids(record.layers))) chain.push_back(digest.str());
  print({{"manifest", record.manifest.digest.str()},
         {"name", record.names.empty() ? record.manifest.digest.str() : familiar_name(record.names.front())},
         {"chain", std::move(chain)},
         {"environment", config.environment},
         {"command", config.command},
         {"entrypoint", config.entrypoint}});
  return 0;
}

// DIGEST USER
Result<int> release(const Words& words) {
  if (words.arguments.size() != 2) return failure(ErrorKind::kUsage, _("release takes a digest and a user"));
  const Store store = TRY(open_own_store());
  const image::Digest manifest = TRY(image::Digest::parse(words.arguments[0]));
  TRY(store.remove_user(manifest, words.arguments[1]));
  return 0;
}

// Removes what no toolbox refers to; does nothing while the store is in use.
Result<int> sweep(const Words&) {
  Store store = TRY(open_own_store());
  Worker worker(store);
  const std::uint64_t bytes = TRY(sweep_uppers(store, worker));
  print({{"bytes", bytes}});
  return 0;
}

}  // namespace hutch::images
