// Entries of a tar archive in all its dialects (libarchive): ustar, pax, GNU, sparse files, long names.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/inode.h"
#include "base/result.h"
#include "unpack/stream.h"

struct archive;
struct archive_entry;

namespace hutch::unpack {

struct Time {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
};

struct Entry {
  std::string name;       // as the archive has it
  std::string hard_link;  // name of an earlier entry; empty: none
  std::string points_to;  // of a symbolic link
  FileType type = FileType::kRegular;
  std::uint32_t mode = 0;  // permission bits, 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  Time modified;
  std::vector<std::pair<std::string, std::string>> attributes;  // extended, all names
};

class Archive {
 public:
  // `stream` must outlive it.
  [[nodiscard]] static Result<Archive> open(Stream& stream);
  // Absent at the end.
  [[nodiscard]] Result<std::optional<Entry>> next();
  // The content of the entry: pieces at ascending offsets, holes left out.
  using Piece = std::function<Status(std::string_view bytes, std::uint64_t offset)>;
  [[nodiscard]] Status read_content(const Piece& piece);

 private:
  struct Free {
    void operator()(archive* reader) const;
  };
  using Reader = std::unique_ptr<archive, Free>;
  Archive(Stream& stream, Reader reader) : stream_(&stream), reader_(std::move(reader)) {}
  [[nodiscard]] Error fault();

  Stream* stream_;
  Reader reader_;
};

}  // namespace hutch::unpack
