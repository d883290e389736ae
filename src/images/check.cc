#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <set>

#include "base/i18n.h"
#include "base/text.h"
#include "images/care.h"
#include "images/index.h"
#include "images/staged_layer.h"
#include "os/file.h"
#include "os/sha256.h"

namespace hutch::images {
namespace {

constexpr std::size_t kPieceSize = 1u << 20;

Result<image::Digest> digest_of(int fd) {
  std::vector<char> piece(kPieceSize);
  os::Sha256 hash;
  while (true) {
    const ssize_t count = ::read(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read a blob")));
    if (count == 0) return image::Digest::of_bytes(hash.value());
    hash.add({piece.data(), static_cast<std::size_t>(count)});
  }
}

class Check {
 public:
  Check(const Store& store, Worker& worker, bool repairs) : store_(store), worker_(worker), repairs_(repairs) {}

  Checked checked;

  // Every blob that is there, whoever it belongs to.
  Status check_blobs() {
    const std::vector<std::string> names = TRY(os::list_directory(store_.path("blobs/sha256")));
    for (const std::string& name : names) {
      ++checked.blobs;
      const HostPath path = store_.path("blobs/sha256") / name;
      const os::Fd file = TRY(os::open_path(path, O_RDONLY));
      const auto found = digest_of(file.get());
      if (found && found->hex() == name) continue;
      bad_blobs_.insert(name);
      if (repairs_ && ::unlink(path.c_str()) != 0) return unexpected(system_error(errno, _("cannot remove a blob")));
    }
    return {};
  }

  Status check_image(const image::Record& record) {
    for (const image::Descriptor* const blob : {&record.manifest, &record.config}) {
      check_presence(record, blob->digest, true);
    }
    const std::vector<image::Digest> chain = TRY(chain_ids(record.layers));
    std::vector<std::string> lowers;
    for (std::size_t index = 0; index < chain.size(); ++index) {
      check_presence(record, record.layers[index].blob.digest, false);
      if (seen_.insert(chain[index].hex()).second) {
        TRY(check_layer(record, record.layers[index], chain[index], lowers));
      }
      lowers.push_back("layers/" + chain[index].hex() + "/tree");
    }
    return {};
  }

  void note_other_blobs() {
    for (const std::string& name : bad_blobs_) {
      if (!named_.contains(name)) note({}, "blob sha256:" + name, _("its content is not what its name says"), repairs_);
    }
  }

 private:
  void note(const image::Digest& manifest, std::string thing, std::string what, bool is_repaired) {
    checked.damages.push_back(
        {.manifest = manifest, .thing = std::move(thing), .what = std::move(what), .is_repaired = is_repaired});
  }

  void check_presence(const image::Record& record, const image::Digest& blob, bool must_be_there) {
    if (!named_.insert(blob.hex()).second) return;
    if (bad_blobs_.contains(blob.hex())) {
      note(record.manifest.digest, "blob " + blob.str(), _("its content is not what its name says"), false);
    } else if (must_be_there && !store_.has_blob(blob)) {
      note(record.manifest.digest, "blob " + blob.str(), _("it is missing"), false);
    }
  }

  Status check_layer(const image::Record& record, const image::Layer& layer, const image::Digest& chain,
                     const std::vector<std::string>& lowers) {
    ++checked.layers;
    const bool is_there = store_.has_layer(chain);
    const bool has_blob = store_.has_blob(layer.blob.digest) && !bad_blobs_.contains(layer.blob.digest.hex());
    if (!has_blob) {
      if (is_there) ++checked.unverified;
      if (!is_there) note(record.manifest.digest, "layer " + chain.str(), _("it is missing"), false);
      return {};
    }
    const std::string staged = TRY(make_staged_layer(store_));
    const os::Fd blob = TRY(store_.open_blob(layer.blob.digest));
    image::Order unpacking = unpack_order(store_, staged, lowers, layer.diff_id);
    const std::string tree = "layers/" + chain.hex() + "/tree";
    if (lowers.empty() && is_there) unpacking.has_own_id_only = has_own_id_only(store_, tree);
    const auto unpacked = worker_.perform(std::move(unpacking), {blob.get()});
    std::string what = _("it is missing");
    if (!unpacked && unpacked.error().kind == ErrorKind::kSystem) {  // a full disk says nothing of the layer
      TRY(remove(staged));
      return unexpected(unpacked.error());
    }
    if (!unpacked) {
      what = unpacked.error().describe();
    } else if (is_there) {
      image::Order order;
      order.act = image::Act::kCompare;
      order.tree = Worker::path(tree);
      order.other = Worker::path("staging/" + staged + "/tree");
      const auto same = worker_.perform(std::move(order));
      if (same) checked.entries += same->entries;
      what = same ? std::string() : same.error().describe();
    }
    const bool is_repaired = !what.empty() && unpacked && repairs_;
    if (is_repaired) {
      TRY(store_.sync());
      if (is_there) {
        const std::string gone = TRY(discard(store_, "layers/" + chain.hex()));
        TRY(remove(gone));
      }
      TRY(publish_layer(store_, staged, chain));
    } else {
      TRY(remove(staged));
    }
    if (!what.empty()) note(record.manifest.digest, "layer " + chain.str(), what, is_repaired);
    return {};
  }

  Status remove(const std::string& name) {
    image::Order order;
    order.act = image::Act::kRemove;
    order.tree = Worker::path("staging/" + name);
    TRY(worker_.perform(std::move(order)));
    return {};
  }

  const Store& store_;
  Worker& worker_;
  bool repairs_;
  std::set<std::string> bad_blobs_;
  std::set<std::string> named_;  // blobs of images
  std::set<std::string> seen_;   // layers
};

}  // namespace

Result<Checked> check(Store& store, Worker& worker, bool repair) {
  if (repair) {
    const bool is_alone = TRY(store.lock(os::LockKind::kExclusive));
    if (!is_alone) {
      return failure(ErrorKind::kConflict, _("the image store is in use by another hutch"),
                     _("try again when it has ended"));
    }
  }
  Check check(store, worker, repair);
  const Records records = TRY(store.images());
  TRY(check.check_blobs());
  for (const image::Record& record : records) TRY(check.check_image(record));
  check.note_other_blobs();
  if (repair) (void)store.lock(os::LockKind::kShared);  // giving up a part cannot be refused
  return std::move(check.checked);
}

}  // namespace hutch::images
