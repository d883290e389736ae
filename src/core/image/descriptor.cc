#include "core/image/descriptor.h"

#include <array>
#include <utility>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::image {
namespace {

constexpr std::string_view kForeignOciLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";
constexpr std::string_view kForeignDockerLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar";

// What follows a layer's type: "", "+gzip", ".gzip", "+zstd".
std::optional<std::string_view> layer_suffix(std::string_view media_type) {
  for (const std::string_view stem :
       {std::string_view(kOciLayer), std::string_view(kDockerLayer), kForeignOciLayer, kForeignDockerLayer}) {
    if (media_type.starts_with(stem)) return media_type.substr(stem.size());
  }
  return std::nullopt;
}

// The number of an arm variant: "v7" is 7; 0 for none.
unsigned long long variant_number(std::string_view variant) {
  constexpr unsigned long long kHighest = 99;
  if (!variant.starts_with('v')) return 0;
  return text::parse_number(variant.substr(1, variant.find('.') - 1), kHighest).value_or(0);
}

bool runs_on(const Platform& offered, const Platform& wanted) {
  if (offered.os != wanted.os || offered.architecture != wanted.architecture) return false;
  if (offered.variant == wanted.variant || wanted.variant.empty()) return true;
  if (offered.variant.empty()) return true;
  return variant_number(offered.variant) <= variant_number(wanted.variant);
}

}  // namespace

MediaKind kind_of(std::string_view media_type) {
  if (media_type == kOciIndex || media_type == kDockerIndex) return MediaKind::kIndex;
  if (media_type == kOciManifest || media_type == kDockerManifest) return MediaKind::kManifest;
  if (media_type == kOciConfig || media_type == kDockerConfig) return MediaKind::kConfig;
  return layer_suffix(media_type) ? MediaKind::kLayer : MediaKind::kOther;
}

Compression compression_of(std::string_view media_type) {
  const auto suffix = layer_suffix(media_type);
  if (!suffix) return Compression::kUnsaid;
  if (*suffix == "+gzip" || *suffix == ".gzip") return Compression::kGzip;
  if (*suffix == "+zstd" || *suffix == ".zstd") return Compression::kZstd;
  return suffix->empty() ? Compression::kNone : Compression::kUnsaid;
}

std::string describe(const Platform& platform) {
  std::string words = platform.os + "/" + platform.architecture;
  if (!platform.variant.empty()) words += "/" + platform.variant;
  return words;
}

Platform platform_of_machine(std::string_view machine) {
  struct Known {
    std::string_view machine;
    const char* architecture;
    const char* variant;
  };
  static constexpr std::array<Known, 9> kKnown = {{{"x86_64", "amd64", ""},
                                                   {"aarch64", "arm64", "v8"},
                                                   {"armv7l", "arm", "v7"},
                                                   {"armv6l", "arm", "v6"},
                                                   {"i686", "386", ""},
                                                   {"i386", "386", ""},
                                                   {"ppc64le", "ppc64le", ""},
                                                   {"s390x", "s390x", ""},
                                                   {"loongarch64", "loong64", ""}}};
  for (const Known& known : kKnown) {
    if (known.machine == machine) return {.os = "linux", .architecture = known.architecture, .variant = known.variant};
  }
  return {.os = "linux", .architecture = std::string(machine), .variant = {}};
}

Result<Platform> parse_platform(std::string_view text) {
  const auto parts = text::split(text, '/');
  bool is_complete = parts.size() == 2 || parts.size() == 3;
  for (const std::string_view part : parts) is_complete = is_complete && !part.empty();
  if (!is_complete) {
    return failure(ErrorKind::kUsage, text::format(_("'%s' is no platform"), text::printable(text).c_str()),
                   _("write OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/arm64"));
  }
  return Platform{.os = std::string(parts[0]),
                  .architecture = std::string(parts[1]),
                  .variant = parts.size() == 3 ? std::string(parts[2]) : std::string()};
}

const Descriptor* choose(const std::vector<Descriptor>& entries, const Platform& wanted) {
  const Descriptor* best = nullptr;
  const Descriptor* plain = nullptr;
  for (const Descriptor& entry : entries) {
    const MediaKind kind = kind_of(entry.media_type);
    if (kind != MediaKind::kManifest && kind != MediaKind::kIndex) continue;
    if (!entry.platform) {
      if (plain == nullptr) plain = &entry;
      continue;
    }
    if (!runs_on(*entry.platform, wanted)) continue;
    const bool is_better =
        best == nullptr || variant_number(best->platform->variant) < variant_number(entry.platform->variant);
    if (is_better) best = &entry;
  }
  return best != nullptr ? best : plain;
}

}  // namespace hutch::image
