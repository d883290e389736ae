#include "images/public_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <climits>
#include <memory>

#include "base/i18n.h"

namespace hutch::images {
namespace {

using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;
using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Context = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Result<bool> is_signed_by(std::string_view pem, std::string_view message, std::string_view signature) {
  constexpr std::size_t kKeyLimit = 64u << 10;  // bytes
  const Bio bio(pem.size() > kKeyLimit ? nullptr : BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const Key key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr, EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!key || !context) return failure(ErrorKind::kInvalid, _("a key that is no public key in PEM"));
  const int kind = EVP_PKEY_get_base_id(key.get());
  if (kind != EVP_PKEY_EC && kind != EVP_PKEY_RSA && kind != EVP_PKEY_ED25519) {
    return failure(ErrorKind::kInvalid, _("a key that is neither ECDSA nor RSA nor Ed25519"));
  }
  const EVP_MD* const hash = kind == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
  if (EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
}

}  // namespace hutch::images
