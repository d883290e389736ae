#include "images/credentials.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "host/program_file.h"
#include "host/queries.h"
#include "os/file.h"
#include "os/pipe.h"
#include "os/process.h"

namespace hutch::images {
namespace {

constexpr const char* kDockersHub = "https://index.docker.io/v1/";  // what helpers call it

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

Status add(std::vector<HostPath>& files, const std::string& directory, const char* below) {
  if (directory.empty()) return {};
  const HostPath base = TRY(HostPath::parse(directory));
  files.push_back(base / below);
  return {};
}

// The protocol of docker-credential-helpers: the server on standard input, JSON on standard output, status 1 and a
// sentence when there is nothing.
Result<std::optional<image::Credentials>> ask_helper(const std::string& name, const std::string& host) {
  constexpr std::size_t kAnswer = 64u << 10;  // bytes
  const std::string program_name = "docker-credential-" + name;
  const auto program = TRY_IN(_("looking for a credential helper"), host::find_command(program_name));
  os::Pipe input = TRY(os::make_pipe());
  os::Pipe output = TRY(os::make_pipe());
  auto process =
      TRY(os::Process::spawn({.program = program.path,
                              .arguments = {program_name, "get"},
                              .environment = host::own_environment(),
                              .descriptors = {{input.read.get(), STDIN_FILENO}, {output.write.get(), STDOUT_FILENO}},
                              .new_session = false}));
  input.read.reset();
  output.write.reset();
  TRY(os::write_all(input.write.get(), host == "docker.io" ? kDockersHub : host));
  input.write.reset();
  const std::string answer = TRY(os::read_all(output.read.get(), kAnswer));
  const os::Ending ending = TRY(process.wait());
  if (!ending.was_signalled && ending.value == 0) {
    return TRY_IN(program_name, image::parse_helper_answer(answer));
  }
  if (answer.find("credentials not found") != std::string::npos) return std::nullopt;
  return failure(ErrorKind::kUnavailable, text::format(_("'%s' failed: %s"), program_name.c_str(),
                                                       text::printable(text::trim(answer).substr(0, 200)).c_str()));
}

Result<std::optional<image::Credentials>> ask_file(const HostPath& path, const std::string& repository) {
  const std::string bytes = TRY(os::read_file(path, image::kAuthFileLimit));
  const image::AuthFile file = TRY_IN(text::format(_("reading '%s'"), path.c_str()), image::parse_auth_file(bytes));
  const std::string host = repository.substr(0, repository.find('/'));
  if (const std::string helper = image::helper_for(file, host); !helper.empty()) {
    auto found = TRY(ask_helper(helper, host));
    if (found) return found;
  }
  return image::find_credentials(file, repository);
}

}  // namespace

Result<std::vector<HostPath>> auth_files(const std::string& named) {
  std::vector<HostPath> files;
  if (!named.empty()) {
    files.push_back(TRY(HostPath::parse(named)));
    return files;
  }
  if (const std::string chosen = variable("REGISTRY_AUTH_FILE"); !chosen.empty()) {
    files.push_back(TRY(HostPath::parse(chosen)));
    return files;
  }
  const std::string home = variable("HOME");
  const std::string config = variable("XDG_CONFIG_HOME");
  const std::string docker = variable("DOCKER_CONFIG");
  TRY(add(files, variable("XDG_RUNTIME_DIR"), "containers/auth.json"));
  TRY(add(files, config.empty() && !home.empty() ? home + "/.config" : config, "containers/auth.json"));
  TRY(add(files, docker.empty() && !home.empty() ? home + "/.docker" : docker, "config.json"));
  return files;
}

Result<std::optional<image::Credentials>> find_credentials(const std::vector<HostPath>& files,
                                                           const std::string& repository) {
  const bool is_named = files.size() == 1;
  for (const HostPath& path : files) {
    if (!is_named && !os::exists(path)) continue;
    auto found = TRY(ask_file(path, repository));
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace hutch::images
