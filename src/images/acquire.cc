#include "images/acquire.h"

#include <poll.h>
#include <time.h>

#include <array>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/config.h"
#include "core/image/manifest.h"

namespace hutch::images {
namespace {

Result<std::vector<image::Layer>> layers_of(const image::Manifest& manifest, const image::Config& config) {
  if (config.layers.size() != manifest.layers.size()) {
    return failure(ErrorKind::kInvalid, text::format(_("the image's manifest has %zu layers and its configuration %zu"),
                                                     manifest.layers.size(), config.layers.size()));
  }
  std::vector<image::Layer> layers;
  for (std::size_t index = 0; index < manifest.layers.size(); ++index) {
    layers.push_back({.blob = manifest.layers[index], .diff_id = config.layers[index]});
    layers.back().blob.annotations.clear();
  }
  return layers;
}

Status finish(Unpacking& unpacking, Progress& progress, const Interrupt& interrupt) {
  constexpr int kLook = 1000;  // milliseconds
  progress.say(N_("unpacking"));
  TRY(unpacking.pump());
  while (unpacking.descriptor() >= 0) {
    std::array<pollfd, 2> watched = {pollfd{.fd = unpacking.descriptor(), .events = POLLIN, .revents = 0},
                                     pollfd{.fd = interrupt.descriptor(), .events = POLLIN, .revents = 0}};
    (void)::poll(watched.data(), watched.size(), kLook);  // what it says, the next two find out
    TRY(interrupt.check());
    TRY(unpacking.pump());
  }
  return unpacking.finish();
}

Status bring_in(const Store& store, Source& source, const std::vector<image::Layer>& layers, Progress& progress,
                const Interrupt& interrupt) {
  Worker worker(store);
  Unpacking unpacking = TRY(Unpacking::begin(store, worker, layers));
  Intake intake(store, unpacking, layers, progress, interrupt);
  TRY(source.fetch(intake));
  return finish(unpacking, progress, interrupt);
}

}  // namespace

Result<Document> choose_manifest(const Store& store, Source& source, const Document& top,
                                 const image::Platform& platform) {
  constexpr int kDepthLimit = 4;  // indexes in indexes
  Document document = top;
  for (int depth = 0; depth < kDepthLimit; ++depth) {
    const auto parsed = TRY(image::parse_manifest(document.bytes, document.media_type));
    if (std::holds_alternative<image::Manifest>(parsed)) return document;
    const auto& index = std::get<image::Index>(parsed);
    const image::Descriptor* const entry = image::choose(index.manifests, platform);
    if (entry == nullptr) {
      std::vector<std::string> offered;
      for (const image::Descriptor& one : index.manifests) {
        if (one.platform && one.platform->os != "unknown") offered.push_back(image::describe(*one.platform));
      }
      return failure(ErrorKind::kNotFound,
                     text::format(_("the image does not exist for %s"), image::describe(platform).c_str()),
                     text::format(_("choose with --platform: %s"), text::printable(text::join(offered, ", ")).c_str()));
    }
    auto here = store.read_blob(entry->digest, image::kManifestSizeLimit);
    document = here ? Document{.bytes = std::move(*here), .media_type = {}, .digest = entry->digest}
                    : TRY(source.manifest(&entry->digest));
  }
  return failure(ErrorKind::kInvalid, _("indexes of images within each other without end"));
}

Result<image::Record> acquire(const Store& store, Source& source, const AcquireOptions& options, Progress& progress,
                              const Interrupt& interrupt) {
  const Document top = TRY(source.manifest(nullptr));
  const Document chosen = TRY(choose_manifest(store, source, top, options.platform));
  const image::Manifest manifest = TRY(image::parse_image_manifest(chosen.bytes));
  std::string trust = TRY(options.judge(source, top, chosen));
  auto config_here = store.read_blob(manifest.config.digest, image::kConfigLimit);
  const std::string config_bytes = config_here ? std::move(*config_here) : TRY(source.small_blob(manifest.config));
  const image::Config config = TRY(image::parse_config(config_bytes));
  image::Record record{
      .names = options.names.empty() ? source.names() : options.names,
      .users = {},
      .manifest = {.media_type = manifest.media_type, .digest = chosen.digest, .size = chosen.bytes.size()},
      .config = manifest.config,
      .layers = TRY(layers_of(manifest, config)),
      .added = static_cast<std::int64_t>(::time(nullptr)),
      .source = source.spelling(),
      .trust = std::move(trust)};
  record.config.annotations.clear();
  TRY(store.put_blob(chosen.digest, chosen.bytes));
  TRY(store.put_blob(manifest.config.digest, config_bytes));
  TRY(bring_in(store, source, record.layers, progress, interrupt));
  TRY(store.put_image(record));
  progress.clear();
  return record;
}

}  // namespace hutch::images
