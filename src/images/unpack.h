// Layers become trees: each archive is decompressed, verified against its diff id and written in the owner layout of
// toolboxes by hutch-unpack, a process in a sandbox of its own that sees nothing but the store.
//
//   auto unpacking = TRY(Unpacking::begin(store, worker, layers));
//   for each layer in any order, while others still load:   begin_blob, blob_growing(i, writer), append…, commit
//                                          or, when present: nothing; it is found in the store when its turn comes
//   TRY(unpacking.pump());                 now and then: starts the next layer; never blocks
//   TRY(unpacking.finish());               blocks until all are unpacked, synced and renamed into place
//   TRY(store.put_image(record));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "images/blob_writer.h"
#include "images/store.h"
#include "images/worker.h"

namespace hutch::images {

// Dropped before finish(): what is unfinished goes with the next prune().
class Unpacking {
 public:
  // Layers base first. Those already unpacked are skipped. Both references must outlive it.
  [[nodiscard]] static Result<Unpacking> begin(const Store& store, Worker& worker,
                                               const std::vector<image::Layer>& layers,
                                               const image::Limits& limits = {});

  // False: this layer is unpacked, its blob is not needed for that.
  [[nodiscard]] bool needs(std::size_t layer) const { return layers_[layer].stage != Stage::kPresent; }
  // The layer's blob is being written: it is unpacked as it grows. Right after begin_blob(), before the first append().
  [[nodiscard]] Status blob_growing(std::size_t layer, BlobWriter& writer);
  // Starts what can be started and takes what is done.
  [[nodiscard]] Status pump();
  // Readable when pump() has something to take; -1 while nothing is under way.
  [[nodiscard]] int descriptor() const { return under_way_ ? worker_->descriptor() : -1; }
  [[nodiscard]] Status finish();

 private:
  enum class Stage : std::uint8_t { kWaiting, kUnpacking, kUnpacked, kPresent };
  struct Layer {
    image::Layer layer;
    image::Digest chain;
    Stage stage = Stage::kWaiting;
    std::string staged;  // name in staging/
    os::Fd blob;         // growing
    os::Fd news;         // of its growth
    os::Fd lock;         // nobody else unpacks it
  };

  Unpacking(const Store& store, Worker& worker, const image::Limits& limits)
      : store_(&store), worker_(&worker), limits_(limits) {}
  [[nodiscard]] Layer* next();
  [[nodiscard]] Result<bool> claim(Layer& layer, bool waits);
  [[nodiscard]] Result<bool> start(Layer& layer, bool waits);
  [[nodiscard]] Status take_answer();
  [[nodiscard]] Status publish();
  [[nodiscard]] HostPath lock_path(const Layer& layer) const;

  const Store* store_;
  Worker* worker_;
  image::Limits limits_;
  std::vector<Layer> layers_;
  std::optional<std::size_t> under_way_;
};

}  // namespace hutch::images
