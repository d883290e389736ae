#include "core/compose/order.h"

#include <gtest/gtest.h>

namespace hutch::compose {
namespace {

using plan::Step;

BoxPath box(const char* path) {
  return BoxPath::literal(path);
}
Step directory(const char* path) {
  return plan::Dir{.target = box(path)};
}
Step bind(const char* path) {
  return plan::Bind{.source = HostPath::literal(path), .target = box(path)};
}
Step link(const char* path) {
  return plan::Symlink{.target = box(path), .points_to = "elsewhere"};
}
Step file(const char* path) {
  return plan::File{.target = box(path), .content = "x"};
}

TEST(Order, ParentsComeFirst) {
  const auto steps = in_order({file("/a/b/c"), bind("/a"), bind("/a-b")}, {bind("/a/b/d")}, {});
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0], bind("/a"));
  std::vector<std::string> targets;
  for (const Step& step : steps) targets.push_back(plan::target_of(step).str());
  EXPECT_EQ(targets, (std::vector<std::string>{"/a", "/a-b", "/a/b/c", "/a/b/d"}));
}

TEST(Order, NothingOfTheBaseIsMadeInAGrantedDirectory) {
  const auto steps = in_order({file("/etc/app/x"), file("/etc/other")}, {bind("/etc/app")}, {});
  EXPECT_EQ(steps, (std::vector<Step>{bind("/etc/app"), file("/etc/other")}));
}

TEST(Order, ALinkGivesWayToWhatIsGrantedBelowIt) {
  EXPECT_EQ(in_order({link("/var/tmp")}, {bind("/var/tmp/work")}, {}), std::vector<Step>{bind("/var/tmp/work")});
}

TEST(Order, OneStepStaysAtAPlace) {
  EXPECT_EQ(in_order({directory("/mnt")}, {directory("/srv"), bind("/srv"), bind("/mnt")}, {}),
            (std::vector<Step>{bind("/mnt"), bind("/srv")}));
}

TEST(Order, LatePlacesAreLeftFree) {
  EXPECT_EQ(in_order({bind("/run/bus"), bind("/run/x")}, {}, {file("/run/bus")}), std::vector<Step>{bind("/run/x")});
}

}  // namespace
}  // namespace hutch::compose
