// Files by name with their bytes anywhere: a directory, or the members of a tar archive that is a file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/path.h"
#include "os/fd.h"

namespace hutch::images {

// A stretch of a file.
struct Slice {
  os::Fd file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

class Bag {
 public:
  [[nodiscard]] static Result<Bag> of_directory(const HostPath& directory);
  // A tar archive of regular files, uncompressed; links are resolved to members of the same archive.
  [[nodiscard]] static Result<Bag> of_archive(os::Fd archive);

  // kNotFound when there is none of this name.
  [[nodiscard]] Result<Slice> open(const std::string& name) const;
  [[nodiscard]] Result<std::string> read(const std::string& name, std::size_t limit) const;
  [[nodiscard]] bool has(const std::string& name) const;

 private:
  struct Member {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::string link;  // the name it stands for
  };
  [[nodiscard]] const Member* find(const std::string& name) const;

  os::Fd base_;  // the directory or the archive
  bool is_archive_ = false;
  std::map<std::string, Member> members_;
};

// Reads a stretch in pieces and gives them to `take`, which is a Status(std::string_view).
template <class Take>
[[nodiscard]] Status read_slice(const Slice& slice, std::uint64_t from, Take take);

[[nodiscard]] Result<std::string> read_piece(const Slice& slice, std::uint64_t from, std::size_t most);

template <class Take>
Status read_slice(const Slice& slice, std::uint64_t from, Take take) {
  constexpr std::size_t kPiece = 256u << 10;
  while (from < slice.size) {
    const std::string piece = TRY(read_piece(slice, from, kPiece));
    TRY(take(std::string_view(piece)));
    from += piece.size();
  }
  return {};
}

}  // namespace hutch::images
