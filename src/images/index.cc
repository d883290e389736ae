#include "images/index.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "os/file.h"
#include "os/lock.h"

namespace hutch::images {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kListLimit = 4096;
constexpr std::size_t kReserve = 64u << 10;

Error broken(const char* key) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("the index of the image store has no usable '%s'"), key),
               .context = {},
               .hint = {}};
}

Json to_json(const image::Descriptor& descriptor) {
  return {{"mediaType", descriptor.media_type}, {"digest", descriptor.digest.str()}, {"size", descriptor.size}};
}

Json to_json(const image::Record& record) {
  Json layers = Json::array();
  for (const image::Layer& layer : record.layers) {
    Json json = to_json(layer.blob);
    json["diffId"] = layer.diff_id.str();
    layers.push_back(std::move(json));
  }
  return {{"names", record.names},
          {"users", record.users},
          {"manifest", to_json(record.manifest)},
          {"config", to_json(record.config)},
          {"layers", std::move(layers)},
          {"added", record.added},
          {"source", record.source},
          {"trust", record.trust}};
}

Result<const Json*> member(const Json& json, const char* key) {
  if (!json.is_object()) return unexpected(broken(key));
  const auto found = json.find(key);
  if (found == json.end()) return unexpected(broken(key));
  return &*found;
}

Result<std::string> text_at(const Json& json, const char* key) {
  const Json* const found = TRY(member(json, key));
  if (!found->is_string()) return unexpected(broken(key));
  return found->get<std::string>();
}

Result<std::vector<std::string>> texts_at(const Json& json, const char* key) {
  const Json* const found = TRY(member(json, key));
  if (!found->is_array() || found->size() > kListLimit) return unexpected(broken(key));
  std::vector<std::string> texts;
  for (const Json& text : *found) {
    if (!text.is_string()) return unexpected(broken(key));
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

Result<image::Digest> digest_at(const Json& json, const char* key) {
  const std::string text = TRY(text_at(json, key));
  return image::Digest::parse(text);
}

Result<image::Descriptor> parse_descriptor(const Json& json) {
  image::Descriptor descriptor;
  descriptor.media_type = TRY(text_at(json, "mediaType"));
  descriptor.digest = TRY(digest_at(json, "digest"));
  const Json* const size = TRY(member(json, "size"));
  if (!size->is_number_unsigned()) return unexpected(broken("size"));
  descriptor.size = size->get<std::uint64_t>();
  return descriptor;
}

Result<image::Descriptor> descriptor_at(const Json& json, const char* key) {
  const Json* const found = TRY(member(json, key));
  return parse_descriptor(*found);
}

Result<image::Record> parse_record(const Json& json) {
  image::Record record;
  record.names = TRY(texts_at(json, "names"));
  record.users = TRY(texts_at(json, "users"));
  record.manifest = TRY(descriptor_at(json, "manifest"));
  record.config = TRY(descriptor_at(json, "config"));
  const Json* const layers = TRY(member(json, "layers"));
  if (!layers->is_array() || layers->size() > image::kLayerLimit) return unexpected(broken("layers"));
  for (const Json& layer : *layers) {
    image::Layer parsed;
    parsed.blob = TRY(parse_descriptor(layer));
    parsed.diff_id = TRY(digest_at(layer, "diffId"));
    record.layers.push_back(std::move(parsed));
  }
  const Json* const added = TRY(member(json, "added"));
  if (!added->is_number_integer()) return unexpected(broken("added"));
  record.added = added->get<std::int64_t>();
  record.source = TRY(text_at(json, "source"));
  record.trust = TRY(text_at(json, "trust"));
  return record;
}

Status write_index(const HostPath& root, const std::string& text, bool may_use_reserve) {
  const HostPath path = root / "index.json";
  auto written = os::replace_file(path, text, 0600);
  const bool is_full = !written && written.error().code == ENOSPC;
  if (is_full && may_use_reserve && ::unlink((root / "reserve").c_str()) == 0) {
    written = os::replace_file(path, text, 0600);
  }
  return written;
}

}  // namespace

std::string encode_index(const Records& records) {
  Json images = Json::array();
  for (const image::Record& record : records) images.push_back(to_json(record));
  return format_json(Json{{"version", kVersion}, {"images", std::move(images)}});
}

Result<Records> decode_index(std::string_view text) {
  const Json json = TRY(parse_json(text));
  const Json* const version = TRY(member(json, "version"));
  if (!version->is_number_integer() || version->get<int>() != kVersion) return unexpected(broken("version"));
  const Json* const images = TRY(member(json, "images"));
  if (!images->is_array() || images->size() > image::kImageLimit) return unexpected(broken("images"));
  Records records;
  for (const Json& image : *images) records.push_back(TRY(parse_record(image)));
  return records;
}

Result<Records> read_index(const HostPath& root) {
  const HostPath path = root / "index.json";
  auto text = os::read_file(path, kJsonLimit);
  if (!text && text.error().code == ENOENT) return Records();
  if (!text) return unexpected(std::move(text).error());
  return decode_index(*text);
}

Status change_index(const HostPath& root, const Change& change) {
  const os::Fd lock = TRY(os::open_path(root / "index.lock", O_RDWR | O_CREAT, 0600));
  TRY(os::wait_for_lock(lock.get(), os::LockKind::kExclusive));
  const Records before = TRY(read_index(root));
  Records records = before;
  TRY(change(records));
  if (records == before) return {};
  if (records.size() > image::kImageLimit) return failure(ErrorKind::kDenied, _("the image store has too many images"));
  std::ranges::sort(records, {}, [](const image::Record& record) { return record.manifest.digest; });
  const std::string text = encode_index(records);
  return write_index(root, text, text.size() < encode_index(before).size());
}

void keep_reserve(const HostPath& root) {
  const HostPath path = root / "reserve";
  if (os::exists(path)) return;
  (void)os::replace_file(path, std::string(kReserve, 'r'), 0600, os::Lasting::kProcess);  // later, when there is room
}

}  // namespace hutch::images
