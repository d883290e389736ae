#include "core/image/work.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

Order full_order() {
  return {.act = Act::kCompare,
          .tree = "/store/staging/new-1/tree",
          .lowers = {"/store/layers/b/tree", "/store/layers/a/tree"},
          .trees = {"/store/uppers/1/tree"},
          .other = "/store/layers/c/tree",
          .diff_id = *Digest::parse_hex(std::string(64, 'a')),
          .has_pipe = true,
          .uses_zstd = true,
          .has_own_id_only = true,
          .limits = {.entries = 1, .bytes = 2, .free_ratio = 3, .ratio = 4}};
}

TEST(Work, OrdersAndAnswersComeBackEqual) {
  EXPECT_EQ(*decode_order(encode(full_order())), full_order());
  EXPECT_EQ(*decode_order(encode(Order())), Order());
  const Answer answer{.kind = ErrorKind::kDenied,
                      .code = 28,
                      .failure = "it failed",
                      .hint = "do better",
                      .entries = 1ULL << 60,
                      .bytes = 5,
                      .diff_id = *Digest::parse_hex(std::string(64, 'b'))};
  EXPECT_EQ(*decode_answer(encode(answer)), answer);
}

TEST(Work, WhatIsNoMessageIsRefused) {
  for (const char* const bytes : {"", "{}", "[]", "null", R"({"act":9})", R"({"kind":1})"}) {
    EXPECT_FALSE(decode_order(bytes)) << bytes;
    EXPECT_FALSE(decode_answer(bytes)) << bytes;
  }
  Answer answer;
  answer.code = 5000;
  EXPECT_FALSE(decode_answer(encode(answer))) << "no such errno";
  answer.code = 0;
  answer.failure = std::string(3000, 'x');
  EXPECT_FALSE(decode_answer(encode(answer))) << "too long for a phrase";
  EXPECT_FALSE(decode_order(encode(full_order()) + std::string(kOrderLimit, ' ')));
}

TEST(Work, AnImageOfAllLayersFitsIntoAnOrder) {
  Order order = full_order();
  order.lowers.assign(250, "/store/layers/" + std::string(64, 'a') + "/tree");
  const std::string bytes = encode(order);
  EXPECT_LT(bytes.size(), kOrderLimit);
  EXPECT_EQ(*decode_order(bytes), order);
}

}  // namespace
}  // namespace hutch::image
