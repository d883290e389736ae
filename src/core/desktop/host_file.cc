#include "core/desktop/host_file.h"

namespace hutch::desktop {

std::optional<plan::Bind> bind_of(const facts::Facts& facts, const HostPath& path, const BoxPath& target,
                                  plan::BindAccess access) {
  const facts::PathFact* const fact = facts.find(path);
  if (fact == nullptr) return std::nullopt;
  const bool is_device = fact->type == FileType::kCharacterDevice || fact->type == FileType::kBlockDevice;
  return plan::Bind{.source = fact->real,
                    .target = target,
                    .type = fact->type,
                    .access = access,
                    .devices = is_device,
                    .identity = fact->identity};
}

}  // namespace hutch::desktop
