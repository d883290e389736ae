// Care of a store: what it takes, what nothing needs, what is damaged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "images/store.h"
#include "images/worker.h"

namespace hutch::images {

struct ImageUsage {
  image::Digest manifest;
  std::uint64_t own = 0;     // bytes on disk that go when this image goes
  std::uint64_t shared = 0;  // with other images
};
struct Usage {
  std::vector<ImageUsage> images;  // in the order of Store::images()
  std::uint64_t blobs = 0;
  std::uint64_t layers = 0;
  std::uint64_t garbage = 0;  // what prune() would take
};
[[nodiscard]] Result<Usage> usage(const Store& store, Worker& worker);

// Deletes what no image refers to. kConflict while another process adds an image. Needs no space.
[[nodiscard]] Result<Pruned> prune(Store& store, Worker& worker, const PruneOptions& options);

// What is wrong with one image. Its damaged blobs and layers have been taken out of the store, so adding the image
// again (pull, or Unpacking from the blobs that are left) repairs it.
struct Damage {
  image::Digest manifest;    // empty: a blob or layer no image refers to
  std::string thing;         // "blob sha256:…", "layer sha256:…"
  std::string what;          // a phrase
  bool is_repaired = false;  // a layer that was unpacked again from its verified blob
};
struct Checked {
  std::uint64_t blobs = 0;
  std::uint64_t layers = 0;
  std::uint64_t entries = 0;
  std::uint64_t unverified = 0;  // layers whose blob is not kept: nothing to compare them with
  std::vector<Damage> damages;
};
// Reads every blob and compares every layer's tree with what its archive says. With `repair` damaged things are taken
// out and layers unpacked again where the blob is good.
[[nodiscard]] Result<Checked> check(Store& store, Worker& worker, bool repair);

}  // namespace hutch::images
