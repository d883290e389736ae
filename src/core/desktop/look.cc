// How the user's desktop looks, for programs that cannot see the user's home.
//
// Everything is put below /run/host, which is on the sealed root: the private home is the program's to write, so a
// mount point there could be replaced by a symlink, and the launcher would then rightly refuse to start it again.
// Programs find it by the search paths of the XDG base directories, by XCURSOR_PATH and by a fontconfig file that
// includes the system's own.
#include "base/text.h"
#include "core/desktop/desktop.h"
#include "core/desktop/display.h"
#include "core/desktop/host_file.h"
#include "core/desktop/look_files.h"

namespace hutch::desktop {
namespace {

constexpr const char* kUserData = "/run/host/user-share";     // $XDG_DATA_HOME/{fonts,icons,themes}
constexpr const char* kUserDots = "/run/host/user-dots";      // ~/.{fonts,icons,themes}
constexpr const char* kUserConfig = "/run/host/user-config";  // single files of $XDG_CONFIG_HOME
constexpr const char* kFonts = "/run/host/fonts.conf";

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else
      escaped += c;
  }
  return escaped;
}

std::string font_configuration(const std::vector<BoxPath>& directories, bool has_user_file) {
  std::string text =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">\n<fontconfig>\n";
  text += "  <include ignore_missing=\"yes\">/etc/fonts/fonts.conf</include>\n";
  for (const BoxPath& directory : directories) text += "  <dir>" + escape_xml(directory.str()) + "</dir>\n";
  if (has_user_file) {
    text += "  <include ignore_missing=\"yes\">" + std::string(kUserConfig) + "/fontconfig/fonts.conf</include>\n";
  }
  return text + "</fontconfig>\n";
}

std::string data_directories(const facts::Facts& facts, bool has_data, bool has_dots) {
  std::vector<std::string> parts;
  if (has_data) parts.emplace_back(kUserData);
  if (has_dots) parts.emplace_back(kUserDots);
  const std::size_t own = parts.size();
  for (const HostPath& path : facts.directories.data_search) {
    if (path.is_below(HostPath::literal("/usr"))) parts.push_back(path.str());
  }
  if (parts.size() == own) parts.insert(parts.end(), {"/usr/local/share", "/usr/share"});
  return text::join(parts, ":");
}

}  // namespace

std::vector<LookFile> look_files(const facts::Facts& facts) {
  std::vector<LookFile> files;
  const HostPath& data = facts.directories.data;
  const HostPath& config = facts.directories.config;
  for (const char* const name : {"fonts", "icons", "themes"}) {
    files.push_back({.host = data / name, .box = BoxPath::literal(kUserData) / name});
    files.push_back({.host = facts.user.home / (std::string(".") + name), .box = BoxPath::literal(kUserDots) / name});
  }
  for (const char* const name :
       {"fontconfig/fonts.conf", "gtk-3.0/settings.ini", "gtk-4.0/settings.ini", "kdeglobals"}) {
    files.push_back({.host = config / name, .box = BoxPath::literal(kUserConfig) / name});
  }
  return files;
}

Result<Part> look(const profile::Profile& profile, const facts::Facts& facts, const Place& place) {
  Part part;
  const Display display = display_of(profile, facts);
  bool has_data = false;
  bool has_dots = false;
  bool has_config = false;
  bool has_fonts_file = false;
  std::vector<BoxPath> fonts;
  for (const LookFile& file : look_files(facts)) {
    if (!display.wants_any) break;
    auto bind = bind_of(facts, file.host, file.box, plan::BindAccess::kReadOnly);
    if (!bind) continue;
    bind->executable = false;
    has_data = has_data || file.box.is_below(BoxPath::literal(kUserData));
    has_dots = has_dots || file.box.is_below(BoxPath::literal(kUserDots));
    has_config = has_config || file.box.is_below(BoxPath::literal(kUserConfig));
    has_fonts_file = has_fonts_file || file.box.name() == "fonts.conf";
    if (file.box.name() == "fonts") fonts.push_back(file.box);
    part.steps.emplace_back(std::move(*bind));
  }
  part.environment.push_back("XDG_DATA_DIRS=" + data_directories(facts, has_data, has_dots));
  part.environment.push_back(has_config ? "XDG_CONFIG_DIRS=" + std::string(kUserConfig) + ":/etc/xdg"
                                        : "XDG_CONFIG_DIRS=/etc/xdg");
  if (has_data || has_dots) {
    const std::string own = (place.home / ".local/share/icons").str() + ":" + (place.home / ".icons").str();
    part.environment.push_back("XCURSOR_PATH=" + own + ":" + kUserData + "/icons:" + kUserDots +
                               "/icons:/usr/local/share/icons:/usr/share/icons:/usr/share/pixmaps");
  }
  if (!fonts.empty() || has_fonts_file) {
    part.steps.emplace_back(plan::File{
        .target = BoxPath::literal(kFonts), .content = font_configuration(fonts, has_fonts_file), .mode = 0444});
    part.environment.push_back("FONTCONFIG_FILE=" + std::string(kFonts));
  }
  return part;
}

}  // namespace hutch::desktop
