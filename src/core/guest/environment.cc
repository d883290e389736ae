#include "core/guest/environment.h"

#include <algorithm>

#include "base/text.h"

namespace hutch::guest {
namespace {

bool is_named(std::string_view entry, std::string_view name) {
  return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
}

}  // namespace

std::string_view value_of(const Environment& environment, std::string_view name) {
  for (const std::string& entry : environment) {
    if (is_named(entry, name)) return std::string_view(entry).substr(name.size() + 1);
  }
  return {};
}

bool has(const Environment& environment, std::string_view name) {
  return std::any_of(environment.begin(), environment.end(),
                     [&](const std::string& entry) { return is_named(entry, name); });
}

void set(Environment& environment, std::string_view name, std::string_view value) {
  unset(environment, name);
  environment.push_back(std::string(name) + "=" + std::string(value));
}

void unset(Environment& environment, std::string_view name) {
  std::erase_if(environment, [&](const std::string& entry) { return is_named(entry, name); });
}

std::string complete_search_path(std::string_view path) {
  std::string result(path);
  const auto add = [&](std::string_view place) {
    const auto places = text::split(result, ':');
    if (std::find(places.begin(), places.end(), place) != places.end()) return;
    if (!result.empty()) result += ':';
    result += place;
  };
  for (const std::string_view place : text::split(kSearchPath, ':')) add(place);
  add(kProgramsPath);
  return result;
}

void describe_user(Environment& environment, const User& user) {
  set(environment, "HOME", user.home);
  set(environment, "USER", user.name);
  set(environment, "LOGNAME", user.name);
  set(environment, "SHELL", user.shell);
}

}  // namespace hutch::guest
