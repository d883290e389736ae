// A blob on its way into the store. Bytes are hashed as they come; commit() lets only the right ones in.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/path.h"
#include "core/image/digest.h"
#include "os/fd.h"
#include "os/sha256.h"

namespace hutch::images {

// Programs that use it ignore SIGPIPE. Holds the blob's lock. Dropping it keeps what was written, for whoever goes on;
// reset() starts anew.
class BlobWriter {
 public:
  // How much is there: go on with the byte at this offset.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const image::Digest& digest() const { return digest_; }

  // More than size() in all is an error, and so is what the disk refuses.
  [[nodiscard]] Status append(std::string_view bytes);
  // Forgets what is there, e.g. when the other side cannot resume. Not while an Unpacking follows.
  [[nodiscard]] Status reset();
  // Size and digest are compared; a wrong blob is deleted and reported. After it the blob is in the store, though not
  // yet synced: Store::put_image() and Unpacking::finish() sync before they enter anything.
  [[nodiscard]] Status commit();

  // For Unpacking: the growing file, and a pipe on which each append() writes a byte. commit() writes 'c'.
  [[nodiscard]] Result<os::Fd> open_reader() const;
  [[nodiscard]] Result<os::Fd> follow();

 private:
  friend class Store;
  // Reads what is there from before.
  [[nodiscard]] static Result<BlobWriter> open(HostPath partial, HostPath directory, image::Digest digest,
                                               std::uint64_t size, os::Fd file);
  BlobWriter(HostPath partial, HostPath directory, image::Digest digest, std::uint64_t size, os::Fd file)
      : partial_(std::move(partial)),
        directory_(std::move(directory)),
        digest_(std::move(digest)),
        size_(size),
        file_(std::move(file)) {}
  void notify(char what);

  HostPath partial_;
  HostPath directory_;  // where it goes when it is complete
  image::Digest digest_;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
  os::Fd file_;
  os::Fd followers_;
  os::Sha256 hash_;
};

}  // namespace hutch::images
