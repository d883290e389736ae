// Plan and Sandbox as bytes, for another process of the same build. Little-endian, length-prefixed, versioned by
// kWireVersion at the front; decoding checks every length against kWireLimit and the remaining bytes and refuses
// trailing bytes. decode(encode(x)) == x.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/plan/plan.h"

namespace hutch::plan {

inline constexpr std::uint32_t kWireVersion = 1;
inline constexpr std::size_t kWireLimit = 16u << 20;  // bytes of one plan

[[nodiscard]] std::string encode(const Plan& plan);
[[nodiscard]] Result<Plan> decode_plan(std::string_view bytes);
[[nodiscard]] std::string encode(const Sandbox& sandbox);
[[nodiscard]] Result<Sandbox> decode_sandbox(std::string_view bytes);

}  // namespace hutch::plan
