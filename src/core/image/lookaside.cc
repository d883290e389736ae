#include "core/image/lookaside.h"

#include <yaml.h>

#include <memory>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/policy.h"

namespace hutch::image {
namespace {

constexpr std::size_t kDepthLimit = 8;

Error wrong(const std::string& file, const yaml_mark_t& mark, const char* what) {
  return Error{
      .kind = ErrorKind::kInvalid,
      .code = 0,
      .message = text::format("%s:%zu:%zu: %s", text::printable(file).c_str(), mark.line + 1, mark.column + 1, what),
      .context = {},
      .hint = {}};
}

// The events of a document: mappings of texts are all that such a file may have. Aliases are refused, so nothing grows.
class Reader {
 public:
  Reader(std::string_view bytes, const std::string& file) : file_(file) {
    is_ready_ = yaml_parser_initialize(&parser_) == 1;
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { yaml_parser_delete(&parser_); }

  // Every text in mappings, with the keys on the way to it.
  template <class Take>
  Status read(Take take) {
    if (!is_ready_) return failure(ErrorKind::kSystem, _("the YAML library cannot be set up"));
    std::vector<std::string> path;
    bool has_key = false;
    while (true) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) != 1) return unexpected(wrong(file_, parser_.mark, _("no valid YAML")));
      const std::unique_ptr<yaml_event_t, void (*)(yaml_event_t*)> owner(&event, yaml_event_delete);
      switch (event.type) {
        case YAML_STREAM_END_EVENT:
          return {};
        case YAML_MAPPING_START_EVENT:
          if (path.size() > kDepthLimit || (!path.empty() && !has_key)) {
            return unexpected(wrong(file_, event.start_mark, _("tables are nested too deeply")));
          }
          if (path.empty()) path.emplace_back();
          if (has_key) path.emplace_back();
          has_key = false;
          break;
        case YAML_MAPPING_END_EVENT:
          path.pop_back();
          has_key = false;
          break;
        case YAML_SCALAR_EVENT: {
          std::string text(reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length);
          if (path.empty()) {
            if (!text.empty()) return unexpected(wrong(file_, event.start_mark, _("a table is wanted here")));
            break;
          }
          if (!has_key) {
            path.back() = std::move(text);
          } else {
            TRY(take(path, text, event.start_mark));
          }
          has_key = !has_key;
          break;
        }
        case YAML_ALIAS_EVENT:
        case YAML_SEQUENCE_START_EVENT:
          return unexpected(wrong(file_, event.start_mark, _("a table is wanted here")));
        default:
          break;
      }
    }
  }

 private:
  const std::string& file_;
  yaml_parser_t parser_{};
  bool is_ready_ = false;
};

bool is_place_key(std::string_view key) {
  return key == "lookaside" || key == "sigstore";  // the second is the first's old name
}

}  // namespace

Status add_lookaside_file(Lookaside& lookaside, std::string_view bytes, const std::string& file) {
  if (bytes.size() > kLookasideFileLimit) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("%s: larger than %zu bytes"), text::printable(file).c_str(), kLookasideFileLimit));
  }
  Reader reader(bytes, file);
  return reader.read(
      [&](const std::vector<std::string>& path, const std::string& text, const yaml_mark_t& mark) -> Status {
        if (path.size() == 2 && path[0] == "default-docker" && is_place_key(path[1])) {
          if (!lookaside.fallback.empty()) return unexpected(wrong(file, mark, _("this is said twice")));
          lookaside.fallback = text;
        }
        if (path.size() == 3 && path[0] == "docker" && is_place_key(path[2])) {
          if (!lookaside.places.emplace(path[1], text).second)
            return unexpected(wrong(file, mark, _("this is said twice")));
        }
        return {};
      });
}

std::string place_of_signatures(const Lookaside& lookaside, const Reference& reference) {
  for (const std::string& scope : scopes_of(reference)) {
    if (const auto found = lookaside.places.find(scope); found != lookaside.places.end()) return found->second;
  }
  return lookaside.fallback;
}

std::string signature_url(std::string_view place, const Reference& reference, const Digest& manifest, int number) {
  while (place.ends_with('/')) place.remove_suffix(1);
  return text::format("%s/%s@sha256=%s/signature-%d", std::string(place).c_str(), reference.path.c_str(),
                      manifest.hex().c_str(), number);
}

}  // namespace hutch::image
