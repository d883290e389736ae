#include "host/overrides.h"

#include <fcntl.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/parse.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr const char* kHeader = "# Written by hutch: 'hutch grant', 'revoke', 'reset' and 'edit' change it.\n";

}  // namespace

std::string override_text(const profile::Layer& layer) {
  return kHeader + profile::format_override(layer);
}

Result<os::Fd> lock_overrides(const facts::Facts& facts) {
  const HostPath directory = facts.directories.config / "hutch/overrides";
  TRY(os::make_directories(directory, 0700));
  os::Fd lock = TRY(os::open_path(directory / ".lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  TRY(os::lock(lock.get()));
  return lock;
}

Result<profile::Layer> read_override(const HostPath& file) {
  const auto content = os::read_file(file, profile::kFileLimit);
  if (!content) {
    if (content.error().code != ENOENT) return unexpected(content.error());
    profile::Layer empty;
    empty.origin.file = file.str();
    empty.rank = profile::Rank::kOverride;
    return empty;
  }
  profile::Layer layer = TRY(profile::parse(*content, file.str(), profile::Rank::kOverride));
  if (override_text(layer) == *content) return layer;
  return failure(ErrorKind::kDenied,
                 text::format(_("'%s' was written by hand and stays as it is"), text::printable(file.str()).c_str()),
                 _("'hutch edit' opens it; 'hutch reset' removes it"));
}

Status write_override(const HostPath& file, const profile::Layer& layer) {
  const bool is_empty = layer.grants.empty() && layer.revokes.empty() && !layer.open && !layer.app;
  if (is_empty) return os::remove_tree(file);
  const std::string text = override_text(layer);
  // What could not be read again would keep the app from starting.
  TRY(profile::parse(text, file.str(), profile::Rank::kOverride));
  return os::replace_file(file, text, 0600);
}

}  // namespace hutch::host
