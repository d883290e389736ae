#include "core/image/config.h"

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/fields.h"
#include "core/image/manifest.h"

namespace hutch::image {
namespace {

// The keys of a table whose values say nothing: "Volumes", "ExposedPorts".
Result<std::vector<std::string>> read_keys(const Json& table, const char* key) {
  std::vector<std::string> keys;
  const auto found = table.find(key);
  if (found == table.end() || found->is_null()) return keys;
  if (!found->is_object() || found->size() > kFieldLimit) {
    return failure(ErrorKind::kInvalid, text::format(_("'%s' must be a table"), key));
  }
  for (const auto& [name, nothing] : found->items()) keys.push_back(name);
  return keys;
}

Result<std::vector<Digest>> read_layers(const Json& document) {
  const auto found = document.find("rootfs");
  if (found == document.end() || !found->is_object()) {
    return failure(ErrorKind::kInvalid, _("an image configuration without 'rootfs'"));
  }
  const std::string type = TRY(read_text(*found, "type"));
  if (type != "layers") return failure(ErrorKind::kInvalid, _("an image configuration whose 'rootfs' is not layers"));
  const std::vector<std::string> words = TRY(read_texts(*found, "diff_ids"));
  if (words.size() > kLayerLimit) {
    return failure(ErrorKind::kInvalid, text::format(_("more than %zu layers"), kLayerLimit));
  }
  std::vector<Digest> layers;
  for (const std::string& word : words) layers.push_back(TRY(Digest::parse(word)));
  return layers;
}

Status read_process(const Json& table, Config& config) {
  if (!table.is_object()) return failure(ErrorKind::kInvalid, text::format(_("'%s' must be a table"), "config"));
  config.user = TRY(read_text(table, "User"));
  config.environment = TRY(read_texts(table, "Env"));
  config.entrypoint = TRY(read_texts(table, "Entrypoint"));
  config.command = TRY(read_texts(table, "Cmd"));
  config.directory = TRY(read_text(table, "WorkingDir"));
  config.stop_signal = TRY(read_text(table, "StopSignal"));
  config.volumes = TRY(read_keys(table, "Volumes"));
  config.ports = TRY(read_keys(table, "ExposedPorts"));
  config.labels = TRY(read_pairs(table, "Labels"));
  return {};
}

Json keys_of(const std::vector<std::string>& names) {
  Json table = Json::object();
  for (const std::string& name : names) table[name] = Json::object();
  return table;
}

}  // namespace

Result<Config> parse_config(std::string_view bytes) {
  if (bytes.size() > kConfigLimit) {
    return failure(ErrorKind::kInvalid, text::format(_("an image configuration of more than %zu bytes"), kConfigLimit));
  }
  const Json document = TRY_IN(_("reading an image configuration"), parse_json(bytes));
  if (!document.is_object()) return failure(ErrorKind::kInvalid, _("an image configuration must be a table"));
  Config config{.platform = TRY(read_platform(document)),
                .created = TRY(read_text(document, "created")),
                .author = TRY(read_text(document, "author"))};
  config.layers = TRY(read_layers(document));
  const auto process = document.find("config");
  if (process != document.end() && !process->is_null()) TRY(read_process(*process, config));
  return config;
}

std::string format(const Config& config) {
  Json process = Json::object();
  if (!config.user.empty()) process["User"] = config.user;
  if (!config.environment.empty()) process["Env"] = config.environment;
  if (!config.entrypoint.empty()) process["Entrypoint"] = config.entrypoint;
  if (!config.command.empty()) process["Cmd"] = config.command;
  if (!config.directory.empty()) process["WorkingDir"] = config.directory;
  if (!config.stop_signal.empty()) process["StopSignal"] = config.stop_signal;
  if (!config.volumes.empty()) process["Volumes"] = keys_of(config.volumes);
  if (!config.ports.empty()) process["ExposedPorts"] = keys_of(config.ports);
  if (!config.labels.empty()) process["Labels"] = config.labels;
  Json layers = Json::array();
  for (const Digest& layer : config.layers) layers.push_back(layer.str());
  Json document = {{"architecture", config.platform.architecture}, {"os", config.platform.os}};
  if (!config.platform.variant.empty()) document["variant"] = config.platform.variant;
  if (!config.created.empty()) document["created"] = config.created;
  if (!config.author.empty()) document["author"] = config.author;
  document["config"] = std::move(process);
  document["rootfs"] = {{"type", "layers"}, {"diff_ids", std::move(layers)}};
  return format_json_line(document);
}

}  // namespace hutch::image
