// SHA-256 of what passes by, and of whole texts (OpenSSL's libcrypto, which uses the processor's own instructions).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

struct evp_md_ctx_st;

namespace hutch::os {

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept = default;
  Sha256& operator=(Sha256&&) noexcept = default;

  void add(std::string_view bytes);
  // Of everything added; more may follow.
  [[nodiscard]] std::array<std::uint8_t, 32> value() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace hutch::os
