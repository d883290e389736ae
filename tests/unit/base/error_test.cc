#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace hutch {
namespace {

TEST(Error, DescribesOutermostContextFirstAndTheSystemsReasonLast) {
  const Error error = system_error(ENOENT, "cannot open 'x'").in("reading profile 'a'").in("starting 'b'");
  EXPECT_EQ(error.describe(), "starting 'b': reading profile 'a': cannot open 'x': No such file or directory");
}

TEST(Error, WithoutACodeSaysOnlyItsMessage) {
  const Error error{.kind = ErrorKind::kInvalid, .code = 0, .message = "no", .context = {}, .hint = {}};
  EXPECT_EQ(error.describe(), "no");
}

TEST(Error, KeepsTheHintOutOfTheDescription) {
  const Error error = system_error(EPERM, "cannot map").with_hint("install uidmap");
  EXPECT_EQ(error.hint, "install uidmap");
  EXPECT_EQ(error.describe().find("uidmap"), std::string::npos);
}

TEST(Error, FromTheSystemIsOfThatKindAndCode) {
  const Error error = system_error(EACCES, "m");
  EXPECT_EQ(error.kind, ErrorKind::kSystem);
  EXPECT_EQ(error.code, EACCES);
}

}  // namespace
}  // namespace hutch
