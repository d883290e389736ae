// A fresh directory for one test, removed with everything in it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "base/path.h"
#include "os/file.h"

namespace hutch::os {

class Scratch : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* const place = ::getenv("TMPDIR");
    std::string name = std::string(place != nullptr ? place : "/tmp") + "/hutch-os-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = *HostPath::parse(name);
  }
  void TearDown() override {
    EXPECT_TRUE(remove_tree(directory_).has_value());
    EXPECT_FALSE(exists(directory_));
  }
  HostPath at(std::string_view relative) const { return directory_ / relative; }
  HostPath directory_;
};

}  // namespace hutch::os
