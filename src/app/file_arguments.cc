#include "app/file_arguments.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::app {
namespace {

bool has_screen(const profile::Profile& profile) {
  const auto shows = [&](const char* socket) { return profile.has(profile::Kind::kSocket, socket); };
  return shows("wayland") || shows("x11") || shows("fallback-x11");
}

std::optional<HostPath> real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
  if (!real) return std::nullopt;
  auto parsed = HostPath::parse(real.get());
  return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The path of a file:// URI of this host (RFC 8089); absent for anything else, also for escapes that make no sense.
std::optional<std::string> path_of_uri(std::string_view text) {
  constexpr std::string_view kScheme = "file://";
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  if (text.starts_with("localhost/")) text.remove_prefix(std::string_view("localhost").size());
  std::string path;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '%') {
      path += text[index];
      continue;
    }
    if (index + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[index + 1]);
    const int low = hex_digit(text[index + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    path += static_cast<char>(high * 16 + low);
    index += 2;
  }
  return path;
}

// ".." taken out by text alone: what the caller named, whatever symlinks make of it.
std::optional<HostPath> by_text(const std::string& absolute) {
  HostPath path;
  for (const std::string_view part : text::split(absolute, '/')) {
    if (part == "..") {
      path = path.parent();
      continue;
    }
    auto next = path.join(part);
    if (!next) return std::nullopt;
    path = std::move(*next);
  }
  return path;
}

// The regular file an argument names, seen from `directory`; index and access are the caller's to set.
std::optional<profile::FileArgument> file_of(const std::string& argument, const HostPath& directory) {
  if (argument.empty() || argument.front() == '-' || argument.size() > kPathLimit) return std::nullopt;
  std::string path = path_of_uri(argument).value_or(argument);
  if (!path.starts_with('/')) path = directory.str() + "/" + path;
  auto real = real_path(path);
  auto named = by_text(path);
  struct stat status {};
  if (!real || !named || ::stat(real->c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return profile::FileArgument{.index = 0, .file = std::move(*real), .named = std::move(*named)};
}

struct BindArgument {
  std::string text;
  bool is_writable = false;
};

BindArgument read_bind_argument(const std::string& text) {
  for (const auto& [suffix, is_writable] : {std::pair{":rw", true}, std::pair{":ro", false}}) {
    if (text.ends_with(suffix)) return {.text = text.substr(0, text.size() - 3), .is_writable = is_writable};
  }
  return {.text = text, .is_writable = false};
}

}  // namespace

Result<HostPath> working_directory(const profile::Request& request) {
  if (request.directory) {
    const auto real = real_path(*request.directory);
    struct stat status {};
    if (real && ::stat(real->c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return *real;
    return failure(ErrorKind::kUsage,
                   text::format(_("--cwd '%s' is no directory"), text::printable(*request.directory).c_str()));
  }
  std::array<char, PATH_MAX> buffer{};
  if (::getcwd(buffer.data(), buffer.size()) == nullptr) return HostPath();
  auto path = HostPath::parse(buffer.data());  // a deleted directory is "(unreachable)...", getcwd(3)
  return path ? std::move(*path) : HostPath();
}

Result<std::vector<profile::FileArgument>> file_arguments(const profile::Request& request,
                                                          const std::vector<std::string>& bind_arguments,
                                                          const profile::Profile& profile, const HostPath& directory) {
  std::vector<profile::FileArgument> files;
  if (has_screen(profile)) {
    for (std::size_t index = 0; index < request.arguments.size(); ++index) {
      auto file = file_of(request.arguments[index], directory);
      if (!file) continue;
      file->index = static_cast<std::uint32_t>(index);
      file->is_writable = profile.open == "rw";
      files.push_back(std::move(*file));
    }
  }
  for (const std::string& text : bind_arguments) {
    const BindArgument bind = read_bind_argument(text);
    auto file = file_of(bind.text, directory);
    if (!file) {
      return failure(ErrorKind::kUsage,
                     text::format(_("--bind-arg '%s' is no regular file"), text::printable(bind.text).c_str()));
    }
    // One that is no argument of its own, as in --input=FILE, gets the index behind the last: it is only made visible.
    const auto place = std::find(request.arguments.begin(), request.arguments.end(), bind.text);
    const auto index = static_cast<std::uint32_t>(place - request.arguments.begin());
    const bool is_argument = place != request.arguments.end();
    std::erase_if(files, [&](const auto& other) { return is_argument && other.index == index; });
    file->index = index;
    file->is_writable = bind.is_writable;
    files.push_back(std::move(*file));
  }
  return files;
}

}  // namespace hutch::app
