#include "core/image/tar_header.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

TEST(TarHeader, WhatIsWrittenReadsBackTheSame) {
  for (const std::uint64_t size : {0ULL, 1ULL, 511ULL, 0777ULL, (1ULL << 33) - 1, 1ULL << 33, 1ULL << 40}) {
    const auto header = parse_tar_header(format_tar_header("blobs/sha256/x", size, false));
    ASSERT_TRUE(header) << size;
    EXPECT_EQ(header->kind, MemberKind::kFile);
    EXPECT_EQ(header->name, "blobs/sha256/x");
    EXPECT_EQ(header->size, size);
  }
  EXPECT_EQ(parse_tar_header(format_tar_header("d", 0, true))->kind, MemberKind::kDirectory);
  EXPECT_EQ(parse_tar_header(std::string(kTarBlock, '\0'))->kind, MemberKind::kEnd);
  EXPECT_EQ(tar_padding(0), "");
  EXPECT_EQ(tar_padding(1).size(), 511u);
  EXPECT_EQ(tar_padding(512), "");
}

TEST(TarHeader, WrongChecksumsAndSizesAreRefused) {
  std::string block = format_tar_header("a", 1, false);
  block[0] = 'b';
  EXPECT_FALSE(parse_tar_header(block));
  EXPECT_FALSE(parse_tar_header(block.substr(1)));
  EXPECT_FALSE(parse_tar_header(format_tar_header("a", (1ULL << 50) + 1, false)));
  EXPECT_TRUE(parse_tar_header(format_tar_header("a", 1ULL << 50, false)));
}

TEST(TarHeader, PaxRecordsChangeNameTargetAndSize) {
  const auto changes = parse_pax("12 path=a/b\n9 size=7\n14 linkpath=c\n");
  ASSERT_TRUE(changes) << changes.error().describe();
  EXPECT_EQ(changes->name, "a/b");
  EXPECT_EQ(changes->size, 7u);
  EXPECT_EQ(changes->target, "c");
  for (const char* bad : {"x", "5 a=b", "99 a=b\n", "3 a\n", "0 \n", "11 size=-1\n\n", "7 ab\n\n\n"}) {
    EXPECT_FALSE(parse_pax(bad)) << bad;
  }
  EXPECT_FALSE(parse_pax(std::string(kPaxLimit + 1, ' ')));
}

TEST(TarHeader, NamesStayInTheArchive) {
  EXPECT_EQ(normal_member_name("./a//b/"), "a/b");
  EXPECT_EQ(normal_member_name("a/../b"), "b");
  EXPECT_EQ(normal_member_name("../a"), "");
  EXPECT_EQ(normal_member_name("/a"), "");
}

}  // namespace
}  // namespace hutch::image
