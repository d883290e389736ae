#include "images/unpack.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "images/staged_layer.h"
#include "os/file.h"
#include "os/lock.h"

namespace hutch::images {

Result<Unpacking> Unpacking::begin(const Store& store, Worker& worker, const std::vector<image::Layer>& layers,
                                   const image::Limits& limits) {
  if (layers.size() > image::kLayerLimit) return failure(ErrorKind::kDenied, _("the image has too many layers"));
  const std::vector<image::Digest> chain = TRY(chain_ids(layers));
  Unpacking unpacking(store, worker, limits);
  for (std::size_t index = 0; index < layers.size(); ++index) {
    Layer layer;
    layer.layer = layers[index];
    layer.chain = chain[index];
    layer.stage = store.has_layer(layer.chain) ? Stage::kPresent : Stage::kWaiting;
    unpacking.layers_.push_back(std::move(layer));
  }
  return unpacking;
}

Status Unpacking::blob_growing(std::size_t index, BlobWriter& writer) {
  Layer& layer = layers_[index];
  if (layer.stage != Stage::kWaiting) return {};
  layer.blob = TRY(writer.open_reader());
  layer.news = TRY(writer.follow());
  return {};
}

Unpacking::Layer* Unpacking::next() {
  const auto found = std::ranges::find(layers_, Stage::kWaiting, &Layer::stage);
  return found == layers_.end() ? nullptr : &*found;
}

HostPath Unpacking::lock_path(const Layer& layer) const {
  return store_->path("partial") / ("layer-" + layer.chain.hex());
}

// One process unpacks a layer. False: another one does; with `waits`, until it has ended.
Result<bool> Unpacking::claim(Layer& layer, bool waits) {
  const HostPath path = lock_path(layer);
  while (!layer.lock) {
    os::Fd lock = TRY(os::open_path(path, O_RDWR | O_CREAT, 0600));
    const bool is_ours = TRY(os::try_lock(lock.get(), os::LockKind::kExclusive));
    if (!is_ours && !waits) return false;
    if (!is_ours) TRY(os::wait_for_lock(lock.get(), os::LockKind::kExclusive));
    struct stat open {};
    struct stat named {};
    const bool is_current = ::fstat(lock.get(), &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
                            open.st_ino == named.st_ino && open.st_dev == named.st_dev;
    if (is_current) layer.lock = std::move(lock);
  }
  if (store_->has_layer(layer.chain)) layer.stage = Stage::kPresent;
  return true;
}

// False: not yet, for want of the blob or because another process is at it.
Result<bool> Unpacking::start(Layer& layer, bool waits) {
  const bool is_ours = TRY(claim(layer, waits));
  if (!is_ours) return false;
  if (layer.stage == Stage::kPresent) return true;
  if (!layer.blob) {
    if (!store_->has_blob(layer.layer.blob.digest)) return false;
    layer.blob = TRY(store_->open_blob(layer.layer.blob.digest));
  }
  layer.staged = TRY(make_staged_layer(*store_));
  std::vector<std::string> lowers;
  for (const Layer& lower : layers_) {
    if (&lower == &layer) break;
    const bool is_present = lower.stage == Stage::kPresent;
    lowers.push_back(is_present ? "layers/" + lower.chain.hex() + "/tree" : "staging/" + lower.staged + "/tree");
  }
  image::Order order = unpack_order(*store_, layer.staged, lowers, layer.layer.diff_id);
  order.limits = limits_;
  order.has_pipe = static_cast<bool>(layer.news);
  std::vector<int> descriptors{layer.blob.get()};
  if (layer.news) descriptors.push_back(layer.news.get());
  TRY(worker_->send(std::move(order), descriptors));
  layer.blob.reset();
  layer.news.reset();
  layer.stage = Stage::kUnpacking;
  under_way_ = static_cast<std::size_t>(&layer - layers_.data());
  return true;
}

Status Unpacking::take_answer() {
  Layer& layer = layers_[*under_way_];
  under_way_.reset();
  TRY_IN(text::format(_("layer %s"), layer.layer.diff_id.str().c_str()), worker_->receive());
  layer.stage = Stage::kUnpacked;
  return {};
}

Status Unpacking::pump() {
  while (true) {
    if (under_way_) {
      pollfd answer{.fd = worker_->descriptor(), .events = POLLIN, .revents = 0};
      if (::poll(&answer, 1, 0) == 0 || answer.revents == 0) return {};
      TRY(take_answer());
    }
    Layer* const layer = next();
    if (layer == nullptr) return {};
    const bool has_started = TRY(start(*layer, false));
    if (!has_started) return {};
  }
}

Status Unpacking::finish() {
  while (true) {
    if (under_way_) TRY(take_answer());
    Layer* const layer = next();
    if (layer == nullptr) break;
    const bool has_started = TRY(start(*layer, true));
    if (!has_started) {
      return failure(ErrorKind::kNotFound,
                     text::format(_("the image store has no blob %s"), layer->layer.blob.digest.str().c_str()));
    }
  }
  return publish();
}

Status Unpacking::publish() {
  const bool has_new = std::ranges::any_of(layers_, [](const Layer& layer) { return layer.stage == Stage::kUnpacked; });
  if (has_new) TRY(store_->sync());
  for (Layer& layer : layers_) {
    if (layer.stage == Stage::kUnpacked) {
      if (!store_->has_blob(layer.layer.blob.digest)) {
        return failure(ErrorKind::kInvalid,
                       text::format(_("the blob %s was not completed"), layer.layer.blob.digest.str().c_str()));
      }
      TRY(publish_layer(*store_, layer.staged, layer.chain));
      layer.stage = Stage::kPresent;
    }
    if (!layer.lock) continue;
    (void)::unlink(lock_path(layer).c_str());  // those who wait look for the layer, then for the file
    layer.lock.reset();
  }
  return {};
}

}  // namespace hutch::images
