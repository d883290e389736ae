#include "core/image/manifest.h"

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/fields.h"

namespace hutch::image {
namespace {

Result<Json> parse_document(std::string_view bytes) {
  if (bytes.size() > kManifestSizeLimit) {
    return failure(ErrorKind::kInvalid, text::format(_("a manifest of more than %llu bytes"),
                                                     static_cast<unsigned long long>(kManifestSizeLimit)));
  }
  Json document = TRY_IN(_("reading a manifest"), parse_json(bytes));
  if (!document.is_object()) return failure(ErrorKind::kInvalid, _("a manifest must be a table"));
  return document;
}

// The media type that counts; "" when nobody says any.
Result<std::string> agreed_type(const Json& document, std::string_view content_type) {
  const std::string own = TRY(read_text(document, "mediaType"));
  const std::string said(text::trim(content_type.substr(0, content_type.find(';'))));
  const bool is_said = kind_of(said) != MediaKind::kOther;  // "application/json" says nothing
  if (own.empty()) return is_said ? said : std::string();
  if (is_said && said != own) {
    return failure(ErrorKind::kInvalid, text::format(_("a manifest that says it is '%s' was sent as '%s'"),
                                                     text::printable(own).c_str(), text::printable(said).c_str()));
  }
  return own;
}

Result<std::vector<Descriptor>> read_descriptors(const Json& document, const char* key, std::size_t limit) {
  const Json list = TRY(read_list(document, key));
  if (list.size() > limit) {
    return failure(ErrorKind::kInvalid, text::format(_("more than %zu entries under '%s'"), limit, key));
  }
  std::vector<Descriptor> descriptors;
  for (const Json& item : list) descriptors.push_back(TRY(read_descriptor(item)));
  return descriptors;
}

Result<Manifest> read_manifest(const Json& document, std::string media_type) {
  Manifest manifest{.media_type = std::move(media_type)};
  if (!document.contains("config")) return failure(ErrorKind::kInvalid, _("a manifest without a 'config'"));
  manifest.config = TRY_IN("config", read_descriptor(document["config"]));
  manifest.layers = TRY_IN("layers", read_descriptors(document, "layers", kLayerLimit));
  manifest.annotations = TRY(read_pairs(document, "annotations"));
  return manifest;
}

Result<Index> read_index(const Json& document, std::string media_type) {
  Index index{.media_type = std::move(media_type)};
  index.manifests = TRY_IN("manifests", read_descriptors(document, "manifests", kEntryLimit));
  index.annotations = TRY(read_pairs(document, "annotations"));
  return index;
}

Json list_of(const std::vector<Descriptor>& descriptors) {
  Json list = Json::array();
  for (const Descriptor& descriptor : descriptors) list.push_back(to_json(descriptor));
  return list;
}

}  // namespace

Result<std::variant<Manifest, Index>> parse_manifest(std::string_view bytes, std::string_view content_type) {
  const Json document = TRY(parse_document(bytes));
  const std::string media_type = TRY(agreed_type(document, content_type));
  const std::uint64_t version = TRY(read_size(document, "schemaVersion", 1000));
  if (version != 2) {
    return failure(ErrorKind::kInvalid, text::format(_("a manifest of schema version %llu; only 2 is known"),
                                                     static_cast<unsigned long long>(version)));
  }
  const bool has_layers = document.contains("layers") || document.contains("config");
  const bool has_manifests = document.contains("manifests");
  if (has_layers == has_manifests) {
    return failure(ErrorKind::kInvalid, _("neither a manifest nor an index, or both at once"));
  }
  const MediaKind kind = kind_of(media_type);
  const bool contradicts = kind != MediaKind::kOther && kind != (has_layers ? MediaKind::kManifest : MediaKind::kIndex);
  if (contradicts || (!media_type.empty() && kind == MediaKind::kOther)) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("a manifest of the wrong media type '%s'"), text::printable(media_type).c_str()));
  }
  if (has_layers) return TRY(read_manifest(document, media_type.empty() ? kOciManifest : media_type));
  return TRY(read_index(document, media_type.empty() ? kOciIndex : media_type));
}

Result<Manifest> parse_image_manifest(std::string_view bytes) {
  auto parsed = TRY(parse_manifest(bytes, ""));
  auto* const manifest = std::get_if<Manifest>(&parsed);
  if (manifest == nullptr) return failure(ErrorKind::kInvalid, _("an index of images where one image was expected"));
  if (kind_of(manifest->config.media_type) != MediaKind::kConfig) {
    return failure(ErrorKind::kInvalid, text::format(_("not an image but something else: its config is '%s'"),
                                                     text::printable(manifest->config.media_type).c_str()));
  }
  for (const Descriptor& layer : manifest->layers) {
    if (kind_of(layer.media_type) == MediaKind::kLayer) continue;
    return failure(ErrorKind::kInvalid,
                   text::format(_("a layer of the unknown kind '%s'"), text::printable(layer.media_type).c_str()));
  }
  return std::move(*manifest);
}

std::string format(const Manifest& manifest) {
  Json document = {{"schemaVersion", 2},
                   {"mediaType", manifest.media_type},
                   {"config", to_json(manifest.config)},
                   {"layers", list_of(manifest.layers)}};
  if (!manifest.annotations.empty()) document["annotations"] = manifest.annotations;
  return format_json_line(document);
}

std::string format(const Index& index) {
  Json document = {{"schemaVersion", 2}, {"mediaType", index.media_type}, {"manifests", list_of(index.manifests)}};
  if (!index.annotations.empty()) document["annotations"] = index.annotations;
  return format_json_line(document);
}

std::uint64_t transport_size(const Manifest& manifest) {
  std::uint64_t size = manifest.config.size;
  for (const Descriptor& layer : manifest.layers) size += layer.size;
  return size;
}

}  // namespace hutch::image
