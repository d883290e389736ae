#include "os/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace hutch::os {

// Nothing here can fail but for want of memory, or in a library that was built without SHA-256: no digest is then
// better than a wrong one.
void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  ::EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(::EVP_MD_CTX_new()) {
  if (!context_ || ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) != 1) std::abort();
}

void Sha256::add(std::string_view bytes) {
  if (::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) std::abort();
}

std::array<std::uint8_t, 32> Sha256::value() const {
  std::array<std::uint8_t, 32> bytes{};
  const std::unique_ptr<evp_md_ctx_st, Free> copy(::EVP_MD_CTX_new());
  if (!copy || ::EVP_MD_CTX_copy_ex(copy.get(), context_.get()) != 1 ||
      ::EVP_DigestFinal_ex(copy.get(), bytes.data(), nullptr) != 1) {
    std::abort();
  }
  return bytes;
}

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.value();
}

}  // namespace hutch::os
