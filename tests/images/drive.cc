// The image store from a shell: loads OCI layouts by the store's own interface, for tests and benchmarks of the store
// alone. usage: store-drive STORE VERB [ARGUMENT...]
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <string>
#include <vector>

#include "base/json.h"
#include "core/image/config.h"
#include "core/image/manifest.h"
#include "images/care.h"
#include "images/store.h"
#include "images/unpack.h"
#include "os/file.h"

namespace hutch::images {
namespace {

constexpr std::size_t kPiece = 1u << 20;

HostPath blob_of(const HostPath& layout, const image::Digest& digest) {
  return layout / "blobs/sha256" / digest.hex();
}

// Writes a blob and lets it be unpacked as it grows; another process that writes it already is waited for.
Status copy_blob(const Store& store, Unpacking& unpacking, std::size_t index, const image::Layer& layer,
                 const HostPath& layout) {
  while (true) {
    auto claim = TRY(store.begin_blob(layer.blob.digest, layer.blob.size));
    if (std::holds_alternative<Store::Present>(claim)) return unpacking.pump();
    if (std::holds_alternative<Store::Busy>(claim)) {
      TRY(store.await_blob(layer.blob.digest));
      continue;
    }
    auto& writer = std::get<BlobWriter>(claim);
    TRY(unpacking.blob_growing(index, writer));
    const HostPath path = blob_of(layout, layer.blob.digest);
    const os::Fd source = TRY(os::open_path(path, O_RDONLY));
    std::vector<char> piece(kPiece);
    TRY(unpacking.pump());
    while (true) {
      const ssize_t count = ::pread(source.get(), piece.data(), piece.size(), static_cast<off_t>(writer.offset()));
      if (count < 0) return unexpected(system_error(errno, "cannot read"));
      if (count == 0) break;
      TRY(writer.append({piece.data(), static_cast<std::size_t>(count)}));
    }
    TRY(writer.commit());
    return unpacking.pump();
  }
}

Status load(const Store& store, Worker& worker, const HostPath& layout, const std::string& name,
            const image::Limits& limits) {
  const std::string index_text = TRY(os::read_file(layout / "index.json", kJsonLimit));
  const Json index = TRY(parse_json(index_text));
  const image::Digest digest = TRY(image::Digest::parse(index["manifests"][0]["digest"].get<std::string>()));
  const std::string manifest_text = TRY(os::read_file(blob_of(layout, digest), kJsonLimit));
  const image::Manifest manifest = TRY(image::parse_image_manifest(manifest_text));
  const std::string config_text = TRY(os::read_file(blob_of(layout, manifest.config.digest), kJsonLimit));
  const image::Config config = TRY(image::parse_config(config_text));
  image::Record record;
  record.names = {name};
  record.manifest = {.media_type = manifest.media_type, .digest = digest, .size = manifest_text.size()};
  record.config = manifest.config;
  if (config.layers.size() != manifest.layers.size()) return failure(ErrorKind::kInvalid, "layers do not match");
  for (std::size_t layer = 0; layer < manifest.layers.size(); ++layer) {
    record.layers.push_back({.blob = manifest.layers[layer], .diff_id = config.layers[layer]});
  }
  TRY(store.put_blob(digest, manifest_text));
  TRY(store.put_blob(manifest.config.digest, config_text));
  Unpacking unpacking = TRY(Unpacking::begin(store, worker, record.layers, limits));
  for (std::size_t layer = 0; layer < record.layers.size(); ++layer) {
    TRY(copy_blob(store, unpacking, layer, record.layers[layer], layout));
  }
  TRY(unpacking.finish());
  return store.put_image(record);
}

Status show(const Store& store) {
  for (const image::Record& record : TRY(store.images())) {
    std::string trees;
    for (const image::Digest& chain : TRY(chain_ids(record.layers))) trees += " " + store.layer_tree(chain).str();
    std::printf("%s %s%s\n", record.names.empty() ? "-" : record.names.front().c_str(),
                record.manifest.digest.str().c_str(), trees.c_str());
  }
  return {};
}

Status show_check(Store& store, Worker& worker, bool repair) {
  const Checked checked = TRY(check(store, worker, repair));
  for (const Damage& damage : checked.damages) {
    std::printf("damage %s: %s%s\n", damage.thing.c_str(), damage.what.c_str(),
                damage.is_repaired ? " (repaired)" : "");
  }
  std::printf("blobs %" PRIu64 " layers %" PRIu64 " entries %" PRIu64 " unverified %" PRIu64 " damages %zu\n",
              checked.blobs, checked.layers, checked.entries, checked.unverified, checked.damages.size());
  return {};
}

Status show_usage(const Store& store, Worker& worker) {
  const Usage all = TRY(usage(store, worker));
  for (const ImageUsage& one : all.images) {
    std::printf("%s own %" PRIu64 " shared %" PRIu64 "\n", one.manifest.str().c_str(), one.own, one.shared);
  }
  std::printf("blobs %" PRIu64 " layers %" PRIu64 " garbage %" PRIu64 "\n", all.blobs, all.layers, all.garbage);
  return {};
}

Status act(const std::vector<std::string>& arguments) {
  const HostPath root = TRY(HostPath::parse(arguments[0]));
  Store store = TRY(Store::open(root));
  Worker worker(store);
  const std::string& verb = arguments[1];
  if (verb == "load") {
    const HostPath layout = TRY(HostPath::parse(arguments[2]));
    image::Limits limits;
    if (arguments.size() > 4) limits.entries = std::stoull(arguments[4]);
    if (arguments.size() > 5) limits.bytes = std::stoull(arguments[5]);
    if (arguments.size() > 6) limits.free_ratio = std::stoull(arguments[6]);
    return load(store, worker, layout, arguments[3], limits);
  }
  if (verb == "list") return show(store);
  if (verb == "rm") return store.remove_image(arguments[2]);
  if (verb == "check") return show_check(store, worker, arguments.size() > 2);
  if (verb == "du") return show_usage(store, worker);
  if (verb != "prune") return failure(ErrorKind::kUsage, "no such verb");
  const Pruned pruned = TRY(prune(store, worker, {.unpacked_blobs = arguments.size() > 2}));
  std::printf("images %" PRIu64 " blobs %" PRIu64 " layers %" PRIu64 "\n", pruned.images, pruned.blobs, pruned.layers);
  return {};
}

}  // namespace
}  // namespace hutch::images

int main(int argc, char** argv) {
  (void)::signal(SIGPIPE, SIG_IGN);
  if (argc < 3) return 2;
  const auto status = hutch::images::act({argv + 1, argv + argc});
  if (status) return 0;
  (void)std::fprintf(stderr, "store-drive: %s\n", status.error().describe().c_str());
  return 1;
}
