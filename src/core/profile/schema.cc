// The schema of a profile file: which keys there are and what each comes to. See docs/profile-format.md.
#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/document.h"
#include "core/profile/grammar.h"
#include "core/profile/parse.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

constexpr unsigned kSchemaMajor = 1;
constexpr unsigned kSchemaMinor = 0;

enum class Act : std::uint8_t { kGrant, kRevoke };

// A key of [permissions] and [revoke] that holds a list.
struct ListKey {
  const char* key;
  Kind kind;
};
constexpr std::array kLists = {
    ListKey{"sockets", Kind::kSocket},   ListKey{"share", Kind::kShare},     ListKey{"publish", Kind::kPublish},
    ListKey{"devices", Kind::kDevice},   ListKey{"files", Kind::kFile},      ListKey{"portals", Kind::kPortal},
    ListKey{"features", Kind::kFeature}, ListKey{"persist", Kind::kPersist},
};
constexpr std::array<std::string_view, 4> kBusKeys = {"see", "talk", "own", "call"};

class Reader {
 public:
  Reader(const Document& document, Rank rank) : document_(document) {
    layer_.origin = {.file = document.file, .line = 0, .column = 0};
    layer_.rank = rank;
  }

  Result<Layer> read() {
    const Node& root = document_.root;
    TRY(read_schema(root));
    TRY(document_.refuse_unknown(root, top_keys()));
    TRY(read_header(root));
    TRY(read_match(root));
    TRY(read_permissions(root));
    TRY(read_revokes(root));
    TRY(read_limits(root));
    TRY(check_sums());
    return std::move(layer_);
  }

 private:
  [[nodiscard]] bool is_override() const { return layer_.rank == Rank::kOverride; }

  [[nodiscard]] Keys top_keys() const {
    if (is_override()) return {"schema", "app-id", "open", "permissions", "revoke", "limits"};
    return {"schema", "id",   "app-id",       "name",        "description", "extends", "match",
            "data",   "open", "not-run-here", "permissions", "revoke",      "limits"};
  }

  Status read_schema(const Node& root) {
    const Node* const node = root.get("schema");
    if (node == nullptr) return {};
    layer_.schema = TRY(document_.line_of(*node, "schema"));
    const auto parts = text::split(layer_.schema, '.');
    const auto major = text::parse_number(parts.front(), 1000);
    const auto minor = text::parse_number(parts.back(), 1000);
    if (parts.size() != 2 || !major || !minor) {
      return unexpected(document_.at(node->place, _("'schema' must be two numbers such as \"1.0\"")));
    }
    if (*major != kSchemaMajor) {
      return unexpected(document_.at(node->place,
                                     text::format(_("schema %s is not understood; this program knows %u.%u"),
                                                  layer_.schema.c_str(), kSchemaMajor, kSchemaMinor),
                                     *major > kSchemaMajor ? _("update hutch") : ""));
    }
    is_newer_ = *minor > kSchemaMinor;
    return {};
  }

  template <class T>
  Result<std::optional<T>> name_at(const Node& table, std::string_view key) const {
    const auto text = TRY(document_.line_at(table, key));
    if (!text) return std::nullopt;
    auto name = T::parse(*text);
    if (!name) return unexpected(document_.placed(table.get(key)->place, std::move(name).error()));
    return std::move(*name);
  }

  Status read_header(const Node& root) {
    if (auto id = TRY(name_at<ProfileName>(root, "id"))) layer_.id = std::move(*id);
    if (layer_.id.empty() && !is_override()) {
      return unexpected(document_.at(root.place, _("'id' is missing"), _("add a line such as: id = \"gedit\"")));
    }
    layer_.app = TRY(name_at<AppId>(root, "app-id"));
    layer_.title = TRY(document_.line_at(root, "name")).value_or("");
    layer_.description = TRY(document_.line_at(root, "description")).value_or("");
    layer_.not_run_here = TRY(document_.flag_at(root, "not-run-here"));
    layer_.open = TRY(document_.line_at(root, "open"));
    if (layer_.open && *layer_.open != "ro" && *layer_.open != "rw") {
      return unexpected(document_.at(root.get("open")->place, _("'open' must be \"ro\" or \"rw\"")));
    }
    TRY(read_data(root));
    return read_extends(root);
  }

