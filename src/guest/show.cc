#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/applets.h"
#include "guest/say.h"
#include "os/file.h"

namespace hutch::guest {
namespace {

constexpr std::size_t kShownLimit = 4u << 20;  // bytes of a desktop entry or icon

}  // namespace

// The first of these files that is there, on standard output behind its path and a newline. 127 when none is.
int show(const Call& call) {
  constexpr int kNotFound = 127;
  constexpr int kFailed = 125;
  for (const std::string& word : call.words) {
    const auto path = HostPath::parse(word);
    const auto text = path ? os::read_file(*path, kShownLimit) : Result<std::string>(unexpected(path.error()));
    if (!text) continue;
    const bool is_written = os::write_all(STDOUT_FILENO, word + "\n") && os::write_all(STDOUT_FILENO, *text);
    return is_written ? 0 : kFailed;
  }
  return kNotFound;
}

}  // namespace hutch::guest
