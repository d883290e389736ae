#include "core/guest/group.h"
#include "core/guest/passwd.h"
#include "guest/files.h"
#include "guest/program.h"
#include "guest/settings.h"
#include "guest/setup_parts.h"

namespace hutch::guest {
namespace {

// The host's shell or the next best, unless another one was chosen inside (chsh(1)).
std::string choose_shell(Work& work, std::string_view passwd) {
  const auto present = find_user(passwd, work.settings.user);
  const bool is_chosen_inside = present && present->uid == work.settings.uid && !work.is_first() &&
                                present->shell != work.before.value("shell") && is_program(present->shell.c_str());
  if (is_chosen_inside) return present->shell;
  std::string shell = find_shell(work.settings.shell).value_or("/bin/sh");
  (void)work.changes("shell", shell);  // only noted: the entry is compared as a whole
  return shell;
}

template <class Edit>
Status edit_if_there(const char* path, const Edit& edit) {
  const auto text = TRY(read_text(path, kAccountsLimit));
  if (!text) return {};
  const std::string edited = edit(*text);
  return edited == *text ? Status() : replace_text(path, edited, 0640, os::Lasting::kPowerCut);
}

}  // namespace

Status make_user(Work& work) {
  const Settings& settings = work.settings;
  const auto passwd = TRY(read_text("/etc/passwd", kAccountsLimit));
  const auto group = TRY(read_text("/etc/group", kAccountsLimit));
  User user = default_user(settings);
  user.shell = choose_shell(work, passwd.value_or(""));
  const std::string group_name = choose_group_name(group.value_or(""), settings);

  const std::string groups = with_groups(group.value_or(""), settings, group_name);
  if (group != groups) TRY(replace_text("/etc/group", groups, 0644, os::Lasting::kPowerCut));
  const std::string users = with_user(passwd.value_or(""), user, is_there("/etc/shadow"));
  if (passwd != users) TRY(replace_text("/etc/passwd", users, 0644, os::Lasting::kPowerCut));

  Work::tolerate(
      edit_if_there("/etc/shadow", [&](const std::string& text) { return with_locked_password(text, settings.user); }));
  Work::tolerate(edit_if_there(
      "/etc/gshadow", [&](const std::string& text) { return with_shadow_groups(text, settings, group_name); }));
  return {};
}

}  // namespace hutch::guest
