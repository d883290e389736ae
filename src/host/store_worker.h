// hutch-unpack in its sandbox.
#pragma once

#include "core/facts/facts.h"
#include "host/helper.h"

namespace hutch::host {

struct StoreWorker {
  Helper helper;
  bool has_own_id_only = false;
};
// `socket` becomes its kWorkSocket, `lock` stays open in it as long as it lives.
[[nodiscard]] Result<StoreWorker> start_store_worker(const HostPath& store, int socket, int lock);

}  // namespace hutch::host
