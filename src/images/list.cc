#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "base/table.h"
#include "base/text.h"
#include "core/image/config.h"
#include "core/image/manifest.h"
#include "core/image/reference.h"
#include "images/progress.h"
#include "images/verbs.h"

namespace hutch::images {
namespace {

std::uint64_t transport_size(const image::Record& record) {
  std::uint64_t size = record.manifest.size + record.config.size;
  for (const image::Layer& layer : record.layers) size += layer.blob.size;
  return size;
}

std::string day_of(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  char text[16];
  if (::localtime_r(&time, &parts) == nullptr) return "?";
  return std::strftime(text, sizeof text, "%Y-%m-%d", &parts) > 0 ? text : "?";
}

Json to_json(const image::Record& record) {
  Json layers = Json::array();
  for (const image::Layer& layer : record.layers) {
    layers.push_back({{"digest", layer.blob.digest.str()},
                      {"mediaType", layer.blob.media_type},
                      {"size", layer.blob.size},
                      {"diffId", layer.diff_id.str()}});
  }
  return {{"names", record.names},
          {"digest", record.manifest.digest.str()},
          {"config", record.config.digest.str()},
          {"size", transport_size(record)},
          {"added", record.added},
          {"source", record.source},
          {"trust", record.trust},
          {"users", record.users},
          {"layers", std::move(layers)}};
}

void print(const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);  // main() looks at what standard output took
}

std::string line(const char* what, const std::string& value) {
  return value.empty() ? std::string() : text::format("%-12s%s\n", what, text::printable(value).c_str());
}

Result<image::Config> config_of(const Store& store, const image::Record& record) {
  const std::string bytes = TRY(store.read_blob(record.config.digest, image::kConfigLimit));
  return image::parse_config(bytes);
}

std::string describe(const image::Record& record, const image::Config& config) {
  std::string text;
  for (const std::string& name : record.names) text += line(_("name"), familiar_name(name));
  text += line(_("digest"), record.manifest.digest.str());
  text += line(_("from"), record.source);
  text += line(_("trust"), record.trust);
  text += line(_("platform"), image::describe(config.platform));
  text += line(_("created"), config.created);
  text += line(_("size"), describe_size(transport_size(record)));
  text += line(_("user"), config.user);
  text += line(_("directory"), config.directory);
  text += line(_("entrypoint"), text::join(config.entrypoint, " "));
  text += line(_("command"), text::join(config.command, " "));
  for (const std::string& variable : config.environment) text += line(_("variable"), variable);
  for (const auto& [key, value] : config.labels) text += line(_("label"), key + "=" + value);
  for (const std::string& user : record.users) text += line(_("used by"), user);
  for (const image::Layer& layer : record.layers) {
    text += line(_("layer"), layer.blob.digest.str() + " " + describe_size(layer.blob.size));
  }
  return text;
}

}  // namespace

Result<int> list(const Words& words) {
  const Store store = TRY(open_own_store());
  Json documents = Json::array();
  Table table{.columns = {_("NAME"), _("DIGEST"), _("SIZE"), _("ADDED"), _("TRUST")}, .rows = {}};
  for (const image::Record& record : TRY(store.images())) {
    documents.push_back(to_json(record));
    std::vector<std::string> names = record.names;
    if (names.empty()) names.emplace_back();
    for (const std::string& name : names) {
      constexpr std::size_t kDigits = 12;
      table.rows.push_back({familiar_name(name), record.manifest.digest.hex().substr(0, kDigits),
                            describe_size(transport_size(record)), day_of(record.added), record.trust});
    }
  }
  print(words.has("json") ? format_json({{"images", documents}}) : format_table(table, !words.has("no-legend")));
  return 0;
}

Result<int> inspect(const Words& words) {
  const Store store = TRY(open_own_store());
  Json documents = Json::array();
  for (const std::string& name : words.arguments) {
    const image::Record record = TRY(find_by_any_name(store, name));
    const image::Config config = TRY(config_of(store, record));
    Json document = to_json(record);
    const std::string bytes = TRY(store.read_blob(record.config.digest, image::kConfigLimit));
    document["configuration"] = TRY(parse_json(bytes));
    documents.push_back(std::move(document));
    if (!words.has("json")) print(describe(record, config) + (&name == &words.arguments.back() ? "" : "\n"));
  }
  if (words.has("json")) print(format_json({{"images", documents}}));
  return 0;
}

Result<int> tag(const Words& words) {
  const Store store = TRY(open_own_store());
  image::Record record = TRY(find_by_any_name(store, words.arguments[0]));
  const image::Reference name = TRY(image::parse_reference(words.arguments[1]));
  record.names = {name.str()};
  TRY(store.put_image(record));
  return 0;
}

Result<int> rm(const Words& words) {
  const Store store = TRY(open_own_store());
  for (const std::string& name : words.arguments) {
    const image::Record record = TRY(find_by_any_name(store, name));
    const auto reference = image::parse_reference(name);
    bool is_name = false;
    for (const std::string& own : record.names) {
      if (own != name && (!reference || own != reference->str())) continue;
      TRY(store.remove_image(own));
      is_name = true;
    }
    if (!is_name) TRY(store.remove_image(record.manifest.digest.str()));
  }
  return 0;
}

}  // namespace hutch::images
