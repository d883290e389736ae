// A content digest of the OCI image specification, "sha256:" and 64 lower case hexadecimal digits. Other algorithms
// are refused: two names for one content would be two blobs.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hutch::image {

using DigestBytes = std::array<std::uint8_t, 32>;

class Digest {
 public:
  [[nodiscard]] static Result<Digest> parse(std::string_view text);
  // 64 lower case digits, as file names in the store are.
  [[nodiscard]] static Result<Digest> parse_hex(std::string_view hex);
  [[nodiscard]] static Digest of_bytes(const DigestBytes& bytes);

  Digest() = default;  // no digest: "" in both forms

  [[nodiscard]] std::string str() const { return hex_.empty() ? std::string() : "sha256:" + hex_; }
  [[nodiscard]] const std::string& hex() const { return hex_; }
  [[nodiscard]] bool empty() const { return hex_.empty(); }

  auto operator<=>(const Digest&) const = default;
  bool operator==(const Digest&) const = default;

 private:
  explicit Digest(std::string hex) : hex_(std::move(hex)) {}
  std::string hex_;
};

}  // namespace hutch::image
