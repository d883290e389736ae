// The image store below $XDG_DATA_HOME/hutch/images (mode 0700): blobs by digest, unpacked layers by chain id, an index
// of images. No daemon; any number of processes use it at once.
//
//   format           "1\n"
//   lock             shared: a process uses the store; exclusive: one collects what nothing refers to
//   index.json       all images, replaced whole
//   blobs/sha256/X   complete and verified
//   partial/X        growing, with a lock that dies with its writer; the next writer goes on where it ended
//   layers/X/tree    unpacked layer of chain id X, in overlayfs form (see docs/architecture.md)
//   staging/NAME     being unpacked, or on its way out
//   uppers/NAME      a writable directory of a toolbox, or one that it froze (uppers.h)
//
// A name that is present is complete: things are made aside, synced, then renamed. Whatever a killed process leaves is
// in partial/ and staging/, and the next prune() takes it. Not protected from: other programs of the same user.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/path.h"
#include "core/image/record.h"
#include "images/blob_writer.h"
#include "os/fd.h"
#include "os/lock.h"

namespace hutch::images {

struct Pruned {
  std::uint64_t images = 0;
  std::uint64_t blobs = 0;   // partial ones included
  std::uint64_t layers = 0;  // unfinished ones included
  std::uint64_t bytes = 0;   // what the file system got back, as far as the files' sizes tell
};

struct PruneOptions {
  bool unnamed_images = true;   // images without name and user
  bool unpacked_blobs = false;  // compressed layers that are unpacked: push and save then fetch them again
};

class Store {
 public:
  // Makes it where it is missing, refuses a newer format, migrates an older one. Holds the shared lock.
  [[nodiscard]] static Result<Store> open(const HostPath& root);

  [[nodiscard]] const HostPath& root() const { return root_; }

  // --- blobs
  [[nodiscard]] bool has_blob(const image::Digest& digest) const;
  [[nodiscard]] Result<os::Fd> open_blob(const image::Digest& digest) const;  // kNotFound when it is not here
  // A small blob (manifest, configuration) as a whole, its digest checked again.
  [[nodiscard]] Result<std::string> read_blob(const image::Digest& digest, std::size_t limit) const;
  // Adds a small blob; nothing is done when it is there.
  [[nodiscard]] Status put_blob(const image::Digest& digest, std::string_view bytes) const;

  struct Present {};  // nothing to do
  struct Busy {};     // another process writes this blob: go on with other blobs, then await_blob()
  using BlobClaim = std::variant<BlobWriter, Present, Busy>;
  // The right to write this blob. The writer's offset() says how much is there from before.
  [[nodiscard]] Result<BlobClaim> begin_blob(const image::Digest& digest, std::uint64_t size) const;
  // For content whose digest is not known before its end: commit() sets digest() and size(). Nobody goes on with it.
  [[nodiscard]] Result<BlobWriter> begin_new_blob() const;
  // Waits until the other process is done with it or gone; then ask begin_blob() again. Only to be called while holding
  // no BlobWriter, or two processes could wait for each other.
  [[nodiscard]] Status await_blob(const image::Digest& digest) const;

  // --- images
  // Enters an image or adds to what is known of it: its manifest, configuration and layers must be in the store,
  // unpacked (Unpacking::finish). Each of record.names is taken away from the image that had it.
  [[nodiscard]] Status put_image(const image::Record& record) const;
  [[nodiscard]] Result<std::vector<image::Record>> images() const;
  // By name, by manifest digest or by a prefix of at least 4 digits of it.
  [[nodiscard]] Result<image::Record> find_image(std::string_view name_or_digest) const;
  // Takes a name away, or with a digest the image and all its names; kConflict while it has users. The bytes go with
  // the next prune().
  [[nodiscard]] Status remove_image(std::string_view name_or_digest) const;
  // What keeps an image besides its names.
  [[nodiscard]] Status add_user(const image::Digest& manifest, std::string_view user) const;
  [[nodiscard]] Status remove_user(const image::Digest& manifest, std::string_view user) const;

  // --- layers
  [[nodiscard]] bool has_layer(const image::Digest& chain) const;
  // The directory of an unpacked layer; to be used while the image has a name or user.
  [[nodiscard]] HostPath layer_tree(const image::Digest& chain) const;

  // Files of the store, for the others in this folder.
  [[nodiscard]] HostPath path(std::string_view relative) const { return root_ / relative; }
  [[nodiscard]] HostPath blob_path(const image::Digest& digest) const;
  [[nodiscard]] Status sync() const;
  [[nodiscard]] Result<bool> lock(os::LockKind kind) const;  // false: another process holds it the other way
  [[nodiscard]] int lock_descriptor() const { return lock_.get(); }

 private:
  Store(HostPath root, os::Fd lock) : root_(std::move(root)), lock_(std::move(lock)) {}
  HostPath root_;
  os::Fd lock_;
};

// 16 digits nobody else has.
[[nodiscard]] std::string random_name();

// Chain ids of layers given base first.
[[nodiscard]] Result<std::vector<image::Digest>> chain_ids(const std::vector<image::Layer>& layers);

}  // namespace hutch::images
