// What a registry or an archive sends: whatever the bytes, reading ends in an error or in a value that is written and
// read back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/base64.h"
#include "core/image/auth_file.h"
#include "core/image/challenge.h"
#include "core/image/config.h"
#include "core/image/entry_name.h"
#include "core/image/lookaside.h"
#include "core/image/manifest.h"
#include "core/image/policy.h"
#include "core/image/registries.h"
#include "core/image/tar_header.h"
#include "core/image/work.h"

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
  if (const auto entry = parse_entry_name(bytes); entry && entry->kind == EntryName::Kind::kEntry) {
    require(*parse_entry_name(entry->path()) == *entry);
    require(("/" + entry->path() + "/").find("/../") == std::string::npos);
  }
  if (const auto order = decode_order(bytes)) require(*decode_order(encode(*order)) == *order);
  if (const auto answer = decode_answer(bytes)) require(*decode_answer(encode(*answer)) == *answer);
  (void)parse_challenges(bytes);
  (void)parse_token(bytes);
  (void)parse_refusal(bytes);
  require(parse_retry_after(bytes, 60) <= 60);
  require(resolve_location("https://a.example/", bytes).empty() ||
          !origin_of(resolve_location("https://a.example/", bytes)).empty());
  if (const auto file = parse_auth_file(bytes)) (void)find_credentials(*file, "quay.io/a/b");
  (void)parse_helper_answer(bytes);
  (void)parse_policy(bytes);
  (void)parse_claim(bytes, SignatureKind::kSimple);
  Registries registries;
  if (add_registries_file(registries, bytes, "f")) (void)endpoints_of(registries, *parse_reference("quay.io/a/b"));
  Lookaside lookaside;
  if (add_lookaside_file(lookaside, bytes, "f")) (void)place_of_signatures(lookaside, *parse_reference("quay.io/a"));
  (void)parse_tar_header(bytes.substr(0, kTarBlock));
  (void)parse_pax(bytes);
  require(!normal_member_name(bytes).starts_with('/') && !normal_member_name(bytes).starts_with("../"));
  if (const auto decoded = decode_base64(bytes)) require(decode_base64(encode_base64(*decoded)) == decoded);
  return 0;
}
