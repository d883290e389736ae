// A sealed memfd: bytes another process can map and nobody can change any more (memfd_create(2), F_SEAL_*).
#pragma once

#include <string_view>

#include "os/fd.h"

namespace hutch::os {

[[nodiscard]] Result<Fd> make_sealed_file(const char* name, std::string_view content);

// The bytes of a file mapped read-only for as long as this lives.
class MappedFile {
 public:
  // With `must_be_sealed`, a descriptor without write, shrink, grow and seal seals is refused.
  [[nodiscard]] static Result<MappedFile> map(int fd, std::size_t limit, bool must_be_sealed);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

}  // namespace hutch::os
