// Orders to hutch-unpack and its answers: one packet each, JSON, on the socket it is started with. Paths are below the
// store as the worker sees it. The answer comes from a process that reads hostile archives: it is parsed as strictly as
// anything from outside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/image/digest.h"

namespace hutch::image {

inline constexpr int kWorkSocket = 11;                 // descriptor number the worker is started with
inline constexpr const char* kWorkRoot = "/store";     // where it sees the store: layers/, staging/, uppers/
inline constexpr std::size_t kOrderLimit = 64u << 10;  // bytes

struct Limits {
  std::uint64_t entries = 8u << 20;       // of one layer
  std::uint64_t bytes = 256ULL << 30;     // of one uncompressed archive
  std::uint64_t free_ratio = 1ULL << 30;  // bytes of an archive that may come of any input
  std::uint64_t ratio = 300;              // beyond them: at most so many times the compressed size
  bool operator==(const Limits&) const = default;
};

// kDecompress: descriptors are what is read and what is written; of the limits the entries do not count.
enum class Act : std::uint8_t { kUnpack, kCompare, kMeasure, kRemove, kDecompress, kTell, kPack };

struct Order {
  Act act = Act::kUnpack;
  std::string tree;                 // staging/NAME/tree for kUnpack; the tree to look at or remove
  std::vector<std::string> lowers;  // kUnpack, kTell, kPack: trees of the state below or before, topmost first
  std::vector<std::string> trees;   // kTell, kPack: those of the state now
  std::string other;                // kCompare: the tree it should be equal to
  Digest diff_id;                   // kUnpack
  bool has_pipe = false;            // kUnpack: the blob grows; descriptors are blob[, pipe]. Others: one, to write to
  bool uses_zstd = false;           // kPack: compresses so, instead of with gzip
  bool has_own_id_only = false;     // kUnpack: owners are kept in user.hutch.owner
  Limits limits;
  bool operator==(const Order&) const = default;
};

struct Answer {
  ErrorKind kind = ErrorKind::kSystem;
  int code = 0;
  std::string failure;  // empty: it went well; else a phrase
  std::string hint;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  // kUnpack, kPack: of the archive; kMeasure: on disk
  Digest diff_id;           // kPack
  bool operator==(const Answer&) const = default;
};

[[nodiscard]] std::string encode(const Order& order);
[[nodiscard]] Result<Order> decode_order(std::string_view bytes);
[[nodiscard]] std::string encode(const Answer& answer);
[[nodiscard]] Result<Answer> decode_answer(std::string_view bytes);

}  // namespace hutch::image
