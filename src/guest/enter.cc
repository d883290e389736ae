// enter: a command, or the login shell, as the toolbox's user.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/inode.h"
#include "base/text.h"
#include "core/guest/locale_names.h"
#include "guest/applets.h"
#include "guest/become.h"
#include "guest/files.h"
#include "guest/locales.h"
#include "guest/program.h"
#include "guest/say.h"
#include "guest/settings.h"
#include "os/file.h"

namespace hutch::guest {
namespace {

constexpr int kFailed = 125;  // ours, not the command's

struct Request {
  std::string user;  // "" for the toolbox's
  std::string directory;
  std::optional<Identity> identity;
  bool is_login = false;
  bool clears_groups = false;
  bool notices = false;
  bool detaches = false;
  std::vector<std::string> command;
};

std::optional<Identity> parse_identity(std::string_view text) {
  const auto parts = text::split(text, ':');
  if (parts.size() != 2) return std::nullopt;
  const auto device = text::parse_number(parts[0], ~0ULL);
  const auto inode = text::parse_number(parts[1], ~0ULL);
  if (!device || !inode) return std::nullopt;
  return Identity{.device = *device, .inode = *inode};
}

Result<Request> parse(const std::vector<std::string>& words) {
  Request request;
  std::size_t place = 0;
  const auto value = [&]() { return place + 1 < words.size() ? words[++place] : std::string(); };
  for (; place < words.size() && words[place] != "--"; ++place) {
    const std::string& word = words[place];
    if (word == "--user") {
      request.user = value();
    } else if (word == "--cwd") {
      request.directory = value();
    } else if (word == "--cwd-identity") {
      request.identity = parse_identity(value());
    } else if (word == "--login") {
      request.is_login = true;
    } else if (word == "--clear-groups") {
      request.clears_groups = true;
    } else if (word == "--detach") {
      request.detaches = true;
    } else if (word == "--notice") {
      request.notices = true;
    } else {
      return failure(ErrorKind::kUsage, text::format("unknown word '%s'", text::printable(word).c_str()));
    }
  }
  for (++place; place < words.size(); ++place) request.command.push_back(words[place]);
  return request;
}

Result<User> choose_user(const Request& request, const Settings& settings) {
  const auto passwd = TRY(read_text("/etc/passwd", kAccountsLimit));
  const std::string name = request.user.empty() ? settings.user : request.user;
  auto user = find_account(passwd.value_or(""), name);
  if (user && (name != settings.user || user->uid == settings.uid)) return user;
  if (name == settings.user) return default_user(settings);
  return user;
}

// The path only where it leads to the very directory it names outside: elsewhere it would be some other one.
bool go_to(const Request& request) {
  if (request.directory.empty() || !request.identity) return false;
  const auto directory = os::open_at(AT_FDCWD, request.directory.c_str(), O_PATH | O_DIRECTORY, 0, 0);
  struct stat status {};
  if (!directory || ::fstat(directory->get(), &status) != 0) return false;
  const Identity there{.device = status.st_dev, .inode = status.st_ino};
  return there == *request.identity && ::fchdir(directory->get()) == 0;
}

// One that was asked for by name, without an identity, is the toolbox's own and must be there.
Status enter_asked(const Request& request, Environment& environment) {
  if (::chdir(request.directory.c_str()) == 0) {
    set(environment, "PWD", request.directory);
    return {};
  }
  return unexpected(system_error(errno, text::format("'%s'", text::printable(request.directory).c_str())));
}

void choose_directory(const Request& request, const User& user, Environment& environment) {
  if (go_to(request)) return set(environment, "PWD", request.directory);
  const bool is_at_home = ::chdir(user.home.c_str()) == 0;
  if (!is_at_home && ::chdir("/") != 0) return;  // where it was started, then
  set(environment, "PWD", is_at_home ? user.home : "/");
  if (!request.notices || (request.directory.empty() && is_at_home)) return;
  const std::string& missing = request.directory.empty() ? user.home : request.directory;
  say(text::format("'%s' is not in this toolbox; the directory is '%s'", missing.c_str(),
                   is_at_home ? user.home.c_str() : "/"));
}

struct Command {
  std::string path;
  std::vector<std::string> words;
};

// "-bash": a login shell reads the profile (sh(1)). A busybox takes its applet's name from the same word.
Result<Command> login_shell(const Request& request, User& user) {
  auto shell = find_shell(user.shell);
  const bool is_busybox = !shell && is_program("/bin/busybox");
  if (!shell && !is_busybox) {
    return failure(ErrorKind::kNotFound, "this toolbox has no shell", "Give a command of the image.");
  }
  const std::string path = shell.value_or("/bin/busybox");
  if (request.notices && path != user.shell && !user.shell.empty()) {
    say(text::format("there is no '%s' in this toolbox; the shell is '%s'", user.shell.c_str(), path.c_str()));
  }
  user.shell = path;
  return Command{.path = path, .words = {is_busybox ? "-sh" : "-" + path.substr(path.rfind('/') + 1)}};
}

// A command behind the profile: the login shell becomes it, where that shell can read sh(1).
Result<Command> command_of_login(const Request& request, User user) {
  const std::string name = user.shell.substr(user.shell.rfind('/') + 1);
  if (!name.ends_with("sh") || name == "fish" || name.ends_with("csh")) user.shell = "/bin/sh";
  Command command = TRY(login_shell(request, user));
  command.words.insert(command.words.end(), {"-c", "exec \"$@\"", "hutch"});
  command.words.insert(command.words.end(), request.command.begin(), request.command.end());
  return command;
}

int report(const std::string& name, int error) {
  const std::string shown = text::printable(name);
  if (error == ENOENT) {
    say(text::format("'%s' needs an interpreter or loader that is not in this toolbox", shown.c_str()));
  } else if (error == ENOEXEC) {
    say(text::format("'%s' is not a program for this machine", shown.c_str()));
  } else {
    say(text::format("cannot execute '%s': %s", shown.c_str(), std::strerror(error)));
  }
  return kNotExecutable;
}

int run_command(const std::vector<std::string>& words, const Environment& environment) {
  const Program program = find_program(words[0], value_of(environment, "PATH"));
  if (program.path.empty()) {
    say(text::format("'%s' is not in this toolbox", text::printable(words[0]).c_str()));
    return kNotFound;
  }
  if (!program.is_executable) return report(program.path, EACCES);
  return report(program.path, execute(program.path, words, environment));
}

// A terminal of the toolbox belongs to who works on it: programs open it once more by its name.
void hand_over_terminals(const User& user) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::isatty(fd) != 0) (void)!::fchown(fd, user.uid, static_cast<gid_t>(-1));  // with one id it is theirs already
  }
}

