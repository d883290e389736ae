#include "host/idmap.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"
#include "os/process.h"

namespace hutch::host {
namespace {

// The setuid helpers are looked for where distributions install them, never along a PATH that the user chose.
Result<HostPath> find_helper(const char* name) {
  for (const char* const directory : {"/usr/bin", "/bin", "/usr/local/bin"}) {
    const HostPath path = HostPath::literal(directory) / name;
    if (os::exists(path)) return path;
  }
  return failure(ErrorKind::kUnavailable, text::format(_("'%s' is missing"), name),
                 _("install the package 'uidmap' (Debian, Ubuntu) or 'shadow-utils' (Fedora)"));
}

// Started, not yet waited for: each of the two maps takes the helper some milliseconds.
Result<std::optional<os::Process>> begin_map(const char* helper, const std::vector<IdRange>& ranges, pid_t pid) {
  if (ranges.empty()) return std::optional<os::Process>();
  const HostPath program = TRY(find_helper(helper));
  std::vector<std::string> arguments{helper, std::to_string(pid)};
  for (const IdRange& range : ranges) {
    for (const std::uint32_t number : {range.inside, range.outside, range.count}) {
      arguments.push_back(std::to_string(number));
    }
  }
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDWR));
  return std::optional(
      TRY(os::Process::spawn({.program = program,
                              .arguments = std::move(arguments),
                              .descriptors = {{nothing.get(), STDIN_FILENO}, {nothing.get(), STDOUT_FILENO}}})));
}

Status finish_map(const char* helper, std::optional<os::Process>& process) {
  if (!process) return {};
  const os::Ending ending = TRY(process->wait());
  if (!ending.was_signalled && ending.value == 0) return {};
  return failure(ErrorKind::kDenied, text::format(_("'%s' refused the id map"), helper),
                 _("give the user a range in /etc/subuid and /etc/subgid: usermod --add-subuids"));
}

}  // namespace

Status write_id_maps(const plan::Namespaces& namespaces, pid_t pid) {
  std::optional<os::Process> uids = TRY(begin_map("newuidmap", namespaces.uid_ranges, pid));
  std::optional<os::Process> gids = TRY(begin_map("newgidmap", namespaces.gid_ranges, pid));
  const Status has_uids = finish_map("newuidmap", uids);
  const Status has_gids = finish_map("newgidmap", gids);
  return has_uids ? has_gids : has_uids;
}

}  // namespace hutch::host
