#include "core/toolbox/toolbox.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "base/toml.h"

namespace hutch::toolbox {
namespace {

Error refusal(const std::string& file, const TomlPlace& place, const std::string& what) {
  return Error{.kind = ErrorKind::kInvalid, .code = 0, .message = what, .context = {}, .hint = {}}.in(
      text::format("%s:%u:%u", text::printable(file).c_str(), place.line, place.column));
}

class Reader {
 public:
  Reader(const TomlNode& root, const std::string& file) : root_(root), file_(file) {}

  Status refuse_unknown(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, node] : root_.entries) {
      if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
      return unexpected(
          refusal(file_, key.place, text::format(_("unknown key '%s'"), text::printable(key.text).c_str())));
    }
    return {};
  }
  [[nodiscard]] Result<std::string> text(const char* key) const {
    const TomlNode* const node = root_.get(key);
    if (node == nullptr) return std::string();
    if (node->type != TomlNode::Type::kText) return unexpected(wrong(key, node->place));
    return node->text;
  }
  [[nodiscard]] Result<std::int64_t> number(const char* key) const {
    const TomlNode* const node = root_.get(key);
    if (node == nullptr) return 0;
    if (node->type != TomlNode::Type::kNumber || node->number < 0) return unexpected(wrong(key, node->place));
    return node->number;
  }
  [[nodiscard]] Result<bool> flag(const char* key) const {
    const TomlNode* const node = root_.get(key);
    if (node == nullptr) return false;
    if (node->type != TomlNode::Type::kFlag) return unexpected(wrong(key, node->place));
    return node->flag;
  }
  [[nodiscard]] Result<std::vector<std::string>> texts(const char* key) const {
    std::vector<std::string> result;
    const TomlNode* const node = root_.get(key);
    if (node == nullptr) return result;
    if (node->type != TomlNode::Type::kList || node->items.size() > kVariableLimit) {
      return unexpected(wrong(key, node->place));
    }
    for (const TomlNode& item : node->items) {
      if (item.type != TomlNode::Type::kText) return unexpected(wrong(key, item.place));
      result.push_back(item.text);
    }
    return result;
  }
  [[nodiscard]] Error wrong(const char* key, const TomlPlace& place) const {
    return refusal(file_, place, text::format(_("'%s' has no usable value"), key));
  }
  [[nodiscard]] TomlPlace place(const char* key) const {
    const TomlNode* const node = root_.get(key);
    return node == nullptr ? TomlPlace() : node->place;
  }

 private:
  const TomlNode& root_;
  const std::string& file_;
};

bool is_variable(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  return equals != 0 && equals != std::string_view::npos && entry.find('\0') == std::string_view::npos;
}

}  // namespace

std::string format(const Toolbox& toolbox) {
  std::string text = "# A toolbox. 'hutch toolbox set' changes this file; changes by hand count at the next start.\n";
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) text += text::format("%s = %s\n", key, toml_quoted(value).c_str());
  };
  add("id", toolbox.id.str());
  add("image", toolbox.image);
  add("manifest", toolbox.manifest);
  add("profile", toolbox.profile.str());
  add("hostname", toolbox.hostname);
  add("shell", toolbox.shell);
  text += text::format("created = %lld\n", static_cast<long long>(toolbox.created));
  if (toolbox.has_init) text += "init = true\n";
  if (toolbox.has_own_id_only) text += "own-id-only = true\n";
  if (toolbox.environment.empty()) return text;
  text += "environment = [\n";
  for (const std::string& entry : toolbox.environment) text += "  " + toml_quoted(entry) + ",\n";
  return text + "]\n";
}

Result<Toolbox> parse_toolbox(std::string_view text, const std::string& file) {
  const TomlNode root = TRY(parse_toml(text, file, kFileLimit));
  const Reader reader(root, file);
  TRY(reader.refuse_unknown(
      {"id", "image", "manifest", "profile", "hostname", "shell", "created", "init", "own-id-only", "environment"}));
  Toolbox toolbox;
  const std::string id = TRY(reader.text("id"));
  toolbox.id = TRY_IN(file, InstanceId::parse(id));
  toolbox.image = TRY(reader.text("image"));
  toolbox.manifest = TRY(reader.text("manifest"));
  const std::string profile = TRY(reader.text("profile"));
  toolbox.profile = TRY_IN(file, ProfileName::parse(profile));
  toolbox.hostname = TRY(reader.text("hostname"));
  if (!toolbox.hostname.empty() && host_name_of(toolbox.hostname) != toolbox.hostname) {
    return unexpected(reader.wrong("hostname", reader.place("hostname")));
  }
  toolbox.shell = TRY(reader.text("shell"));
  if (!toolbox.shell.empty() && toolbox.shell.front() != '/') {
    return unexpected(reader.wrong("shell", reader.place("shell")));
  }
  toolbox.created = TRY(reader.number("created"));
  toolbox.has_init = TRY(reader.flag("init"));
  toolbox.has_own_id_only = TRY(reader.flag("own-id-only"));
  toolbox.environment = TRY(reader.texts("environment"));
  if (!std::all_of(toolbox.environment.begin(), toolbox.environment.end(), is_variable)) {
    return unexpected(reader.wrong("environment", reader.place("environment")));
  }
  return toolbox;
}

std::string host_name_of(std::string_view name) {
  constexpr std::size_t kLabelLimit = 63;  // RFC 1035
  std::string host;
  for (const char c : name.substr(0, kLabelLimit)) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    host += is_plain ? c : '-';
  }
  while (host.ends_with('-')) host.pop_back();
  while (host.starts_with('-')) host.erase(0, 1);
  return host.empty() ? "toolbox" : host;
}

}  // namespace hutch::toolbox
