#include "core/profile/precedence.h"

#include <array>
#include <tuple>

#include "base/text.h"
#include "core/profile/files.h"

namespace hutch::profile {
namespace {

template <std::size_t N>
unsigned long long place_in(const std::array<std::string_view, N>& order, std::string_view word) {
  for (std::size_t index = 0; index < N; ++index) {
    if (order[index] == word) return index;
  }
  return N;
}

bool holds_bus_name(std::string_view outer, std::string_view inner) {
  if (outer == inner) return true;
  if (!outer.ends_with(".*")) return false;
  const std::string_view stem = outer.substr(0, outer.size() - 2);
  if (inner.ends_with(".*")) inner.remove_suffix(2);
  return inner == stem || (inner.starts_with(stem) && inner.substr(stem.size()).starts_with('.'));
}

auto order_of(const Origin& origin) {
  return std::tie(origin.file, origin.line, origin.column);
}

}  // namespace

unsigned long long width(const Grant& grant) {
  static constexpr std::array<std::string_view, 5> kFiles = {"hidden", "ro", "overlay", "rw", "create"};
  static constexpr std::array<std::string_view, 3> kBus = {"see", "talk", "own"};
  // "share" stands for the profile's own mode: any mode that is named decides instead.
  static constexpr std::array<std::string_view, 6> kNetwork = {"none", "lan", "internet", "private", "host", "share"};
  switch (grant.kind) {
    case Kind::kFile:
      return 2 * place_in(kFiles, access_word(grant)) + (is_noexec(grant) ? 0 : 1);
    case Kind::kSessionBus:
    case Kind::kSystemBus:
      return place_in(kBus, grant.access);
    case Kind::kNetwork:
      return place_in(kNetwork, grant.access);
    case Kind::kEnvironment:
      return grant.access == "unset" ? 0 : grant.access == "inherit" ? 2 : 1;
    case Kind::kLimit: {
      std::string_view value = grant.access;
      if (value == "infinity") return ~0ULL;
      if (grant.name == "time" || grant.name == "idle") return text::parse_duration(value).value_or(0);
      if (value.ends_with('%')) value.remove_suffix(1);
      return text::parse_size(value.substr(value.rfind(':') + 1)).value_or(0);
    }
    default:
      return 0;
  }
}

bool holds(Kind kind, std::string_view outer, std::string_view inner) {
  if (outer == "*" || outer == inner) return true;
  switch (kind) {
    case Kind::kFile:
      return is_at_or_below(inner, outer);
    case Kind::kDevice:
      return outer == "all" || (outer == "usb" && inner.starts_with("usb:"));
    case Kind::kPortal:
      return outer == "all";
    case Kind::kSessionBus:
    case Kind::kSystemBus:
      return holds_bus_name(outer, inner);
    case Kind::kSocket:
      return outer == "x11" && inner == "fallback-x11";
    case Kind::kFeature:
      return (outer == "devel" && inner == "ptrace") || (outer == "nested-sandbox" && inner == "nested-userns");
    case Kind::kPersist:
      return inner.starts_with(outer) && inner.substr(outer.size()).starts_with('/');
    default:
      return false;
  }
}

bool is_call(const Grant& grant) {
  return grant.access.starts_with("call:");
}

bool is_same_subject(const Grant& left, const Grant& right) {
  if (left.kind != right.kind || left.name != right.name) return false;
  return is_call(left) || is_call(right) ? left.access == right.access : true;
}

bool precedes(const Grant& left, const Grant& right) {
  const auto left_origin = order_of(left.origin);
  const auto right_origin = order_of(right.origin);
  // Locked first: of two equal ones it is the one that binds.
  const bool left_open = !left.locked;
  const bool right_open = !right.locked;
  const unsigned long long left_width = width(left);
  const unsigned long long right_width = width(right);
  return std::tie(left_width, left.access, left_open, left_origin, left.reason) <
         std::tie(right_width, right.access, right_open, right_origin, right.reason);
}

bool comes_before(const Grant& left, const Grant& right) {
  return std::tie(left.kind, left.name, left.access) < std::tie(right.kind, right.name, right.access);
}

Grant hidden_by(const Revoke& revoke) {
  return {.kind = Kind::kFile,
          .name = revoke.name,
          .access = "hidden",
          .origin = revoke.origin,
          .rank = revoke.rank,
          .reason = revoke.reason,
          .locked = revoke.locked};
}

}  // namespace hutch::profile
