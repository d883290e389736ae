// The parent's side of hutch-unpack: one sandboxed process that unpacks, compares, measures and removes trees whose
// files belong to subordinate ids. Started when first needed; ends with this object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/image/work.h"
#include "images/store.h"
#include "os/process.h"

namespace hutch::images {

class Worker {
 public:
  explicit Worker(const Store& store) : store_(store) {}

  // One order at a time; the answer comes on descriptor().
  [[nodiscard]] Status send(const image::Order& order, std::vector<int> descriptors);
  [[nodiscard]] Result<image::Answer> receive();  // blocks; a dead worker is an error that says how it ended
  [[nodiscard]] Result<image::Answer> perform(const image::Order& order);
  [[nodiscard]] int descriptor() const { return socket_.get(); }

 private:
  [[nodiscard]] Status start();
  const Store& store_;
  os::Fd socket_;
  std::optional<os::Process> process_;
};

}  // namespace hutch::images
