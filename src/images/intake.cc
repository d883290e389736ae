#include "images/intake.h"

#include <algorithm>
#include <set>

#include "base/i18n.h"
#include "base/overloaded.h"

namespace hutch::images {
namespace {

constexpr std::int64_t kBusyPause = 100;  // milliseconds between looks at what another process fetches

}  // namespace

Intake::Intake(const Store& store, Unpacking& unpacking, std::vector<image::Layer> layers, Progress& progress,
               const Interrupt& interrupt)
    : store_(store), unpacking_(unpacking), layers_(std::move(layers)), progress_(progress), interrupt_(interrupt) {
  // One claim a digest: an image may have a layer twice, and its lock would keep us out ourselves.
  std::set<image::Digest> seen;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    if (seen.insert(layers_[layer].blob.digest).second) wanted_.push_back(layer);
  }
}

Result<bool> Intake::claim(std::size_t layer) {
  const image::Descriptor& blob = layers_[layer].blob;
  Store::BlobClaim claimed = TRY(store_.begin_blob(blob.digest, blob.size));
  if (std::holds_alternative<Store::Present>(claimed)) {
    progress_.present(blob.digest, blob.size);
    return false;
  }
  if (std::holds_alternative<Store::Busy>(claimed)) {
    busy_.push_back(layer);
    return false;
  }
  Open open{.layer = layer, .writer = std::make_unique<BlobWriter>(std::move(std::get<BlobWriter>(claimed)))};
  for (std::size_t same = 0; same < layers_.size(); ++same) {
    const bool is_followed = layers_[same].blob.digest == blob.digest && unpacking_.needs(same);
    if (!is_followed) continue;
    TRY(unpacking_.blob_growing(same, *open.writer));
    break;
  }
  progress_.begin(blob.digest, open.writer->offset(), blob.size);
  open_.push_back(std::move(open));
  return true;
}

Result<BlobWriter*> Intake::next(bool may_wait) {
  while (true) {
    TRY(interrupt_.check());
    while (!wanted_.empty()) {
      const std::size_t layer = wanted_.front();
      wanted_.pop_front();
      const bool is_ours = TRY(claim(layer));
      if (is_ours) return open_.back().writer.get();
    }
    // Waiting while holding a writer could be for a process that waits for us.
    if (busy_.empty() || !may_wait || !open_.empty()) return nullptr;
    TRY(interrupt_.pause(kBusyPause));
    TRY(pump());
    std::swap(wanted_, busy_);
  }
}

const image::Descriptor& Intake::descriptor_of(const BlobWriter& writer) const {
  const auto open =
      std::find_if(open_.begin(), open_.end(), [&](const Open& one) { return one.writer.get() == &writer; });
  return layers_[open->layer].blob;
}

Status Intake::take(BlobWriter& writer, std::string_view bytes) {
  TRY(writer.append(bytes));
  progress_.advance(writer.digest(), writer.offset());
  return pump();
}

Status Intake::take_rest(BlobWriter& writer, const Slice& slice) {
  const auto add = [&](std::string_view bytes) -> Status {
    TRY(interrupt_.check());
    return take(writer, bytes);
  };
  TRY(read_slice(slice, writer.offset(), add));
  return complete(writer);
}

Status Intake::complete(BlobWriter& writer) {
  TRY(writer.commit());
  progress_.complete(writer.digest());
  std::erase_if(open_, [&](const Open& one) { return one.writer.get() == &writer; });
  return pump();
}

Status Intake::pump() {
  return unpacking_.pump();
}

}  // namespace hutch::images
