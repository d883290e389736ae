// The parent's side of hutch-unpack: one sandboxed process that unpacks, compares, measures and removes trees whose
// files belong to subordinate ids. Started when first needed; ends with this object.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/image/work.h"
#include "host/store_worker.h"
#include "images/store.h"

namespace hutch::images {

class Worker {
 public:
  // `store` must outlive it.
  explicit Worker(const Store& store) : store_(&store) {}

  // One order at a time; the answer comes on descriptor(). Without subordinate ids all of them have the own one only.
  [[nodiscard]] Status send(image::Order order, const std::vector<int>& descriptors);
  [[nodiscard]] Result<image::Answer> receive();  // blocks; what failed there, or a worker that ended, is an error
  [[nodiscard]] Result<image::Answer> perform(image::Order order, const std::vector<int>& descriptors = {});
  [[nodiscard]] int descriptor() const { return socket_.get(); }

  // A path of the store as the worker sees it.
  [[nodiscard]] static std::string path(std::string_view relative);

 private:
  [[nodiscard]] Status start();
  const Store* store_;
  os::Fd socket_;
  std::optional<host::StoreWorker> worker_;
};

}  // namespace hutch::images
