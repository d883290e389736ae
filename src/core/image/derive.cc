#include "core/image/derive.h"

#include <algorithm>

#include "base/json.h"
#include "core/image/config.h"

namespace hutch::image {
namespace {

bool is_of_layer(const Json& entry) {
  if (!entry.is_object()) return false;
  const auto empty = entry.find("empty_layer");
  return empty == entry.end() || !empty->is_boolean() || !empty->get<bool>();
}

Json history_of(const Json& document, std::size_t layers) {
  const auto found = document.find("history");
  const bool fits = found != document.end() && found->is_array() &&
                    static_cast<std::size_t>(std::count_if(found->begin(), found->end(), is_of_layer)) == layers;
  if (fits) return *found;
  Json history = Json::array();
  for (std::size_t layer = 0; layer < layers; ++layer) history.push_back(Json::object());
  return history;
}

}  // namespace

Result<std::string> add_layer(std::string_view config, const AddedLayer& layer) {
  const Config parsed = TRY(parse_config(config));  // it has the tables that are written to
  Json document = TRY(parse_json(config));
  Json history = history_of(document, parsed.layers.size());
  history.push_back({{"created", layer.created}, {"created_by", layer.made_by}});
  document["created"] = layer.created;
  document["history"] = std::move(history);
  document["rootfs"]["diff_ids"].push_back(layer.diff_id.str());
  return format_json_line(document);
}

}  // namespace hutch::image
