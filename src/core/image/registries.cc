#include "core/image/registries.h"

#include <algorithm>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"
#include "base/toml.h"

namespace hutch::image {
namespace {

constexpr std::string_view kWildcard = "*.";

// Values of one file, with errors that say where.
class File {
 public:
  explicit File(const std::string& name) : name_(name) {}

  [[nodiscard]] Error wrong(const TomlNode& node, const char* key, const char* wanted) const {
    return Error{
        .kind = ErrorKind::kInvalid,
        .code = 0,
        .message = text::format("%s:%u:%u: ", text::printable(name_).c_str(), node.place.line, node.place.column) +
                   text::format(_("'%s' must be %s"), key, wanted),
        .context = {},
        .hint = {}};
  }
  [[nodiscard]] Result<std::string> text_at(const TomlNode& table, const char* key) const {
    const TomlNode* const node = table.get(key);
    if (node == nullptr) return std::string();
    if (node->type != TomlNode::Type::kText) return unexpected(wrong(*node, key, _("a text")));
    return node->text;
  }
  [[nodiscard]] Result<bool> flag_at(const TomlNode& table, const char* key) const {
    const TomlNode* const node = table.get(key);
    if (node == nullptr) return false;
    if (node->type != TomlNode::Type::kFlag) return unexpected(wrong(*node, key, _("true or false")));
    return node->flag;
  }
  [[nodiscard]] Result<std::vector<const TomlNode*>> tables_at(const TomlNode& table, const char* key) const {
    std::vector<const TomlNode*> tables;
    const TomlNode* const node = table.get(key);
    if (node == nullptr) return tables;
    if (node->type != TomlNode::Type::kList) return unexpected(wrong(*node, key, _("a list of tables")));
    for (const TomlNode& item : node->items) {
      if (!item.is_table()) return unexpected(wrong(item, key, _("a list of tables")));
      tables.push_back(&item);
    }
    return tables;
  }
  [[nodiscard]] Result<std::string> location_at(const TomlNode& table, const char* key) const {
    std::string location = TRY(text_at(table, key));
    while (location.ends_with('/')) location.pop_back();
    const std::string_view host = std::string_view(location).substr(0, location.find('/'));
    const std::string_view named = host.starts_with(kWildcard) ? host.substr(kWildcard.size()) : host;
    if (!location.empty() && !is_domain(named)) return unexpected(wrong(*table.get(key), key, _("a registry's place")));
    return location;
  }

