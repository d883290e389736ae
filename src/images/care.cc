#include "images/care.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "base/i18n.h"
#include "base/text.h"
#include "images/index.h"
#include "images/staged_layer.h"
#include "images/uppers.h"
#include "os/file.h"

namespace hutch::images {
namespace {

constexpr std::uint64_t kBlock = 512;  // st_blocks, stat(2)

// What a set of images needs.
struct Needed {
  std::set<std::string> blobs;   // by digits
  std::set<std::string> layers;  // chain ids
};

Result<Needed> needed_by(const Records& records, bool without_layer_blobs) {
  Needed needed;
  for (const image::Record& record : records) {
    needed.blobs.insert(record.manifest.digest.hex());
    needed.blobs.insert(record.config.digest.hex());
    const std::vector<image::Digest> chain = TRY(chain_ids(record.layers));
    for (std::size_t index = 0; index < chain.size(); ++index) {
      needed.layers.insert(chain[index].hex());
      if (!without_layer_blobs) needed.blobs.insert(record.layers[index].blob.digest.hex());
    }
  }
  return needed;
}

std::uint64_t size_on_disk(const HostPath& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * kBlock;
}

Result<image::Answer> ask(Worker& worker, image::Act act, const std::string& path) {
  image::Order order;
  order.act = act;
  order.tree = Worker::path(path);
  return worker.perform(std::move(order));
}

class Pruning {
 public:
  Pruning(const Store& store, const PruneOptions& options) : store_(store), options_(options) {}

  Status collect(const Records& records) {
    const Needed needed = TRY(needed_by(records, options_.unpacked_blobs));
    TRY(remove_files("partial", {}));
    TRY(remove_files("blobs/sha256", needed.blobs));
    const std::vector<std::string> layers = TRY(os::list_directory(store_.path("layers")));
    for (const std::string& name : layers) {
      if (needed.layers.contains(name)) continue;
      TRY(discard(store_, "layers/" + name));
      ++pruned.layers;
    }
    return {};
  }

  Pruned pruned;

 private:
  Status remove_files(const char* directory, const std::set<std::string>& kept) {
    const HostPath path = store_.path(directory);
    const std::vector<std::string> names = TRY(os::list_directory(path));
    for (const std::string& name : names) {
      if (kept.contains(name)) continue;
      const HostPath file = path / name;
      const std::uint64_t size = size_on_disk(file);
      if (::unlink(file.c_str()) != 0) {
        return unexpected(system_error(errno, text::format(_("cannot remove '%s'"), text::printable(name).c_str())));
      }
      pruned.bytes += size;
      if (!name.starts_with("layer-")) ++pruned.blobs;  // a lock of a killed process is no blob
    }
    return {};
  }

  const Store& store_;
  const PruneOptions& options_;
};

bool is_kept(const image::Record& record) {
  return !record.names.empty() || !record.users.empty();
}

}  // namespace

Result<Pruned> prune(Store& store, Worker& worker, const PruneOptions& options) {
  const bool is_alone = TRY(store.lock(os::LockKind::kExclusive));
  if (!is_alone) {
    return failure(ErrorKind::kConflict, _("the image store is in use by another hutch"),
                   _("try again when it has ended"));
  }
  // From here on: nobody else uses the store, so whatever is unfinished has no owner.
  Pruning pruning(store, options);
  const Records records = TRY(read_index(store.root()));
  TRY(pruning.collect(records));
  if (options.unnamed_images && !std::ranges::all_of(records, is_kept)) {
    TRY(change_index(store.root(), [](Records& all) -> Status {
      std::erase_if(all, [](const image::Record& record) { return !is_kept(record); });
      return {};
    }));
    const Records kept = TRY(read_index(store.root()));
    pruning.pruned.images = records.size() - kept.size();
    TRY(pruning.collect(kept));
  }
  TRY(set_aside_unused(store));
  const std::vector<std::string> unfinished = TRY(os::list_directory(store.path("staging")));
  const bool is_shared = TRY(store.lock(os::LockKind::kShared));
  if (!is_shared) return failure(ErrorKind::kConflict, _("the image store is in use by another hutch"));
  for (const std::string& name : unfinished) {
    // What cannot be measured can be removed.
    const auto size = ask(worker, image::Act::kMeasure, "staging/" + name);
    TRY(ask(worker, image::Act::kRemove, "staging/" + name));
    if (size) pruning.pruned.bytes += size->bytes;
    if (!name.starts_with("gone-")) ++pruning.pruned.layers;
  }
  return pruning.pruned;
}

Result<Usage> usage(const Store& store, Worker& worker) {
  const Records records = TRY(store.images());
  std::map<std::string, std::uint64_t> sizes;  // of blobs and layers by path
  std::map<std::string, int> users;            // how many images
  std::vector<std::set<std::string>> things;
  for (const image::Record& record : records) {
    const Needed needed = TRY(needed_by({record}, false));
    std::set<std::string>& own = things.emplace_back();
    for (const std::string& blob : needed.blobs) own.insert("blobs/sha256/" + blob);
    for (const std::string& layer : needed.layers) own.insert("layers/" + layer);
    for (const std::string& thing : own) ++users[thing];
  }
  Usage usage;
  const auto add = [&](const std::string& path, std::uint64_t size, std::uint64_t& sum) {
    sizes[path] = size;
    sum += size;
    if (!users.contains(path)) usage.garbage += size;
  };
  for (const std::string& name : TRY(os::list_directory(store.path("blobs/sha256")))) {
    const std::string path = "blobs/sha256/" + name;
    add(path, size_on_disk(store.path(path)), usage.blobs);
  }
  for (const std::string& name : TRY(os::list_directory(store.path("layers")))) {
    const image::Answer size = TRY(ask(worker, image::Act::kMeasure, "layers/" + name));
    add("layers/" + name, size.bytes, usage.layers);
  }
  for (const std::string& name : TRY(os::list_directory(store.path("partial")))) {
    usage.garbage += size_on_disk(store.path("partial") / name);
  }
  for (const std::string& name : TRY(os::list_directory(store.path("staging")))) {
    usage.garbage += TRY(ask(worker, image::Act::kMeasure, "staging/" + name)).bytes;
  }
  for (std::size_t index = 0; index < records.size(); ++index) {
    ImageUsage one{.manifest = records[index].manifest.digest};
    for (const std::string& thing : things[index]) (users[thing] > 1 ? one.shared : one.own) += sizes[thing];
    usage.images.push_back(std::move(one));
  }
  return usage;
}

}  // namespace hutch::images
