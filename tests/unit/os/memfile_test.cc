#include "os/memfile.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "os/file.h"

namespace hutch::os {
namespace {

TEST(SealedFile, HoldsItsBytesForEver) {
  const auto fd = make_sealed_file("test", "content");
  ASSERT_TRUE(fd.has_value());
  EXPECT_EQ(::pwrite(fd->get(), "X", 1, 0), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(::ftruncate(fd->get(), 0), -1);
  EXPECT_EQ(::fcntl(fd->get(), F_ADD_SEALS, F_SEAL_WRITE), -1) << "the seals themselves are sealed";
  const auto mapped = MappedFile::map(fd->get(), 100, true);
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ(mapped->bytes(), "content");
}

TEST(MappedFile, RefusesAFileThatCouldChange) {
  const Fd loose(::memfd_create("loose", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_TRUE(write_all(loose.get(), "x").has_value());
  EXPECT_EQ(MappedFile::map(loose.get(), 100, true).error().code, EPERM);
  EXPECT_TRUE(MappedFile::map(loose.get(), 100, false).has_value());
  ASSERT_EQ(::fcntl(loose.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
  EXPECT_EQ(MappedFile::map(loose.get(), 100, true).error().code, EPERM) << "write is not sealed";
  const auto plain = open_path(HostPath::literal("/etc/passwd"), O_RDONLY);
  ASSERT_TRUE(plain.has_value());
  EXPECT_FALSE(MappedFile::map(plain->get(), 1u << 20, true).has_value());
}

TEST(MappedFile, StopsAtTheLimit) {
  const auto fd = make_sealed_file("test", "12345");
  ASSERT_TRUE(fd.has_value());
  EXPECT_TRUE(MappedFile::map(fd->get(), 5, true).has_value());
  EXPECT_EQ(MappedFile::map(fd->get(), 4, true).error().code, EFBIG);
}

TEST(MappedFile, OfAnEmptyFileIsEmpty) {
  const auto fd = make_sealed_file("test", "");
  ASSERT_TRUE(fd.has_value());
  const auto mapped = MappedFile::map(fd->get(), 0, true);
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ(mapped->bytes(), "");
}

TEST(MappedFile, MovesItsMapping) {
  const auto fd = make_sealed_file("test", "moved");
  ASSERT_TRUE(fd.has_value());
  auto first = MappedFile::map(fd->get(), 100, true);
  ASSERT_TRUE(first.has_value());
  const MappedFile second = std::move(*first);
  EXPECT_EQ(second.bytes(), "moved");
}

}  // namespace
}  // namespace hutch::os
