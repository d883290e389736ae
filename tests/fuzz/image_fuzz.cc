// What a registry or an archive sends: whatever the bytes, reading ends in an error or in a value that is written and
// read back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/image/config.h"
#include "core/image/manifest.h"
#include "core/image/reference.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hutch;
  using namespace hutch::image;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto reference = parse_reference(bytes)) {
    const auto again = parse_reference(reference->str());
    require(again && *again == *reference);
    require(parse_reference(reference->familiar()) == reference);
  }
  if (const auto parsed = parse_manifest(bytes, "")) {
    if (const auto* const manifest = std::get_if<Manifest>(&*parsed)) {
      const auto again = parse_manifest(format(*manifest), manifest->media_type);
      require(again && std::get<Manifest>(*again) == *manifest);
    }
    if (const auto* const index = std::get_if<Index>(&*parsed)) {
      const auto again = parse_manifest(format(*index), index->media_type);
      require(again && std::get<Index>(*again) == *index);
      (void)choose(index->manifests, platform_of_machine("armv7l"));
    }
  }
  (void)parse_image_manifest(bytes);
  if (const auto config = parse_config(bytes)) {
    const auto again = parse_config(format(*config));
    require(again && again->layers == config->layers && again->environment.size() == config->environment.size());
  }
  return 0;
}
