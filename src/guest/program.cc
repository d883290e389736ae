#include "guest/program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "guest/files.h"

namespace hutch::guest {
namespace {

// C strings of `texts`, which must outlive them.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));  // execve(2) changes nothing
  result.push_back(nullptr);
  return result;
}

Program judge(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return errno == EACCES ? Program{.path = path, .is_executable = false} : Program{};
  }
  const bool may_execute = S_ISREG(status.st_mode) && ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
  return {.path = path, .is_executable = may_execute};
}

}  // namespace

Program find_program(std::string_view name, std::string_view search_path) {
  if (name.empty()) return {};
  if (name.find('/') != std::string_view::npos) return judge(std::string(name));
  Program second;
  for (const std::string_view place : text::split(search_path, ':')) {
    const std::string directory = place.empty() ? "." : std::string(place);
    Program program = judge(directory + "/" + std::string(name));
    if (program.is_executable) return program;
    if (second.path.empty() && !is_directory(program.path.c_str())) second = std::move(program);
  }
  return second;
}

std::optional<std::string> find_shell(const std::string& wanted) {
  if (!wanted.empty() && is_program(wanted.c_str())) return wanted;
  const std::string own = wanted.substr(wanted.rfind('/') + 1);
  for (const std::string& name :
       {own, std::string("bash"), std::string("zsh"), std::string("sh"), std::string("ash")}) {
    if (name.empty()) continue;
    for (const char* const place : {"/bin/", "/usr/bin/", "/usr/local/bin/"}) {
      const std::string path = place + name;
      if (is_program(path.c_str())) return path;
    }
  }
  return std::nullopt;
}

int execute(const std::string& path, const std::vector<std::string>& words, const Environment& environment) {
  const std::vector<char*> arguments = pointers(words);
  const std::vector<char*> variables = pointers(environment);
  ::execve(path.c_str(), arguments.data(), variables.data());
  return errno;
}

}  // namespace hutch::guest
