#include "core/profile/amend.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/grammar.h"
#include "core/profile/precedence.h"

namespace hutch::profile {
namespace {

void add_grant(Layer& layer, Grant grant) {
  grant.rank = layer.rank;
  std::erase_if(layer.grants, [&](const Grant& said) { return is_same_subject(said, grant); });
  std::erase_if(layer.revokes, [&](const Revoke& said) { return said.kind == grant.kind && said.name == grant.name; });
  layer.grants.push_back(std::move(grant));
}

void add_revoke(Layer& layer, Revoke revoke) {
  revoke.rank = layer.rank;
  const auto is_covered = [&](const auto& said) {
    return said.kind == revoke.kind && holds(revoke.kind, revoke.name, said.name);
  };
  std::erase_if(layer.grants, is_covered);
  std::erase_if(layer.revokes, is_covered);
  layer.revokes.push_back(std::move(revoke));
}

}  // namespace

void give(Layer& layer, const Layer& asked) {
  for (const Revoke& revoke : asked.revokes) add_revoke(layer, revoke);
  for (const Grant& grant : asked.grants) add_grant(layer, grant);
}

void take(Layer& layer, const Layer& asked) {
  for (const Revoke& revoke : asked.revokes) add_revoke(layer, revoke);
  for (const Grant& grant : asked.grants) {
    add_revoke(layer, {.kind = grant.kind,
                       .name = grant.name,
                       .origin = grant.origin,
                       .rank = layer.rank,
                       .reason = grant.reason,
                       .locked = false});
  }
}

Status add_reason(Layer& layer, const std::string& reason) {
  if (reason.size() > kValueLimit || text::printable(reason) != reason) {
    return failure(ErrorKind::kUsage, _("a reason is one line without control characters"));
  }
  for (Grant& grant : layer.grants) grant.reason = reason;
  for (Revoke& revoke : layer.revokes) revoke.reason = reason;
  return {};
}

}  // namespace hutch::profile