 private:
  const std::string& name_;
};

Result<Mirror> read_mirror(const File& file, const TomlNode& table) {
  Mirror mirror{.location = TRY(file.location_at(table, "location"))};
  if (mirror.location.empty()) return unexpected(file.wrong(table, "location", _("a registry's place")));
  mirror.insecure = TRY(file.flag_at(table, "insecure"));
  const std::string use = TRY(file.text_at(table, "pull-from-mirror"));
  if (use == "digest-only") mirror.use = MirrorUse::kDigestOnly;
  if (use == "tag-only") mirror.use = MirrorUse::kTagOnly;
  const bool is_known = use.empty() || use == "all" || mirror.use != MirrorUse::kAll;
  if (!is_known) return unexpected(file.wrong(table, "pull-from-mirror", "all, digest-only, tag-only"));
  return mirror;
}

Result<RegistryEntry> read_entry(const File& file, const TomlNode& table) {
  RegistryEntry entry{.prefix = TRY(file.location_at(table, "prefix")),
                      .location = TRY(file.location_at(table, "location"))};
  if (entry.prefix.empty()) entry.prefix = entry.location;
  if (entry.prefix.empty()) return unexpected(file.wrong(table, "location", _("a registry's place")));
  if (entry.location.empty() && !entry.prefix.starts_with(kWildcard)) entry.location = entry.prefix;
  entry.insecure = TRY(file.flag_at(table, "insecure"));
  entry.blocked = TRY(file.flag_at(table, "blocked"));
  entry.mirror_by_digest_only = TRY(file.flag_at(table, "mirror-by-digest-only"));
  for (const TomlNode* const mirror : TRY(file.tables_at(table, "mirror"))) {
    entry.mirrors.push_back(TRY(read_mirror(file, *mirror)));
  }
  return entry;
}

Status read_aliases(const File& file, const TomlNode& root, Registries& registries) {
  const TomlNode* const table = root.get("aliases");
  if (table == nullptr) return {};
  if (!table->is_table()) return unexpected(file.wrong(*table, "aliases", _("a table of texts")));
  for (const auto& [key, value] : table->entries) {
    if (value.type != TomlNode::Type::kText) return unexpected(file.wrong(value, "aliases", _("a table of texts")));
    if (value.text.empty()) {
      registries.aliases.erase(key.text);
      continue;
    }
    const auto target = parse_reference_as_written(value.text);
    const bool is_complete = target && target->tag.empty() && target->digest.empty() && !is_short_name(value.text);
    if (!is_complete) return unexpected(file.wrong(value, "aliases", _("names with a registry and without a tag")));
    registries.aliases[key.text] = value.text;
  }
  return {};
}

// Length of the part of `name` that the prefix is, 0 when it is none.
std::size_t match_length(std::string_view prefix, std::string_view name) {
  if (prefix.starts_with(kWildcard)) {
    const std::string_view host = name.substr(0, name.find('/'));
    return host.size() > prefix.size() - 1 && host.ends_with(prefix.substr(1)) ? host.size() : 0;
  }
  if (!name.starts_with(prefix)) return 0;
  const bool ends_there = name.size() == prefix.size() || name[prefix.size()] == '/';
  return ends_there ? prefix.size() : 0;
}

const RegistryEntry* find_entry(const Registries& registries, std::string_view name) {
  const RegistryEntry* best = nullptr;
  for (const RegistryEntry& entry : registries.entries) {
    if (match_length(entry.prefix, name) == 0) continue;
    if (best == nullptr || entry.prefix.size() > best->prefix.size()) best = &entry;
  }
  return best;
}

// The reference with `location` in place of the first `length` bytes of its repository.
Result<Reference> moved(const Reference& reference, std::string_view location, std::size_t length) {
  const std::string place = std::string(location) + reference.repository().substr(length);
  Reference there = TRY(parse_reference_as_written(place));
  there.tag = reference.tag;
  there.digest = reference.digest;
  return there;
}

bool serves(const RegistryEntry& entry, const Mirror& mirror, bool by_digest) {
  if (by_digest) return mirror.use != MirrorUse::kTagOnly;
  return mirror.use != MirrorUse::kDigestOnly && !entry.mirror_by_digest_only;
}

}  // namespace

Status add_registries_file(Registries& registries, std::string_view bytes, const std::string& name) {
  const TomlNode root = TRY(parse_toml(bytes, name, kRegistriesFileLimit));
  const File file(name);
  if (const TomlNode* const old = root.get("registries"); old != nullptr) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("'%s' is written in version 1 of its format"), text::printable(name).c_str()),
                   _("write [[registry]] tables: man 5 containers-registries.conf"));
  }
  if (const TomlNode* const search = root.get("unqualified-search-registries"); search != nullptr) {
    registries.search.clear();
    for (const TomlNode& item : search->items) {
      const bool is_host = item.type == TomlNode::Type::kText && is_domain(item.text.substr(0, item.text.find('/')));
      if (!is_host) return unexpected(file.wrong(item, "unqualified-search-registries", _("a registry's place")));
      registries.search.push_back(item.text);
    }
  }
  for (const TomlNode* const table : TRY(file.tables_at(root, "registry"))) {
    RegistryEntry entry = TRY(read_entry(file, *table));
    std::erase_if(registries.entries, [&](const RegistryEntry& other) { return other.prefix == entry.prefix; });
    registries.entries.push_back(std::move(entry));
  }
  return read_aliases(file, root, registries);
}

Result<std::vector<Endpoint>> endpoints_of(const Registries& registries, const Reference& reference) {
  const RegistryEntry* const entry = find_entry(registries, reference.repository());
  if (entry == nullptr) return std::vector<Endpoint>{{.reference = reference}};
  if (entry->blocked) {
    return failure(ErrorKind::kDenied, text::format(_("'%s' is blocked by registries.conf"), reference.str().c_str()));
  }
  const std::size_t length = match_length(entry->prefix, reference.repository());
  std::vector<Endpoint> endpoints;
  for (const Mirror& mirror : entry->mirrors) {
    if (!serves(*entry, mirror, !reference.digest.empty())) continue;
    endpoints.push_back(
        {.reference = TRY(moved(reference, mirror.location, length)), .insecure = mirror.insecure, .is_mirror = true});
  }
  Endpoint own{.reference = reference, .insecure = entry->insecure};
  if (!entry->location.empty()) own.reference = TRY(moved(reference, entry->location, length));
  endpoints.push_back(std::move(own));
  return endpoints;
}

Result<Reference> resolve_name(const Registries& registries, std::string_view text) {
  const Reference written = TRY(parse_reference(text));
  if (!is_short_name(text)) return written;
  const std::string_view bare = text.substr(0, text.find_first_of(":@"));
  const std::string_view rest = text.substr(bare.size());
  if (const auto alias = registries.aliases.find(std::string(bare)); alias != registries.aliases.end()) {
    return parse_reference(alias->second + std::string(rest));
  }
  if (registries.search.empty()) return written;
  if (registries.search.size() == 1) return parse_reference(registries.search.front() + "/" + std::string(text));
  std::vector<std::string> candidates;
  for (const std::string& place : registries.search) candidates.push_back(place + "/" + std::string(text));
  return failure(ErrorKind::kInvalid,
                 text::format(_("'%s' could be an image of several registries"), text::printable(text).c_str()),
                 text::format(_("name one of them: %s"), text::join(candidates, ", ").c_str()));
}

}  // namespace hutch::image
