#include "core/profile/model.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::profile {

std::string describe(const Origin& origin) {
  const std::string file = text::printable(origin.file);
  if (file.empty()) return _("built in");
  if (origin.line == 0) return file;
  return text::format("%s:%u:%u", file.c_str(), origin.line, origin.column);
}

const Grant* Profile::find(Kind kind, std::string_view name) const {
  const auto found = std::find_if(grants.begin(), grants.end(),
                                  [&](const Grant& grant) { return grant.kind == kind && grant.name == name; });
  return found == grants.end() ? nullptr : &*found;
}

std::vector<const Grant*> Profile::all(Kind kind) const {
  std::vector<const Grant*> found;
  for (const Grant& grant : grants) {
    if (grant.kind == kind) found.push_back(&grant);
  }
  return found;
}

}  // namespace hutch::profile
