#include "images/docker_archive.h"

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/config.h"
#include "core/image/fields.h"
#include "images/made.h"
#include "os/sha256.h"

namespace hutch::images {
namespace {

constexpr std::string_view kGzipMagic("\x1f\x8b", 2);
constexpr std::string_view kZstdMagic("\x28\xb5\x2f\xfd", 4);

struct Entry {
  std::string config;
  std::vector<std::string> names;
  std::vector<std::string> layers;
};

Result<std::vector<Entry>> read_entries(const Bag& bag) {
  const std::string bytes = TRY(bag.read("manifest.json", image::kManifestSizeLimit));
  const Json document = TRY_IN("manifest.json", parse_json(bytes));
  if (!document.is_array() || document.size() > image::kEntryLimit) {
    return failure(ErrorKind::kInvalid, _("'manifest.json' is no list of images"));
  }
  std::vector<Entry> entries;
  for (const Json& item : document) {
    Entry entry;
    entry.config = TRY(image::read_text(item, "Config"));
    entry.names = TRY(image::read_texts(item, "RepoTags"));
    entry.layers = TRY(image::read_texts(item, "Layers"));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<Entry> choose_entry(const std::vector<Entry>& entries, const std::string& name) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    for (const std::string& own : entry.names) {
      names.push_back(text::printable(own));
      if (own == name) return entry;
    }
  }
  if (entries.size() == 1 && name.empty()) return entries.front();
  return failure(ErrorKind::kInvalid,
                 name.empty() ? std::string(_("there are several images in it"))
                              : text::format(_("there is no image '%s' in it"), text::printable(name).c_str()),
                 text::format(_("name one of them behind a colon: %s"), text::join(names, ", ").c_str()));
}

Result<image::Digest> hash(const Slice& slice) {
  os::Sha256 sum;
  const auto add = [&](std::string_view bytes) -> Status {
    sum.add(bytes);
    return {};
  };
  TRY(read_slice(slice, 0, add));
  return image::Digest::of_bytes(sum.value());
}

// A layer that is not compressed has the digest its configuration says; whether that is true, the store finds out.
Result<image::Descriptor> describe_layer(const Bag& bag, const std::string& name, const image::Digest& diff_id) {
  const Slice slice = TRY(bag.open(name));
  const std::string start = slice.size < 4 ? std::string() : TRY(read_piece(slice, 0, 4));
  image::Descriptor layer{.media_type = image::kOciLayer, .digest = diff_id, .size = slice.size};
  if (start.starts_with(kGzipMagic)) layer.media_type += "+gzip";
  if (start.starts_with(kZstdMagic)) layer.media_type += "+zstd";
  if (layer.media_type != image::kOciLayer) layer.digest = TRY(hash(slice));
  return layer;
}

}  // namespace

Result<std::unique_ptr<Source>> open_docker_archive(const HostPath& file, Bag bag, const std::string& name) {
  const std::vector<Entry> entries = TRY(read_entries(bag));
  const Entry entry = TRY(choose_entry(entries, name));
  MadeImage made{.transport = "docker-archive",
                 .place = file.str(),
                 .names = {},
                 .config = TRY(bag.read(entry.config, image::kConfigLimit)),
                 .layers = {},
                 .files = {}};
  for (const std::string& own : entry.names) {
    if (const auto reference = image::parse_reference(own)) made.names.push_back(reference->str());
  }
  const image::Config config = TRY(image::parse_config(made.config));
  if (config.layers.size() != entry.layers.size()) {
    return failure(ErrorKind::kInvalid, text::format(_("the image's manifest has %zu layers and its configuration %zu"),
                                                     entry.layers.size(), config.layers.size()));
  }
  for (std::size_t index = 0; index < entry.layers.size(); ++index) {
    made.layers.push_back(TRY(describe_layer(bag, entry.layers[index], config.layers[index])));
    made.files[made.layers.back().digest] = entry.layers[index];
  }
  return make_source(std::move(made), std::move(bag));
}

}  // namespace hutch::images
