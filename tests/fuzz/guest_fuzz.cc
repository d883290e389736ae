// Files of an image as hutch-guest reads and edits them: whatever the bytes, an edit comes to an end, does what it is
// for and, done again, changes nothing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string_view>

#include "base/text.h"
#include "core/guest/group.h"
#include "core/guest/locale_names.h"
#include "core/guest/passwd.h"
#include "core/guest/settings.h"
#include "core/guest/sudo_request.h"

namespace {

void require(bool holds, int line = __builtin_LINE()) {
  if (holds) return;
  (void)std::fprintf(stderr, "guest_fuzz.cc:%d does not hold\n", line);
  std::abort();
}

using namespace hutch;
using namespace hutch::guest;

void edit_accounts(std::string_view text, const Settings& settings) {
  const User user{.name = settings.user,
                  .uid = settings.uid,
                  .gid = settings.gid,
                  .full_name = settings.full_name,
                  .home = settings.home,
                  .shell = settings.shell};
  for (const bool has_shadow : {false, true}) {
    const std::string passwd = with_user(text, user, has_shadow);
    require(find_user(passwd, std::uint32_t{0}).has_value());
    if (user.uid != 0) require(find_user(passwd, user.uid)->name == user.name);
    require(with_user(passwd, user, has_shadow) == passwd);
  }
  const std::string shadow = with_locked_password(text, user.name);
  require(with_locked_password(shadow, user.name) == shadow);

  const std::string name = choose_group_name(text, settings);
  const std::string group = with_groups(text, settings, name);
  // As the next start has it: the name is chosen anew.
  require(with_groups(group, settings, choose_group_name(group, settings)) == group);
  const std::string gshadow = with_shadow_groups(text, settings, name);
  require(with_shadow_groups(gshadow, settings, name) == gshadow);
  const auto gids = groups_of(group, user.name, user.gid);
  require(gids.front() == user.gid && gids.size() <= kGroupsLimit);
  require(std::set<std::uint32_t>(gids.begin(), gids.end()).size() == gids.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto settings = parse_settings(bytes)) {
    const auto again = parse_settings(format_settings(*settings));
    require(again && *again == *settings);
    edit_accounts(bytes, *settings);
  }
  for (const std::uint32_t id : {0u, 1000u, 65534u}) {
    Settings settings;
    settings.user = id == 0 ? "root" : "user";
    settings.uid = settings.gid = id;
    settings.group = settings.user;
    settings.home = "/home/user";
    edit_accounts(bytes, settings);
  }
  std::vector<std::string> words;
  for (const std::string_view word : text::split(bytes, '\n')) words.emplace_back(word);
  if (const auto request = parse_sudo(words)) {
    (void)shell_line(request->command);
    Environment given = words;
    std::erase_if(given, [](const std::string& entry) { return entry.find('=') == entry.npos; });
    const Environment environment = sudo_environment(given, *request, {.name = "user", .uid = 1, .gid = 1}, {});
    require(std::ranges::all_of(environment, [](const std::string& entry) { return entry.find('=') != entry.npos; }));
  }
  if (const auto names = archive_names(bytes)) require(names->size <= kArchiveNamesLimit);
  (void)archive_has(bytes, "de_DE.utf8");
  (void)normal_locale(bytes);
  return 0;
}
