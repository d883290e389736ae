#include "host/keyfile.h"

#include <glib.h>

#include <algorithm>
#include <memory>

#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/launcher.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::size_t kFileLimit = 1u << 20;

struct Free {
  void operator()(GKeyFile* file) const { g_key_file_unref(file); }
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(char* text) const { g_free(text); }
  void operator()(char** list) const { g_strfreev(list); }
};

std::string take(char* text) {
  const std::unique_ptr<char, Free> owned(text);
  return text == nullptr ? std::string() : std::string(text);
}

std::string take_message(GError* error) {
  const std::unique_ptr<GError, Free> owned(error);
  return error == nullptr ? std::string() : text::printable(error->message);
}

// Ids come from other desktop files and from people: nothing that leads out of the directory.
bool is_entry_id(const std::string& id) {
  return !id.empty() && id.size() <= kPathNameLimit && id.front() != '.' &&
         std::ranges::none_of(id, [](char c) { return c == '/' || c == '\0'; });
}

std::string without_field_codes(std::string_view argument) {
  std::string result;
  for (std::size_t i = 0; i < argument.size(); ++i) {
    if (argument[i] != '%') {
      result += argument[i];
      continue;
    }
    ++i;
    if (i < argument.size() && argument[i] == '%') result += '%';
  }
  return result;
}

Result<DesktopFile> parse_entry(const std::string& id, const std::string& content, bool& is_hidden) {
  const std::unique_ptr<GKeyFile, Free> file(g_key_file_new());
  GError* error = nullptr;
  if (!g_key_file_load_from_data(file.get(), content.data(), content.size(), G_KEY_FILE_NONE, &error)) {
    return failure(ErrorKind::kInvalid, take_message(error));
  }
  constexpr const char* kGroup = G_KEY_FILE_DESKTOP_GROUP;
  const auto string_of = [&](const char* key) { return take(g_key_file_get_string(file.get(), kGroup, key, nullptr)); };
  is_hidden = g_key_file_get_boolean(file.get(), kGroup, G_KEY_FILE_DESKTOP_KEY_HIDDEN, nullptr) != FALSE;
  DesktopFile entry;
  entry.id = id;
  entry.name = take(g_key_file_get_locale_string(file.get(), kGroup, G_KEY_FILE_DESKTOP_KEY_NAME, nullptr, nullptr));
  entry.icon = string_of(G_KEY_FILE_DESKTOP_KEY_ICON);
  entry.startup_window_class = string_of(G_KEY_FILE_DESKTOP_KEY_STARTUP_WM_CLASS);
  entry.is_bus_activatable =
      g_key_file_get_boolean(file.get(), kGroup, G_KEY_FILE_DESKTOP_KEY_DBUS_ACTIVATABLE, nullptr) != FALSE;
  entry.wants_terminal = g_key_file_get_boolean(file.get(), kGroup, G_KEY_FILE_DESKTOP_KEY_TERMINAL, nullptr) != FALSE;
  entry.is_shown = g_key_file_get_boolean(file.get(), kGroup, G_KEY_FILE_DESKTOP_KEY_NO_DISPLAY, nullptr) == FALSE;
  entry.snap = string_of("X-SnapInstanceName");
  entry.flatpak = string_of("X-Flatpak");
  entry.is_exported = g_key_file_has_key(file.get(), kGroup, desktop::kOwnKey, nullptr) != FALSE;
  const std::string categories = string_of(G_KEY_FILE_DESKTOP_KEY_CATEGORIES);
  for (const std::string_view category : text::split(categories, ';')) {
    if (!category.empty()) entry.categories.emplace_back(category);
  }
  const std::string exec = string_of(G_KEY_FILE_DESKTOP_KEY_EXEC);
  if (!exec.empty()) entry.command = TRY(split_exec(exec));
  return entry;
}

}  // namespace

Result<std::vector<std::string>> split_exec(const std::string& exec) {
  int count = 0;
  char** arguments = nullptr;
  GError* error = nullptr;
  if (!g_shell_parse_argv(exec.c_str(), &count, &arguments, &error)) {
    return failure(ErrorKind::kInvalid, text::format(_("cannot read the command '%s': %s"),
                                                     text::printable(exec).c_str(), take_message(error).c_str()));
  }
  const std::unique_ptr<char*, Free> owned(arguments);
  std::vector<std::string> result;
  for (int i = 0; i < count; ++i) {
    const std::string_view argument = arguments[i];
    std::string plain = without_field_codes(argument);
    if (!plain.empty() || argument.empty()) result.push_back(std::move(plain));
  }
  return result;
}

Result<std::optional<DesktopFile>> read_desktop_entry(const std::string& id,
                                                      const std::vector<HostPath>& data_directories) {
  if (!is_entry_id(id)) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("'%s' is not a desktop entry's id"), text::printable(id).c_str()));
  }
  for (const HostPath& directory : data_directories) {
    const HostPath path = TRY((directory / "applications").join(id + ".desktop"));
    if (!os::exists(path)) continue;
    const std::string context = text::format(_("cannot read '%s'"), text::printable(path.str()).c_str());
    const std::string content = TRY_IN(context, os::read_file(path, kFileLimit));
    bool is_hidden = false;
    DesktopFile entry = TRY_IN(context, parse_entry(id, content, is_hidden));
    if (entry.is_exported) continue;
    if (is_hidden) return std::optional<DesktopFile>();
    return std::optional(std::move(entry));
  }
  return std::optional<DesktopFile>();
}

}  // namespace hutch::host
