// sudo: the shim for images without one. It is for root and the toolbox's user, who may do everything here, without a
// password; root inside is root only inside.
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "base/text.h"
#include "core/guest/group.h"
#include "core/guest/sudo_request.h"
#include "guest/applets.h"
#include "guest/become.h"
#include "guest/files.h"
#include "guest/program.h"
#include "guest/say.h"
#include "guest/settings.h"

namespace hutch::guest {
namespace {

constexpr int kFailed = 1;  // sudo(8), EXIT VALUE, also for a command that is not there
constexpr const char* kUsage =
    "usage: sudo [-EHknPS] [-u user] [-g group] [-D directory] [VAR=value]... [-i | -s] [command [argument]...]\n"
    "       sudo -l [command] | -v | -k | -V | -h\n"
    "This is hutch's small stand-in; it makes way for the image's own sudo as soon as there is one.\n";

int fail(std::string_view text) {
  say("sudo", text);
  return kFailed;
}

Result<SudoCaller> identify(const Settings& settings, std::string_view passwd) {
  const std::uint32_t uid = ::getuid();
  SudoCaller caller{.name = std::to_string(uid), .uid = uid, .gid = ::getgid()};
  if (const auto user = find_user(passwd, uid)) caller.name = user->name;
  if (uid == 0 || uid == settings.uid) return caller;
  return failure(ErrorKind::kDenied, text::format("'%s' may not use sudo in this toolbox", caller.name.c_str()));
}

Result<User> choose_target(const SudoRequest& request, const SudoCaller& caller, std::string_view passwd) {
  const bool stays = request.user.empty() && !request.group.empty();
  const std::string root = "root";
  User target = TRY(find_account(passwd, !request.user.empty() ? request.user : stays ? caller.name : root));
  if (request.group.empty()) return target;
  const auto group = TRY(read_text("/etc/group", kAccountsLimit));
  const std::string_view name = request.group;
  auto gid = find_group(group.value_or(""), name);
  if (!gid) gid = id_in(name.starts_with('#') ? name.substr(1) : name);
  if (!gid) return failure(ErrorKind::kNotFound, text::format("unknown group '%s'", text::printable(name).c_str()));
  target.gid = *gid;
  return target;
}

// argv and the file to execute, "" when there is none.
struct Command {
  std::string path;
  std::vector<std::string> words;
};

Command choose_command(const SudoRequest& request, const User& target, const Environment& environment,
                       std::string_view caller_shell) {
  if (!request.is_login && !request.is_shell) {
    const Program program = find_program(request.command[0], value_of(environment, "PATH"));
    return {.path = program.is_executable ? program.path : "", .words = request.command};
  }
  const std::string wanted = request.is_shell && !caller_shell.empty() ? std::string(caller_shell) : target.shell;
  const std::string path = find_shell(wanted).value_or("");
  std::vector<std::string> words = {(request.is_login ? "-" : "") + path.substr(path.rfind('/') + 1)};
  if (!request.command.empty()) {
    words.emplace_back("-c");
    words.push_back(shell_line(request.command));
  }
  return {.path = path, .words = std::move(words)};
}

int run(const SudoRequest& request, const Call& call, const Settings& settings, const std::string& passwd) {
  const auto caller = identify(settings, passwd);
  if (!caller) return fail(caller.error().describe());
  if (request.act == SudoRequest::Act::kNothing) return 0;
  if (request.act == SudoRequest::Act::kList && request.command.empty()) {
    print(text::format("User %s may run the following commands in this toolbox:\n    (ALL : ALL) NOPASSWD: ALL\n",
                       caller->name.c_str()));
    return 0;
  }
  const auto target = choose_target(request, *caller, passwd);
  if (!target) return fail(target.error().describe());
  const Groups groups = request.keeps_groups ? Groups::kKept : Groups::kOfUser;
  if (const auto done = become(*target, groups, settings.is_single_uid); !done) return fail(done.error().describe());

  Environment environment = sudo_environment(call.environment, request, *caller, *target);
  const std::string directory = !request.directory.empty() ? request.directory : request.is_login ? target->home : "";
  if (!directory.empty() && ::chdir(directory.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    const std::string text = text::format("cannot change to '%s': %s", directory.c_str(), reason.c_str());
    if (!request.directory.empty()) return fail(text);
    say("sudo", text);
  }
  const Command command = choose_command(request, *target, environment, value_of(call.environment, "SHELL"));
  if (command.path.empty()) {
    return fail(text::format("%s: command not found", command.words[0].c_str()));
  }
  if (request.act == SudoRequest::Act::kList) {
    print(command.path + "\n");
    return 0;
  }
  std::string whole = command.path;
  for (std::size_t index = 1; index < command.words.size(); ++index) whole += " " + command.words[index];
  set(environment, "SUDO_COMMAND", whole);
  (void)::umask(::umask(0) | 022);
  (void)::syscall(SYS_close_range, 3u, ~0u, 0u);  // as sudo does (closefrom); what the kernel lacks stays open
  const int error = execute(command.path, command.words, environment);
  return fail(text::format("unable to execute %s: %s", command.path.c_str(), std::strerror(error)));
}

}  // namespace

int sudo(const Call& call) {
  const auto request = parse_sudo(call.words);
  if (!request) {
    say("sudo", request.error().describe());
    print(kUsage);
    return kFailed;
  }
  if (request->act == SudoRequest::Act::kHelp || request->act == SudoRequest::Act::kVersion) {
    print(request->act == SudoRequest::Act::kHelp ? kUsage : "sudo of hutch\n");
    return 0;
  }
  if (::geteuid() != 0)
    return fail("this file must belong to root and be setuid; the toolbox's next start makes it so");
  const auto settings = read_settings();
  if (!settings) return fail(settings.error().describe());
  const auto passwd = read_text("/etc/passwd", kAccountsLimit);
  if (!passwd) return fail(passwd.error().describe());
  return run(*request, call, *settings, passwd->value_or(""));
}

}  // namespace hutch::guest
