// Override layers as TOML text.
#include <algorithm>
#include <map>

#include "base/i18n.h"
#include "base/text.h"
#include "base/toml.h"
#include "core/profile/grammar.h"
#include "core/profile/parse.h"
#include "core/profile/precedence.h"

namespace hutch::profile {
namespace {

std::string remarks(const std::string& reason, bool locked) {
  std::string text;
  if (!reason.empty()) text += ", reason = " + toml_quoted(reason);
  if (locked) text += ", locked = true";
  return text;
}

// A string where that says it all, else a table.
std::string entry(std::string_view key, const std::string& name, const std::string& more) {
  return more.empty() ? toml_quoted(name) : "{ " + std::string(key) + " = " + toml_quoted(name) + more + " }";
}

const char* list_key(Kind kind) {
  switch (kind) {
    case Kind::kSocket:
      return "sockets";
    case Kind::kShare:
    case Kind::kNetwork:
      return "share";
    case Kind::kPublish:
      return "publish";
    case Kind::kDevice:
      return "devices";
    case Kind::kFile:
      return "files";
    case Kind::kPortal:
      return "portals";
    case Kind::kFeature:
      return "features";
    case Kind::kPersist:
      return "persist";
    case Kind::kEnvironment:
      return "env";
    case Kind::kLimit:
      return "limits";
    case Kind::kSessionBus:
    case Kind::kSystemBus:
      break;
  }
  return "";
}

// Table header -> key -> what stands behind "=", or the elements of a list.
struct Section {
  std::map<std::string, std::string> values;
  std::map<std::string, std::vector<std::string>> lists;
};
using Sections = std::map<std::string, Section>;

std::string bus_section(const char* parent, Kind kind) {
  return std::string(parent) + (kind == Kind::kSessionBus ? ".session-bus" : ".system-bus");
}

void add_variable(Sections& sections, const Grant& grant) {
  std::string what = grant.access + " = true";
  if (grant.access.starts_with('=')) what = "value = " + toml_quoted(grant.access.substr(1));
  sections["permissions.env"].values[grant.name] = "{ " + what + remarks(grant.reason, grant.locked) + " }";
}

void add(Sections& sections, const Grant& grant) {
  const std::string more = remarks(grant.reason, grant.locked);
  switch (grant.kind) {
    case Kind::kFile: {
      const std::string text = entry("path", grant.name, ", access = " + toml_quoted(grant.access) + more);
      sections["permissions"].lists["files"].push_back(text);
      break;
    }
    case Kind::kSessionBus:
    case Kind::kSystemBus: {
      auto& lists = sections[bus_section("permissions", grant.kind)].lists;
      if (is_call(grant)) {
        lists["call"].push_back(entry("name", grant.name, ", rule = " + toml_quoted(grant.access.substr(5)) + more));
      } else {
        lists[grant.access].push_back(entry("name", grant.name, more));
      }
      break;
    }
    case Kind::kNetwork:
      if (grant.access == "share") {
        sections["permissions"].lists["share"].push_back(entry("name", "network", more));
      } else {
        sections["permissions"].values["network"] = entry("mode", grant.access, more);
      }
      break;
    case Kind::kEnvironment:
      add_variable(sections, grant);
      break;
    case Kind::kLimit:
      sections["limits"].values[grant.name] = entry("value", grant.access, more);
      break;
    default:
      sections["permissions"].lists[list_key(grant.kind)].push_back(entry("name", grant.name, more));
  }
}

void add(Sections& sections, const Revoke& revoke) {
  const std::string more = remarks(revoke.reason, revoke.locked);
  const bool is_bus = revoke.kind == Kind::kSessionBus || revoke.kind == Kind::kSystemBus;
  if (is_bus) {
    sections[bus_section("revoke", revoke.kind)].lists["talk"].push_back(entry("name", revoke.name, more));
    return;
  }
  const bool is_file = revoke.kind == Kind::kFile;
  const std::string name = is_file ? write_path(revoke.name) : revoke.name;
  sections["revoke"].lists[list_key(revoke.kind)].push_back(entry(is_file ? "path" : "name", name, more));
}

std::string format_sections(const Layer& layer) {
  Sections sections;
  for (const Grant& grant : layer.grants) add(sections, grant);
  for (const Revoke& revoke : layer.revokes) add(sections, revoke);
  std::string text;
  for (auto& [name, section] : sections) {
    text += "\n[" + name + "]\n";
    for (const auto& [key, value] : section.values) text += key + " = " + value + "\n";
    for (auto& [key, list] : section.lists) {
      std::sort(list.begin(), list.end());
      text += key + " = [\n";
      for (const std::string& item : list) text += "  " + item + ",\n";
      text += "]\n";
    }
  }
  return text;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(toml_quoted(name));
  return "[" + text::join(quoted, ", ") + "]";
}

}  // namespace

std::string format_override(const Layer& layer) {
  std::string text = "schema = " + toml_quoted(layer.schema) + "\n";
  if (layer.app) text += "app-id = " + toml_quoted(layer.app->str()) + "\n";
  if (layer.open) text += "open = " + toml_quoted(*layer.open) + "\n";
  return text + format_sections(layer);
}

std::string format_profile(const Layer& layer) {
  std::string text = "schema = " + toml_quoted(layer.schema) + "\nid = " + toml_quoted(layer.id.str()) + "\n";
  if (layer.app) text += "app-id = " + toml_quoted(layer.app->str()) + "\n";
  if (!layer.title.empty()) text += "name = " + toml_quoted(layer.title) + "\n";
  if (!layer.description.empty()) text += "description = " + toml_quoted(layer.description) + "\n";
  std::vector<std::string> bases;
  for (const ProfileName& base : layer.extends) bases.push_back(base.str());
  if (!bases.empty()) text += "extends = " + quoted_list(bases) + "\n";
  std::vector<std::string> commands;
  for (const HostPath& command : layer.match.command) commands.push_back(command.str());
  if (!layer.match.desktop.empty()) text += "match.desktop = " + quoted_list(layer.match.desktop) + "\n";
  if (!commands.empty()) text += "match.command = " + quoted_list(commands) + "\n";
  if (!layer.data.empty()) text += "data = " + quoted_list(layer.data) + "\n";
  if (layer.open) text += "open = " + toml_quoted(*layer.open) + "\n";
  if (layer.not_run_here.value_or(false)) text += "not-run-here = true\n";
  return text + format_sections(layer);
}

}  // namespace hutch::profile
