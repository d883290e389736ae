#include "launch/landlock.h"

#include <gtest/gtest.h>

#include "os/linux_abi.h"

namespace hutch::launch {
namespace {

using plan::LandlockAccess;

constexpr LandlockAccess kAll[] = {LandlockAccess::kRead, LandlockAccess::kReadExecute, LandlockAccess::kReadWrite,
                                   LandlockAccess::kReadWriteExecute, LandlockAccess::kDevices};

TEST(Landlock, OldKernelsAreAskedForNothingTheyDoNotKnow) {
  // Each ABI's highest right, landlock(7).
  EXPECT_LT(handled_access(1), 1u << 13);
  EXPECT_LT(handled_access(2), 1u << 14);
  EXPECT_LT(handled_access(3), 1u << 15);
  EXPECT_LT(handled_access(4), 1u << 15);
  EXPECT_LT(handled_access(5), 1u << 16);
  EXPECT_EQ(handled_access(7), handled_access(5));
}

TEST(Landlock, RulesGrantOnlyWhatIsHandled) {
  for (int abi = 1; abi <= 7; ++abi) {
    for (const LandlockAccess access : kAll) EXPECT_EQ(granted_access(access, abi) & ~handled_access(abi), 0u);
  }
}

TEST(Landlock, ReadingNeverIncludesWritingAndNothingIncludesMakingDevices) {
  constexpr std::uint64_t kWriting = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                     LANDLOCK_ACCESS_FS_REMOVE_FILE | os::kLandlockTruncate;
  constexpr std::uint64_t kNodes = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
  EXPECT_EQ(granted_access(LandlockAccess::kRead, 7) & (kWriting | LANDLOCK_ACCESS_FS_EXECUTE), 0u);
  EXPECT_EQ(granted_access(LandlockAccess::kReadExecute, 7) & kWriting, 0u);
  EXPECT_EQ(granted_access(LandlockAccess::kReadWrite, 7) & kWriting, kWriting);
  EXPECT_EQ(granted_access(LandlockAccess::kReadWrite, 7) & LANDLOCK_ACCESS_FS_EXECUTE, 0u);
  for (const LandlockAccess access : kAll) EXPECT_EQ(granted_access(access, 7) & kNodes, 0u);
  EXPECT_EQ(granted_access(LandlockAccess::kReadWrite, 7) & os::kLandlockIoctlDevice, 0u);
  EXPECT_NE(granted_access(LandlockAccess::kDevices, 7) & os::kLandlockIoctlDevice, 0u);
}

}  // namespace
}  // namespace hutch::launch