// The caller is told at once; the command goes on as PID 1's, in a session of its own.
bool is_caller_s_part() {
  const pid_t child = ::fork();
  if (child == 0) (void)::setsid();  // cannot fail in a new process
  return child > 0;
}

int run(const Request& request, User user, Environment environment) {
  const bool is_direct = !request.command.empty() && !request.is_login;
  if (is_direct) return run_command(request.command, environment);
  auto command = request.command.empty() ? login_shell(request, user) : command_of_login(request, user);
  if (!command) {
    say(command.error());
    return kNotFound;
  }
  set(environment, "SHELL", user.shell);
  return report(command->path, execute(command->path, command->words, environment));
}

}  // namespace

int enter(const Call& call) {
  const auto fail = [](const Error& error) {
    say(error);
    return kFailed;
  };
  const auto request = parse(call.words);
  if (!request) return fail(request.error());
  const auto settings = read_settings();
  if (!settings) return fail(settings.error());
  const auto user = choose_user(*request, *settings);
  if (!user) return fail(user.error());
  hand_over_terminals(*user);
  const Groups groups = request->clears_groups ? Groups::kNone : Groups::kOfUser;
  if (const auto done = become(*user, groups, settings->is_single_uid); !done) return fail(done.error());
  Environment environment = call.environment;
  describe_user(environment, *user);
  const std::string search_path = complete_search_path(value_of(environment, "PATH"));
  set(environment, "PATH", search_path);
  keep_locales(environment, has_locale);
  const bool is_asked = !request->directory.empty() && !request->identity;
  if (is_asked) {
    if (const auto done = enter_asked(*request, environment); !done) return fail(done.error());
  } else {
    choose_directory(*request, *user, environment);
  }
  if (request->detaches && is_caller_s_part()) return 0;
  return run(*request, *user, std::move(environment));
}

}  // namespace hutch::guest
