#include "host/program_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/launcher.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr const char* kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

// realpath(3); absent when a part is missing or forbidden, errno is kept.
std::optional<HostPath> real_path(const std::string& text) {
  std::array<char, PATH_MAX> buffer{};
  if (::realpath(text.c_str(), buffer.data()) == nullptr) return std::nullopt;
  auto path = HostPath::parse(buffer.data());
  if (!path) return std::nullopt;
  return std::move(*path);
}

Error cannot_run(const std::string& text, int code) {
  const bool is_missing = code == ENOENT || code == ENOTDIR;
  return Error{.kind = is_missing ? ErrorKind::kNotFound : ErrorKind::kNotRunnable,
               .code = code,
               .message = text::format(_("cannot run '%s'"), text::printable(text).c_str()),
               .context = {},
               .hint = {}};
}

// Whether nobody but root can change the file behind `status`.
bool is_roots_alone(const struct stat& status) {
  const bool is_group_safe = (status.st_mode & S_IWGRP) == 0 || status.st_gid == 0;
  return status.st_uid == 0 && is_group_safe && (status.st_mode & S_IWOTH) == 0;
}

// The first kilobytes of a script; empty for anything else.
std::string script_head(const HostPath& path) {
  constexpr std::size_t kHead = 4096;
  const auto file = os::open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) return {};
  std::string head(kHead, '\0');
  const ssize_t count = ::read(file->get(), head.data(), head.size());
  head.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return head.starts_with("#!") ? head : std::string();
}

}  // namespace

Result<ProgramFile> find_path(const std::string& text) {
  const std::size_t slash = text.rfind('/');
  if (text.empty() || text.find('\0') != std::string::npos) return unexpected(cannot_run(text, ENOENT));
  struct stat status {};
  if (::stat(text.c_str(), &status) != 0) return unexpected(cannot_run(text, errno));
  if (!S_ISREG(status.st_mode)) return unexpected(cannot_run(text, S_ISDIR(status.st_mode) ? EISDIR : EACCES));
  if (::access(text.c_str(), X_OK) != 0) return unexpected(cannot_run(text, errno));
  const auto real = real_path(text);
  const auto directory = real_path(slash == std::string::npos ? "." : text.substr(0, slash + 1));
  if (!real || !directory) return unexpected(cannot_run(text, errno));
  const auto straight = directory->join(slash == std::string::npos ? text : text.substr(slash + 1));
  const auto typed = HostPath::parse(text);  // /bin/sh stays /bin/sh
  if (!straight) return unexpected(cannot_run(text, ENOENT));
  ProgramFile program{.path = typed ? *typed : *straight, .real = *real, .is_roots = is_roots_alone(status)};
  for (const HostPath& name : {program.path, *straight, *real}) {
    if (std::find(program.names.begin(), program.names.end(), name) == program.names.end()) {
      program.names.push_back(name);
    }
  }
  return program;
}

bool is_shim(const ProgramFile& program) {
  return !program.is_roots && script_head(program.real).starts_with(desktop::kShimHead);
}

std::optional<ProgramFile> first_in_path(const std::string& name) {
  const char* const path = ::getenv("PATH");
  for (const std::string_view directory : text::split(path == nullptr ? kDefaultPath : path, ':')) {
    auto program = find_path(std::string(directory) + "/" + name);
    if (program) return std::move(*program);
  }
  return std::nullopt;
}

Result<ProgramFile> find_command(const std::string& name) {
  const char* const path = ::getenv("PATH");
  std::optional<Error> refusal;
  for (const std::string_view directory : text::split(path == nullptr ? kDefaultPath : path, ':')) {
    if (!directory.starts_with('/') || name.empty() || name.find('/') != std::string::npos) continue;
    auto program = find_path(std::string(directory) + "/" + name);
    if (program && is_shim(*program)) continue;
    if (program) return program;
    if (program.error().kind != ErrorKind::kNotFound && !refusal) refusal = std::move(program).error();
  }
  if (refusal) return unexpected(std::move(*refusal));
  return unexpected(cannot_run(name, ENOENT));
}

Result<ProgramFile> find_program_file(const std::string& text) {
  return text.find('/') == std::string::npos ? find_command(text) : find_path(text);
}

bool is_appimage(const HostPath& program) {
  if (program.is_below(HostPath::literal("/usr")) || program.is_below(HostPath::literal("/bin"))) return false;
  const auto file = os::open_path(program, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  std::array<char, 11> head{};
  if (!file || ::read(file->get(), head.data(), head.size()) != static_cast<ssize_t>(head.size())) return false;
  const std::string_view bytes(head.data(), head.size());
  return bytes.starts_with(
             "\x7f"
             "ELF") &&
         bytes.substr(8, 2) == "AI" && (bytes[10] == 1 || bytes[10] == 2);
}

Error snap_refusal(const std::string& shown, const std::string& snap) {
  const std::string name = text::printable(snap);
  return Error{.kind = ErrorKind::kNotRunnable,
               .code = 0,
               .message = text::format(_("'%s' starts the snap '%s', which has a sandbox of its own"),
                                       text::printable(shown).c_str(), name.c_str()),
               .context = {},
               .hint = text::format(_("start it with 'snap run %s'; 'snap connections %s' shows what it may reach"),
                                    name.c_str(), name.c_str())};
}

Error flatpak_refusal(const std::string& shown, const std::string& app) {
  const std::string name = text::printable(app);
  return Error{.kind = ErrorKind::kNotRunnable,
               .code = 0,
               .message = text::format(_("'%s' starts the Flatpak '%s', which has a sandbox of its own"),
                                       text::printable(shown).c_str(), name.c_str()),
               .context = {},
               .hint = text::format(_("start it with 'flatpak run %s'; 'flatpak info --show-permissions %s' shows what "
                                      "it may do"),
                                    name.c_str(), name.c_str())};
}

namespace {

// The word behind `mark` in a script; "snap" or an app's name at least.
std::string word_behind(const std::string& script, std::string_view mark, std::string_view otherwise) {
  std::size_t begin = script.find(mark);
  if (begin == std::string::npos) return std::string(otherwise);
  begin += mark.size();
  while (script.compare(begin, 2, " -") == 0) begin = std::min(script.find(' ', begin + 1), script.size());
  begin = std::min(script.find_first_not_of(' ', begin), script.size());
  const std::size_t end = script.find_first_of(" \t\n\"'@", begin);
  const std::string word = script.substr(begin, end == std::string::npos ? end : end - begin);
  return word.empty() ? std::string(otherwise) : word;
}

}  // namespace

std::optional<Error> wrapper_refusal(const ProgramFile& program) {
  const std::string& real = program.real.str();
  const std::string& path = program.path.str();
  const std::string name(program.path.name());
  const bool is_snap = path.starts_with("/snap/") || real == "/usr/bin/snap" || real.starts_with("/var/lib/snapd/");
  const bool is_flatpak = path.find("/flatpak/exports/bin/") != std::string::npos;
  if (is_snap) return snap_refusal(path, name);
  if (is_flatpak) return flatpak_refusal(path, name);
  const std::string script = script_head(program.real);
  if (script.find("/snap/bin/") != std::string::npos) {
    return snap_refusal(path, word_behind(script, "/snap/bin/", name));
  }
  if (script.find("flatpak run") != std::string::npos) {
    return flatpak_refusal(path, word_behind(script, "flatpak run", name));
  }
  return std::nullopt;
}

}  // namespace hutch::host
