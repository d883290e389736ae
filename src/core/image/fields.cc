#include "core/image/fields.h"

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::image {
namespace {

Error wrong_type(const char* key, const char* wanted) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("'%s' must be %s"), key, wanted),
               .context = {},
               .hint = {}};
}

// The value under a key, or null when there is none to read.
const Json* find(const Json& table, const char* key) {
  if (!table.is_object()) return nullptr;
  const auto found = table.find(key);
  return found == table.end() || found->is_null() ? nullptr : &*found;
}

Result<std::string> text_of(const Json& value, const char* key) {
  const auto* const words = value.get_ptr<const std::string*>();
  if (words == nullptr) return unexpected(wrong_type(key, _("a text")));
  if (words->size() > kTextLimit || words->find('\0') != std::string::npos) {
    return unexpected(wrong_type(key, _("a text without NUL bytes and not endless")));
  }
  return *words;
}

}  // namespace

Result<std::string> read_text(const Json& table, const char* key) {
  const Json* const value = find(table, key);
  if (value == nullptr) return std::string();
  return text_of(*value, key);
}

Result<Json> read_list(const Json& table, const char* key) {
  const Json* const value = find(table, key);
  if (value == nullptr) return Json::array();
  if (!value->is_array() || value->size() > kFieldLimit) return unexpected(wrong_type(key, _("a list, not endless")));
  return *value;
}

Result<std::vector<std::string>> read_texts(const Json& table, const char* key) {
  const Json list = TRY(read_list(table, key));
  std::vector<std::string> texts;
  for (const Json& item : list) texts.push_back(TRY(text_of(item, key)));
  return texts;
}

Result<std::map<std::string, std::string>> read_pairs(const Json& table, const char* key) {
  std::map<std::string, std::string> pairs;
  const Json* const value = find(table, key);
  if (value == nullptr) return pairs;
  if (!value->is_object() || value->size() > kFieldLimit) return unexpected(wrong_type(key, _("a table of texts")));
  for (const auto& [name, item] : value->items()) pairs[name] = TRY(text_of(item, key));
  return pairs;
}

Result<std::uint64_t> read_size(const Json& table, const char* key, std::uint64_t limit) {
  const Json* const value = find(table, key);
  if (value == nullptr || !value->is_number_integer()) return unexpected(wrong_type(key, _("a number")));
  if (!value->is_number_unsigned()) return unexpected(wrong_type(key, _("a number without a sign")));
  const auto size = value->get<std::uint64_t>();
  if (size > limit) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("'%s' is larger than %llu"), key, static_cast<unsigned long long>(limit)));
  }
  return size;
}

Result<Platform> read_platform(const Json& table) {
  Platform platform;
  platform.os = TRY(read_text(table, "os"));
  platform.architecture = TRY(read_text(table, "architecture"));
  platform.variant = TRY(read_text(table, "variant"));
  return platform;
}

Result<Descriptor> read_descriptor(const Json& value) {
  if (!value.is_object()) return failure(ErrorKind::kInvalid, _("a descriptor must be a table"));
  Descriptor descriptor{.media_type = TRY(read_text(value, "mediaType"))};
  const std::string digest = TRY(read_text(value, "digest"));
  descriptor.digest = TRY(Digest::parse(digest));
  descriptor.size = TRY(read_size(value, "size", kBlobSizeLimit));
  descriptor.annotations = TRY(read_pairs(value, "annotations"));
  if (const Json* const platform = find(value, "platform")) descriptor.platform = TRY(read_platform(*platform));
  return descriptor;
}

Json to_json(const Descriptor& descriptor) {
  Json value = {{"mediaType", descriptor.media_type}, {"digest", descriptor.digest.str()}, {"size", descriptor.size}};
  if (descriptor.platform) {
    value["platform"] = {{"architecture", descriptor.platform->architecture}, {"os", descriptor.platform->os}};
    if (!descriptor.platform->variant.empty()) value["platform"]["variant"] = descriptor.platform->variant;
  }
  if (!descriptor.annotations.empty()) value["annotations"] = descriptor.annotations;
  return value;
}

}  // namespace hutch::image