  Status read_data(const Node& root) {
    for (const Node* node : TRY(document_.items_at(root, "data"))) {
      const std::string line = TRY(document_.line_of(*node, "data"));
      auto value = read_value(Kind::kPersist, line, "");
      if (!value) return unexpected(document_.placed(node->place, std::move(value).error()));
      if (std::find(layer_.data.begin(), layer_.data.end(), value->name) != layer_.data.end()) {
        return unexpected(document_.repeated(node->place, line));
      }
      layer_.data.push_back(std::move(value->name));
    }
    return {};
  }

  Status read_extends(const Node& root) {
    for (const Node* node : TRY(document_.items_at(root, "extends"))) {
      const std::string line = TRY(document_.line_of(*node, "extends"));
      auto name = ProfileName::parse(line);
      if (!name) return unexpected(document_.placed(node->place, std::move(name).error()));
      if (std::find(layer_.extends.begin(), layer_.extends.end(), *name) != layer_.extends.end()) {
        return unexpected(document_.repeated(node->place, line));
      }
      layer_.extends.push_back(std::move(*name));
    }
    return {};
  }

  Status read_match(const Node& root) {
    const Node* const match = TRY(document_.table_at(root, "match"));
    if (match == nullptr) return {};
    TRY(document_.refuse_unknown(*match, {"desktop", "command"}));
    for (const Node* node : TRY(document_.items_at(*match, "desktop"))) {
      std::string id = TRY(document_.line_of(*node, "desktop"));
      const bool is_plain = !id.empty() && id.size() <= 255 && id.find('/') == std::string::npos;
      if (!is_plain || id.ends_with(".desktop")) {
        return unexpected(document_.at(node->place,
                                       text::format(_("'%s' is no desktop id"), text::printable(id).c_str()),
                                       _("write the file's name without .desktop")));
      }
      auto& ids = layer_.match.desktop;
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) return unexpected(document_.repeated(node->place, id));
      ids.push_back(std::move(id));
    }
    for (const Node* node : TRY(document_.items_at(*match, "command"))) {
      const std::string line = TRY(document_.line_of(*node, "command"));
      auto path = HostPath::parse(line);
      if (!path) return unexpected(document_.placed(node->place, std::move(path).error()));
      auto& commands = layer_.match.command;
      if (std::find(commands.begin(), commands.end(), *path) != commands.end()) {
        return unexpected(document_.repeated(node->place, line));
      }
      commands.push_back(std::move(*path));
    }
    return {};
  }

  // One entry of a list, or one value: what it names and what is said about it.
  struct Item {
    std::string name;
    std::optional<std::string> access;  // files; bus call rules
    std::string reason;
    bool locked = false;
  };

  Status read_remarks(const Node& table, Item& item) const {
    item.reason = TRY(document_.line_at(table, "reason")).value_or("");
    item.locked = TRY(document_.flag_at(table, "locked")).value_or(false);
    return {};
  }

  // Strings are names; tables have { name_key, reason, locked } and access_key where there is one.
  [[nodiscard]] Result<Item> read_item(const Node& node, std::string_view list, std::string_view name_key,
                                       std::string_view access_key) const {
    Item item;
    if (!node.is_table()) {
      item.name = TRY(document_.line_of(node, list));
      return item;
    }
    Keys known = {name_key, "reason", "locked"};
    if (!access_key.empty()) known.push_back(access_key);
    TRY(document_.refuse_unknown(node, known));
    const Node* const name = node.get(name_key);
    if (name == nullptr) {
      return unexpected(document_.at(node.place, text::format(_("'%s' is missing"), std::string(name_key).c_str())));
    }
    item.name = TRY(document_.line_of(*name, name_key));
    if (!access_key.empty()) item.access = TRY(document_.line_at(node, access_key));
    TRY(read_remarks(node, item));
    return item;
  }

  // A file of a newer schema may grant what we do not know; what narrows is never dropped.
  [[nodiscard]] bool may_drop(const Error& error, Kind kind, const Item& item) const {
    const bool is_named = kind == Kind::kSocket || kind == Kind::kShare || kind == Kind::kDevice ||
                          kind == Kind::kPortal || kind == Kind::kFeature;
    return is_newer_ && is_named && !item.locked && error.kind == ErrorKind::kNotFound;
  }

  void warn_dropped(Place where, const std::string& what) {
    layer_.warnings.push_back(text::format(_("%s: ignoring unknown grant '%s' of schema %s"),
                                           describe(document_.origin(where)).c_str(), text::printable(what).c_str(),
                                           layer_.schema.c_str()));
  }

  Status add_grant(Place where, Kind kind, const Item& item, Result<Value> value) {
    if (!value) {
      if (!may_drop(value.error(), kind, item)) return unexpected(document_.placed(where, std::move(value).error()));
      warn_dropped(where, item.name);
      return {};
    }
    Grant grant{.kind = kind,
                .name = std::move(value->name),
                .access = std::move(value->access),
                .origin = document_.origin(where),
                .rank = layer_.rank,
                .reason = item.reason,
                .locked = item.locked};
    const std::string rule = is_call(grant) ? grant.access : "";
    if (!granted_.insert({kind, grant.name, rule}).second) return unexpected(document_.repeated(where, grant.name));
    layer_.grants.push_back(std::move(grant));
    return check_count(where);
  }

  Status add_revoke(Place where, Kind kind, const Item& item) {
    auto name = read_revoked(kind, item.name);
    if (!name) return unexpected(document_.placed(where, std::move(name).error()));
    Revoke revoke{.kind = kind,
                  .name = std::move(*name),
                  .origin = document_.origin(where),
                  .rank = layer_.rank,
                  .reason = item.reason,
                  .locked = item.locked};
    if (!revoked_.insert({kind, revoke.name}).second) return unexpected(document_.repeated(where, revoke.name));
    layer_.revokes.push_back(std::move(revoke));
    return check_count(where);
  }

  [[nodiscard]] Status check_count(Place where) const {
    if (layer_.grants.size() + layer_.revokes.size() <= kGrantLimit) return {};
    return unexpected(document_.at(where, text::format(_("more than %zu grants and revokes"), kGrantLimit)));
  }

  Status read_list(const Node& parent, const ListKey& list, Act act) {
    const bool is_file = list.kind == Kind::kFile;
    const std::string_view access_key = is_file && act == Act::kGrant ? "access" : "";
    for (const Node* node : TRY(document_.items_at(parent, list.key))) {
      const Item item = TRY(read_item(*node, list.key, is_file ? "path" : "name", access_key));
      // `share = ["network"]` is the network in the profile's own mode.
      const bool is_network = list.kind == Kind::kShare && item.name == "network";
      const Kind kind = is_network ? Kind::kNetwork : list.kind;
      if (act == Act::kRevoke) {
        TRY(add_revoke(node->place, kind, item));
      } else if (is_network) {
        TRY(add_grant(node->place, kind, item, read_value(kind, "network", "share")));
      } else if (is_file && node->type == Node::Type::kText) {
        TRY(add_grant(node->place, kind, item, read_file_value(item.name)));
      } else {
        TRY(add_grant(node->place, kind, item, read_value(kind, item.name, is_file ? item.access.value_or("rw") : "")));
      }
    }
    return {};
  }

  Status read_bus(const Node& parent, std::string_view key, Kind kind, Act act) {
    const Node* const bus = TRY(document_.table_at(parent, key));
    if (bus == nullptr) return {};
    for (const auto& [name, node] : bus->entries) {
      const bool is_known = std::find(kBusKeys.begin(), kBusKeys.end(), name.text) != kBusKeys.end();
      if (!is_known) {
        TRY(drop_unknown(name, node, Keys(kBusKeys.begin(), kBusKeys.end()), act));
        continue;
      }
      const bool is_rule = name.text == "call";
      for (const Node* item_node : TRY(document_.items_at(*bus, name.text))) {
        const bool has_rule = is_rule && act == Act::kGrant;
        const Item item = TRY(read_item(*item_node, name.text, "name", has_rule ? "rule" : ""));
        if (act == Act::kRevoke) {
          TRY(add_revoke(item_node->place, kind, item));
        } else if (!is_rule) {
          TRY(add_grant(item_node->place, kind, item, read_value(kind, item.name, name.text)));
        } else if (item.access) {
          TRY(add_grant(item_node->place, kind, item, read_value(kind, item.name, "call:" + *item.access)));
        } else {
          TRY(add_grant(item_node->place, kind, item, read_call_value(item.name)));
        }
      }
    }
    return {};
  }

  // network = "private" or { mode = "private", reason = "...", locked = true }
  Status read_network(const Node& permissions) {
    const Node* const node = permissions.get("network");
    if (node == nullptr) return {};
    const Item item = TRY(read_item(*node, "network", "mode", ""));
    if (item.name == "share") {
      return unexpected(document_.at(node->place, _("unknown network mode 'share'"), _("write share = [\"network\"]")));
    }
    return add_grant(node->place, Kind::kNetwork, item, read_value(Kind::kNetwork, "network", item.name));
  }

  // NAME = "value" or { value = "..." } or { inherit = true } or { unset = true }
  Status read_variable(const Key& key, const Node& node) {
    Item item{.name = key.text, .access = std::nullopt, .reason = {}, .locked = false};
    if (!node.is_table()) {
      const std::string value = TRY(document_.text_of(node, key.text));
      return add_grant(key.place, Kind::kEnvironment, item, read_value(Kind::kEnvironment, item.name, "=" + value));
    }
    TRY(document_.refuse_unknown(node, {"value", "inherit", "unset", "reason", "locked"}));
    TRY(read_remarks(node, item));
    const bool inherits = TRY(document_.flag_at(node, "inherit")).value_or(false);
    const bool unsets = TRY(document_.flag_at(node, "unset")).value_or(false);
    const Node* const value = node.get("value");
    if ((value != nullptr) + inherits + unsets != 1) {
      return unexpected(document_.at(node.place, _("say one of value, inherit = true and unset = true")));
    }
    std::string access = inherits ? "inherit" : "unset";
    if (value != nullptr) access = "=" + TRY(document_.text_of(*value, "value"));
    return add_grant(key.place, Kind::kEnvironment, item, read_value(Kind::kEnvironment, item.name, access));
  }

  [[nodiscard]] static Keys permission_keys() {
    Keys keys;
    for (const ListKey& list : kLists) keys.emplace_back(list.key);
    keys.insert(keys.end(), {"network", "env", "session-bus", "system-bus"});
    return keys;
  }

  // An unknown key among the grants of a newer schema is dropped, unless it locks something.
  Status drop_unknown(const Key& key, const Node& node, const Keys& known, Act act) {
    if (!is_newer_ || act == Act::kRevoke || has_lock(node)) return unexpected(document_.unknown_key(key, known));
    warn_dropped(key.place, key.text);
    return {};
  }

  [[nodiscard]] static bool has_lock(const Node& node) {
    const auto entry_has_lock = [](const auto& entry) {
      return entry.first.text == "locked" || has_lock(entry.second);
    };
    return std::any_of(node.items.begin(), node.items.end(), has_lock) ||
           std::any_of(node.entries.begin(), node.entries.end(), entry_has_lock);
  }

  Status read_permissions(const Node& root) {
    const Node* const permissions = TRY(document_.table_at(root, "permissions"));
    if (permissions == nullptr) return {};
    const Keys known = permission_keys();
    for (const auto& [key, node] : permissions->entries) {
      if (std::find(known.begin(), known.end(), key.text) == known.end()) {
        TRY(drop_unknown(key, node, known, Act::kGrant));
      }
    }
    for (const ListKey& list : kLists) TRY(read_list(*permissions, list, Act::kGrant));
    TRY(read_network(*permissions));
    TRY(read_bus(*permissions, "session-bus", Kind::kSessionBus, Act::kGrant));
    TRY(read_bus(*permissions, "system-bus", Kind::kSystemBus, Act::kGrant));
    const Node* const variables = TRY(document_.table_at(*permissions, "env"));
    if (variables == nullptr) return {};
    for (const auto& [key, node] : variables->entries) TRY(read_variable(key, node));
    return {};
  }

  // As [permissions], but lists of names only: no access, no values. network = "*" and limits too.
  Status read_revokes(const Node& root) {
    const Node* const revoke = TRY(document_.table_at(root, "revoke"));
    if (revoke == nullptr) return {};
    Keys known = permission_keys();
    known.push_back("limits");
    TRY(document_.refuse_unknown(*revoke, known));
    for (const ListKey& list : kLists) TRY(read_list(*revoke, list, Act::kRevoke));
    TRY(read_list(*revoke, {"env", Kind::kEnvironment}, Act::kRevoke));
    TRY(read_list(*revoke, {"limits", Kind::kLimit}, Act::kRevoke));
    TRY(read_bus(*revoke, "session-bus", Kind::kSessionBus, Act::kRevoke));
    TRY(read_bus(*revoke, "system-bus", Kind::kSystemBus, Act::kRevoke));
    const Node* const network = revoke->get("network");
    if (network == nullptr) return {};
    const Item item = TRY(read_item(*network, "network", "mode", ""));
    if (item.name != "*") {
      return unexpected(document_.at(network->place, _("'network' in [revoke] must be \"*\""),
                                     _("a mode is replaced by naming another in [permissions]")));
    }
    return add_revoke(network->place, Kind::kNetwork, item);
  }

  // memory = "2G", tasks = 512, or { value = ..., reason = "...", locked = true }
  Status read_limits(const Node& root) {
    const Node* const limits = TRY(document_.table_at(root, "limits"));
    if (limits == nullptr) return {};
    for (const auto& [key, node] : limits->entries) {
      Item item{.name = key.text, .access = std::nullopt, .reason = {}, .locked = false};
      if (find_word(Kind::kLimit, item.name) == nullptr) {
        return unexpected(document_.unknown_key(key, names_of(Kind::kLimit)));
      }
      const Node* value = &node;
      if (node.is_table()) {
        TRY(document_.refuse_unknown(node, {"value", "reason", "locked"}));
        TRY(read_remarks(node, item));
        value = node.get("value");
        if (value == nullptr) return unexpected(document_.at(node.place, _("'value' is missing")));
      }
      std::string text;
      if (value->type == Node::Type::kNumber) {
        text = std::to_string(value->number);
      } else {
        text = TRY(document_.line_of(*value, item.name));
      }
      TRY(add_grant(key.place, Kind::kLimit, item, read_value(Kind::kLimit, item.name, text)));
    }
    return {};
  }

  // What is there or not there cannot be both granted and taken back by one file.
  [[nodiscard]] Status check_sums() const {
    for (const Revoke& revoke : layer_.revokes) {
      const bool has_access = revoke.kind == Kind::kFile || revoke.kind == Kind::kSessionBus ||
                              revoke.kind == Kind::kSystemBus || revoke.kind == Kind::kNetwork ||
                              revoke.kind == Kind::kEnvironment || revoke.kind == Kind::kLimit;
      if (has_access || !granted_.contains({revoke.kind, revoke.name, ""})) continue;
      return failure(ErrorKind::kInvalid,
                     text::format(_("%s: '%s' is both granted and revoked"), describe(revoke.origin).c_str(),
                                  text::printable(revoke.name).c_str()));
    }
    return {};
  }

  const Document& document_;
  Layer layer_;
  bool is_newer_ = false;
  std::set<std::tuple<Kind, std::string, std::string>> granted_;
  std::set<std::pair<Kind, std::string>> revoked_;
};

}  // namespace

Result<Layer> read_document(const Document& document, Rank rank) {
  return Reader(document, rank).read();
}

}  // namespace hutch::profile
