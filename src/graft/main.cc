// hutch-graft: files for a running sandbox, given and taken back; core/plan/graft.h says how it is started.
#include <sys/auxv.h>
#include <sys/prctl.h>

#include <cstddef>
#include <string_view>

#include "core/plan/graft.h"
#include "graft/graft.h"

int main(int count, char** words) {
  using namespace hutch;
  if (::getauxval(AT_SECURE) != 0 || count < 2) return 2;
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // cannot fail with these arguments
  const std::string_view mode = words[1];
  if (mode == plan::kModeGive) return graft::give();
  if (mode != plan::kModeTake || count < 4) return 2;
  return graft::take(words[2], {words + 3, static_cast<std::size_t>(count - 3)});
}
