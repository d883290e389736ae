#include "core/guest/settings.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"

namespace hutch::guest {
namespace {

bool is_control(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == 0x7F;
}

bool is_word_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || more.find(character) != std::string_view::npos;
  });
}

bool is_hostname(std::string_view text) {
  constexpr std::size_t kHostnameLimit = 64;  // HOST_NAME_MAX
  return !text.empty() && text.size() <= kHostnameLimit && text.front() != '-' && is_word_of(text, ".-");
}

bool is_timezone(std::string_view text) {
  constexpr std::size_t kTimezoneLimit = 255;
  return !text.empty() && text.size() <= kTimezoneLimit && text.front() != '/' && is_word_of(text, "/_+-");
}

bool is_machine_id(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_path(std::string_view text) {
  return BoxPath::parse(text).has_value() && text.find(':') == std::string_view::npos &&
         std::none_of(text.begin(), text.end(), is_control);
}

std::string in_a_column(std::string_view text) {
  std::string result(text);
  std::erase_if(result, [](char character) { return character == ':' || is_control(character); });
  return result;
}

struct Known {
  bool user = false;
  bool uid = false;
  bool gid = false;
  bool home = false;
};

void take_text(Settings& settings, Known& known, std::string_view key, std::string_view value) {
  if (key == "user") {
    settings.user = value;
    known.user = is_account_name(value);
  }
  if (key == "home") {
    settings.home = value;
    known.home = is_path(value);
  }
  if (key == "group" && is_account_name(value)) settings.group = value;
  if (key == "full-name") settings.full_name = in_a_column(value);
  if (key == "shell" && is_path(value)) settings.shell = value;
  if (key == "hostname" && is_hostname(value)) settings.hostname = value;
  if (key == "timezone" && is_timezone(value)) settings.timezone = value;
  if (key == "machine-id" && is_machine_id(value)) settings.machine_id = value;
  if (key == "marker") settings.has_marker = value != "no";
  if (key == "single-uid") settings.is_single_uid = value == "yes";
}

void take_number(Settings& settings, Known& known, std::string_view key, std::string_view value) {
  if (key != "uid" && key != "gid") return;
  const auto number = text::parse_number(value, kIdLimit);
  (key == "uid" ? known.uid : known.gid) = number.has_value();
  (key == "uid" ? settings.uid : settings.gid) = static_cast<std::uint32_t>(number.value_or(0));
}

}  // namespace

bool is_account_name(std::string_view name) {
  constexpr std::size_t kNameLimit = 255;  // LOGIN_NAME_MAX without the NUL
  if (name.empty() || name.size() > kNameLimit) return false;
  if (std::string_view("-+~#").find(name.front()) != std::string_view::npos) return false;
  return name.find_first_of(":,/ ") == std::string_view::npos && std::none_of(name.begin(), name.end(), is_control);
}

Result<Settings> parse_settings(std::string_view text) {
  Settings settings;
  Known known;
  for (const std::string_view line : text::split(text, '\n')) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, blank);
    const std::string_view value = line.substr(blank + 1);
    take_text(settings, known, key, value);
    take_number(settings, known, key, value);
  }
  if (!known.user || !known.uid || !known.gid || !known.home) {
    return failure(ErrorKind::kInvalid, text::format("'%s' does not say who the user is", kSettingsPath));
  }
  if (settings.group.empty()) settings.group = settings.user;
  return settings;
}

std::string format_settings(const Settings& settings) {
  std::string result = "user " + settings.user + "\n" + "uid " + std::to_string(settings.uid) + "\n" + "gid " +
                       std::to_string(settings.gid) + "\n" + "group " + settings.group + "\n" + "home " +
                       settings.home + "\n";
  const auto say = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    result += std::string(key) + " " + in_a_column(value) + "\n";
  };
  say("full-name", settings.full_name);
  say("shell", settings.shell);
  say("hostname", settings.hostname);
  say("timezone", settings.timezone);
  say("machine-id", settings.machine_id);
  say("marker", settings.has_marker ? "yes" : "no");
  say("single-uid", settings.is_single_uid ? "yes" : "no");
  return result;
}

}  // namespace hutch::guest
