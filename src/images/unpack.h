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

#include <memory>
#include <vector>

#include "images/store.h"
#include "images/worker.h"

namespace hutch::images {

class Unpacking {
 public:
  // Layers base first. Those already unpacked are skipped.
  [[nodiscard]] static Result<Unpacking> begin(const Store& store, Worker& worker, std::vector<image::Layer> layers);

  // False: this layer is unpacked, its blob is not needed for that.
  [[nodiscard]] bool needs(std::size_t layer) const;
  // Layer's blob is being written: it is unpacked as it grows. Right after begin_blob(), before the first append().
  [[nodiscard]] Status blob_growing(std::size_t layer, BlobWriter& writer);
  // Starts what can be started and takes what is done.
  [[nodiscard]] Status pump();
  // Readable when pump() has something to take; -1 while nothing is under way.
  [[nodiscard]] int descriptor() const;
  [[nodiscard]] Status finish();

  Unpacking(Unpacking&&) noexcept;
  Unpacking& operator=(Unpacking&&) noexcept;
  Unpacking(const Unpacking&) = delete;
  Unpacking& operator=(const Unpacking&) = delete;
  ~Unpacking();  // what is unfinished goes to the next prune

 private:
  struct State;
  explicit Unpacking(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hutch::images
