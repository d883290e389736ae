#include "host/idmap.h"

#include <string>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"
#include "os/process.h"

namespace hutch::host {
namespace {

constexpr std::size_t kOutputLimit = 4096;

// The setuid helpers are looked for where distributions install them, never along a PATH that the user chose.
Result<HostPath> find_helper(const char* name) {
  for (const char* const directory : {"/usr/bin", "/bin", "/usr/local/bin"}) {
    const HostPath path = HostPath::literal(directory) / name;
    if (os::exists(path)) return path;
  }
  return failure(ErrorKind::kUnavailable, text::format(_("'%s' is missing"), name),
                 _("install the package 'uidmap' (Debian, Ubuntu) or 'shadow-utils' (Fedora)"));
}

Status write_map(const char* helper, const std::vector<IdRange>& ranges, pid_t pid) {
  if (ranges.empty()) return {};
  const HostPath program = TRY(find_helper(helper));
  std::vector<std::string> arguments{helper, std::to_string(pid)};
  for (const IdRange& range : ranges) {
    for (const std::uint32_t number : {range.inside, range.outside, range.count}) {
      arguments.push_back(std::to_string(number));
    }
  }
  const os::Captured result =
      TRY(os::run_and_capture({.program = program, .arguments = std::move(arguments)}, kOutputLimit));
  if (result.ending.was_signalled || result.ending.value != 0) {
    return failure(ErrorKind::kDenied, text::format(_("'%s' refused the id map"), helper),
                   _("give the user a range in /etc/subuid and /etc/subgid: usermod --add-subuids"));
  }
  return {};
}

}  // namespace

Status write_id_maps(const plan::Namespaces& namespaces, pid_t pid) {
  TRY(write_map("newuidmap", namespaces.uid_ranges, pid));
  return write_map("newgidmap", namespaces.gid_ranges, pid);
}

}  // namespace hutch::host
