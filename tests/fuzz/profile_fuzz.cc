// Profile files from anywhere: whatever the bytes, parsing ends in a layer or an error that names the file, and what
// was understood can be written, merged, checked and explained.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/profile/explain.h"
#include "core/profile/lint.h"
#include "core/profile/merge.h"
#include "core/profile/parse.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hutch;
  using namespace hutch::profile;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Rank rank : {Rank::kShipped, Rank::kOverride}) {
    const auto layer = parse(text, "fuzz.toml", rank);
    if (!layer) {
      require(layer.error().message.starts_with("fuzz.toml"));
      continue;
    }
    const auto again = parse(format_override(*layer), "again.toml", Rank::kOverride);
    require(again.has_value());
    require(again->grants.size() == layer->grants.size() && again->revokes.size() == layer->revokes.size());
    (void)lint(*layer);
    std::vector<Layer> layers = {*layer};
    if (rank == Rank::kOverride) layers.push_back(*parse("id = \"fuzz\"\n", "base.toml", Rank::kShipped));
    const ProfileName id = rank == Rank::kOverride ? layers.back().id : layer->id;
    const auto profile = merge(id, layers, {});
    if (!profile) continue;
    (void)lint(*profile);
    const auto sentences = explain(*profile);
    require(format(*profile, sentences).find('\x1b') == std::string::npos);
    (void)format_json(to_json(*profile, sentences));
  }
  return 0;
}
