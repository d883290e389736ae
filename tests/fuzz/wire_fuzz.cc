// Encoded plans, sandboxes and exec requests: whatever the bytes, decoding ends in a refusal or in a value that encodes
// to the very same bytes, and what every reader of a plan does with it first (check, describe a failure) does not fall
// over.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/plan/channel.h"
#include "core/plan/check.h"
#include "core/plan/wire.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hutch::plan;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto request = decode_exec_request(bytes)) require(encode(*request) == bytes);
  if (const auto sandbox = decode_sandbox(bytes)) {
    require(encode(*sandbox) == bytes);
    for (int stage = 0; stage <= static_cast<int>(Stage::kSupervise); ++stage) {
      const StepReport report{.stage = static_cast<Stage>(stage), .step = 1, .error = 2};
      require(!explain_failure(*sandbox, report).message.empty());
    }
  }
  if (const auto plan = decode_plan(bytes)) {
    require(encode(*plan) == bytes);
    (void)check(*plan);  // refused or not, it comes to an end
    (void)needs_coordinator(*plan);
  }
  return 0;
}
