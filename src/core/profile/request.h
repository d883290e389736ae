// What the user asked for: one parsed command line of `run` or `plan`. Plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/profile/model.h"

namespace hutch::profile {

struct FileArgument {
  std::uint32_t index = 0;  // in arguments
  HostPath file;            // without symlinks
  HostPath named;           // as the caller named it, made absolute by text alone
  bool is_writable = false;
  bool operator==(const FileArgument&) const = default;
};

struct Request {
  std::string app;                       // as typed: profile id, desktop id, command or path; without @BOX
  BoxName box;                           // empty: default
  std::optional<ProfileName> profile;    // --profile
  bool no_profile = false;               // --no-profile
  std::optional<InstanceId> instance;    // --instance
  std::optional<std::string> command;    // --command
  std::vector<std::string> arguments;    // after the app
  Layer flags;                           // grants and revokes of the command line, rank kCommandLine
  std::vector<FileArgument> files;       // --bind-arg and regular files among the arguments
  std::optional<std::string> directory;  // --cwd
  bool disposable = false;
  bool strict = false;
  bool verbose = false;
  bool operator==(const Request&) const = default;
};

}  // namespace hutch::profile
