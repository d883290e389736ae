#include "host/profile_files.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/parse.h"
#include "host/profiles.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::string_view kSuffix = ".toml";

std::optional<HostPath> own_directory() {
  std::array<char, kPathLimit + 1> buffer{};
  const ssize_t length = ::readlink("/proc/self/exe", buffer.data(), buffer.size());
  if (length < 0) return std::nullopt;
  const auto program = HostPath::parse(std::string_view(buffer.data(), static_cast<std::size_t>(length)));
  if (!program) return std::nullopt;
  return program->parent();
}

// The profiles of the build tree or the prefix this program runs from, else of the prefix it was built for.
HostPath shipped_with_program() {
  const auto directory = own_directory();
  if (directory && directory->parent().name() == "src") {
    const HostPath beside = directory->parent().parent() / "profiles";
    if (os::exists(beside / "base")) return beside;
  }
  if (directory && directory->name() == "bin") {
    const HostPath beside = directory->parent() / HUTCH_DATADIR_IN_PREFIX / "profiles";
    if (os::exists(beside / "base")) return beside;
  }
  return HostPath::literal(HUTCH_DATADIR) / "profiles";
}

std::vector<HostPath> shipped_directories() {
  const char* const path = ::getenv("HUTCH_PROFILE_PATH");
  if (path == nullptr || *path == '\0') return {shipped_with_program()};
  std::vector<HostPath> directories;
  for (const std::string_view part : text::split(path, ':')) {
    if (auto directory = HostPath::parse(part)) directories.push_back(std::move(*directory));
  }
  return directories;
}

HostPath administrator_directory() {
  const char* const config = ::getenv("HUTCH_CONFIG");
  const auto directory = HostPath::parse(config == nullptr ? "/etc/hutch" : config);
  return (directory ? *directory : HostPath::literal("/etc/hutch")) / "profiles";
}

}  // namespace

std::vector<ProfileDirectory> profile_directories(const facts::Facts& facts) {
  std::vector<ProfileDirectory> directories;
  for (const HostPath& shipped : shipped_directories()) {
    directories.push_back({.path = shipped / "base", .rank = profile::Rank::kBase});
    directories.push_back({.path = shipped / "apps", .rank = profile::Rank::kShipped});
  }
  directories.push_back({.path = administrator_directory(), .rank = profile::Rank::kAdministrator});
  directories.push_back({.path = facts.directories.config / "hutch/profiles", .rank = profile::Rank::kUser});
  return directories;
}

HostPath override_file(const facts::Facts& facts, const ProfileName& profile, const BoxName& box) {
  const bool is_default = box.empty() || box.str() == "default";
  const std::string name = profile.str() + (is_default ? "" : "@" + box.str());
  return facts.directories.config / "hutch/overrides" / (name + std::string(kSuffix));
}

std::optional<ProfileName> profile_of_file(std::string_view file_name) {
  if (!file_name.ends_with(kSuffix)) return std::nullopt;
  auto name = ProfileName::parse(file_name.substr(0, file_name.size() - kSuffix.size()));
  if (!name) return std::nullopt;
  return std::move(*name);
}

HostPath profile_file(const HostPath& directory, const ProfileName& profile) {
  return directory / (profile.str() + std::string(kSuffix));
}

Result<profile::Layer> read_layer(const HostPath& file, profile::Rank rank) {
  const std::string content = TRY(os::read_file(file, profile::kFileLimit));
  profile::Layer layer = TRY(profile::parse(content, file.str(), rank));
  if (rank == profile::Rank::kOverride || profile_of_file(file.name()) == layer.id) return layer;
  return failure(
      ErrorKind::kInvalid,
      text::format(_("%s: the file holds profile '%s'"), text::printable(file.str()).c_str(), layer.id.c_str()),
      text::format(_("call it %s.toml"), layer.id.c_str()));
}

}  // namespace hutch::host
