// A fresh directory for one test, removed with everything in it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "os/file.h"

namespace hutch::host {

class FreshDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/hutch-host-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = *HostPath::parse(name);
  }
  void TearDown() override { EXPECT_TRUE(os::remove_tree(directory_).has_value()); }
  HostPath directory_;
};

}  // namespace hutch::host
