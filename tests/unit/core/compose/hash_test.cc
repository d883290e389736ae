#include "core/compose/hash.h"

#include <gtest/gtest.h>

namespace hutch::compose {
namespace {

// The reference vectors of SipHash-2-4-128 (vectors.h of its authors): key 00..0f, message 00, 00 01, ...
TEST(Hash, AgreesWithTheReferenceVectors) {
  const HashKey key = key_from_hex("000102030405060708090a0b0c0d0e0f");
  std::string message;
  EXPECT_EQ(hex(keyed_hash(key, message)), "a3817f04ba25a8e66df67214c7550293");
  message += '\x00';
  EXPECT_EQ(hex(keyed_hash(key, message)), "da87c1d86b99af44347659119b22fc45");
  message += '\x01';
  EXPECT_EQ(hex(keyed_hash(key, message)), "8177228da4a45dc7fca38bdef60affe4");
  for (char next = 2; next <= 16; ++next) message += next;
  EXPECT_EQ(hex(keyed_hash(key, message)), "473d06e8738db89854c066c47ae47740");  // openssl mac SIPHASH
}

TEST(Hash, DependsOnTheKey) {
  EXPECT_NE(keyed_hash(key_from_hex("000102030405060708090a0b0c0d0e0f"), "box"), keyed_hash({}, "box"));
}

TEST(Hash, KeysAreThirtyTwoHexadecimalDigits) {
  EXPECT_EQ(key_from_hex("0123"), HashKey{});
  EXPECT_EQ(key_from_hex("0123456789abcdef0123456789abcdeg"), HashKey{});
  EXPECT_EQ(key_from_hex("0123456789ABCDEF0123456789abcdef")[1], 0x23);
}

}  // namespace
}  // namespace hutch::compose
