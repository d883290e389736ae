// Messages of the bus from anywhere: whatever is read stays within its bounds, and a message of which a name was
// replaced is still one.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "names/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hutch::names;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Renaming renaming("work", {"org.a.App.*", "org.b.Single"});
  (void)renaming.outward_rule(bytes);
  (void)renaming.inward_path(bytes);
  const auto sizes = measure(bytes);
  if (!sizes || size < sizes->header) return 0;
  for (const Direction direction : {Direction::kOutward, Direction::kInward}) {
    const Reading reading = read_header(bytes.substr(0, sizes->header), direction, renaming);
    if (!reading.has_names || size < sizes->header + sizes->body) continue;
    const std::string message = rename(bytes.substr(0, sizes->header + sizes->body), direction, renaming);
    const auto again = measure(message);
    if (!again || again->header + again->body != message.size()) std::abort();
  }
  return 0;
}
