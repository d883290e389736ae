#include "core/compose/environment.h"

#include <algorithm>
#include <map>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/system.h"
#include "core/facts/environment.h"

namespace hutch::compose {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

constexpr const char* kSearchPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";

// Variables that make every program of the sandbox load code: a shipped profile has no business with them.
bool loads_code(std::string_view name) {
  const auto is = [&](const char* other) { return name == other; };
  return name.starts_with("LD_") || is("GCONV_PATH") || is("GLIBC_TUNABLES") || is("GIO_EXTRA_MODULES") ||
         is("GIO_MODULE_DIR") || is("GTK_MODULES") || is("GTK_PATH") || is("QT_PLUGIN_PATH") || is("PYTHONPATH") ||
         is("PYTHONHOME") || is("PERL5LIB") || is("PERL5OPT") || is("RUBYOPT") || is("NODE_OPTIONS") ||
         is("BASH_ENV") || is("ENV") || is("LOCPATH") || is("NLSPATH") || is("HOSTALIASES") || is("RESOLV_HOST_CONF");
}

bool is_name(std::string_view name) {
  return !name.empty() && name.find('=') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

void set(Variables& variables, std::string_view entry) {
  const std::size_t equals = entry.find('=');
  variables.insert_or_assign(std::string(entry.substr(0, equals)), std::string(entry.substr(equals + 1)));
}

Status apply_grant(Variables& variables, const profile::Grant& grant, const facts::Facts& facts) {
  if (!is_name(grant.name) || grant.access.find('\0') != std::string::npos) {
    return unexpected(Error{
        .kind = ErrorKind::kInvalid,
        .code = 0,
        .message = text::format(_("'%s' is no name of a variable"), text::printable(grant.name).c_str()),
        .context = {},
        .hint = {}}.in(cite(grant)));
  }
  if (grant.access == "unset") {
    variables.erase(grant.name);
    return {};
  }
  if (loads_code(grant.name) && grant.rank < profile::Rank::kUser) {
    return unexpected(Error{
        .kind = ErrorKind::kDenied,
        .code = 0,
        .message = text::format(_("'%s' makes every program load other code"), text::printable(grant.name).c_str()),
        .context = {},
        .hint = _("set it in a profile of your own or on the command line")}
                          .in(cite(grant)));
  }
  if (grant.access == "inherit") {
    const auto found = facts.environment.find(grant.name);
    if (found != facts.environment.end()) variables.insert_or_assign(grant.name, found->second);
    return {};
  }
  if (grant.access.starts_with("=")) variables.insert_or_assign(grant.name, grant.access.substr(1));
  return {};
}

void add_account(Variables& variables, const Scene& scene) {
  const facts::User& user = scene.facts.user;
  const auto is_visible = [&](const char* place) { return user.shell.is_below(HostPath::literal(place)); };
  variables["HOME"] = scene.place.home.str();
  variables["LOGNAME"] = user.name;
  variables["PATH"] = kSearchPath;
  variables["SHELL"] = is_visible("/bin") || is_visible("/usr") ? user.shell.str() : "/bin/sh";
  variables["USER"] = user.name;
  variables["XDG_RUNTIME_DIR"] = scene.place.runtime.str();
  variables["container"] = "hutch";  // systemd's container interface
}

// Toolkits that would otherwise wait for, or start, what is not there.
void add_toolkits(Variables& variables, const Scene& scene) {
  const profile::Profile& profile = scene.profile;
  if (!profile.all(profile::Kind::kPortal).empty()) variables["GTK_USE_PORTAL"] = "1";
  const auto& bus = profile.all(profile::Kind::kSessionBus);
  const bool has_dconf = std::any_of(bus.begin(), bus.end(), [](const profile::Grant* grant) {
    return grant->name == "ca.desrt.dconf" || grant->name == "*";
  });
  if (!has_dconf) variables["GSETTINGS_BACKEND"] = "keyfile";
  if (!profile.has(profile::Kind::kFeature, "a11y")) {
    variables["GTK_A11Y"] = "none";
    variables["NO_AT_BRIDGE"] = "1";
  }
  if (!profile.has(profile::Kind::kFeature, "ime")) return;
  variables["IBUS_USE_PORTAL"] = "1";
  for (const char* const name : {"GTK_IM_MODULE", "QT_IM_MODULE", "SDL_IM_MODULE", "XMODIFIERS"}) {
    const auto found = scene.facts.environment.find(name);
    if (found != scene.facts.environment.end()) variables[name] = found->second;
  }
}

}  // namespace

std::vector<std::string> wanted_variables(const profile::Profile& profile) {
  std::vector<std::string> names;
  for (const profile::Grant* const grant : profile.all(profile::Kind::kEnvironment)) {
    if (grant->access == "inherit" && is_name(grant->name)) names.push_back(grant->name);
  }
  if (profile.has(profile::Kind::kFeature, "ime")) {
    names.insert(names.end(), {"GTK_IM_MODULE", "QT_IM_MODULE", "SDL_IM_MODULE", "XMODIFIERS"});
  }
  return names;
}

Result<std::vector<std::string>> environment(const Scene& scene, const std::vector<std::string>& parts) {
  Variables variables;
  for (const auto& [name, value] : scene.facts.environment) {
    if (facts::is_inherited(name)) variables[name] = value;
  }
  add_account(variables, scene);
  add_toolkits(variables, scene);
  if (scene.launch.system) {
    variables.erase("SHELL");  // what there is inside is found out there
    for (const std::string& entry : system_environment(*scene.launch.system)) set(variables, entry);
  }
  for (const std::string& entry : parts) set(variables, entry);
  for (const profile::Grant* const grant : scene.profile.all(profile::Kind::kEnvironment)) {
    TRY(apply_grant(variables, *grant, scene.facts));
  }
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  return entries;
}

}  // namespace hutch::compose
