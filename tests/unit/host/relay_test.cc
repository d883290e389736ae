#include "host/relay.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "os/file.h"
#include "os/pipe.h"

namespace hutch::host {
namespace {

void turn(Route& route) {
  std::vector<pollfd> watched;
  route.watch(watched);
  ASSERT_FALSE(watched.empty());
  ASSERT_GE(::poll(watched.data(), watched.size(), 10000), 1);
  route.move(watched);
}

TEST(Relay, CopiesAndFinishesWhenTheSourceEnds) {
  auto in = os::make_pipe();
  auto out = os::make_pipe();
  ASSERT_TRUE(in && out);
  Route route(in->read.get(), out->write.get(), true);
  ASSERT_TRUE(os::write_all(in->write.get(), "hello"));
  in->write.reset();
  turn(route);
  EXPECT_EQ(route.take_finished(), -1);  // still to be written
  turn(route);
  turn(route);
  EXPECT_EQ(route.take_finished(), out->write.get());
  EXPECT_EQ(route.take_finished(), -1);  // only once
  out->write.reset();
  EXPECT_EQ(*os::read_all(out->read.get(), 100), "hello");
}

TEST(Relay, DrainsWhatIsLeft) {
  auto in = os::make_pipe();
  auto out = os::make_pipe();
  ASSERT_TRUE(in && out);
  ASSERT_TRUE(os::write_all(in->write.get(), std::string(10000, 'x')));
  Route route(in->read.get(), out->write.get(), false);
  route.drain(10);  // the write end is open: waits that long and no longer
  out->write.reset();
  EXPECT_EQ(os::read_all(out->read.get(), 100000)->size(), 10000U);
}

TEST(Relay, AReaderThatIsGoneEndsTheRoute) {
  (void)::signal(SIGPIPE, SIG_IGN);
  auto in = os::make_pipe();
  auto out = os::make_pipe();
  ASSERT_TRUE(in && out);
  out->read.reset();
  ASSERT_TRUE(os::write_all(in->write.get(), "x"));
  Route route(in->read.get(), out->write.get(), true);
  turn(route);
  turn(route);
  std::vector<pollfd> watched;
  route.watch(watched);
  EXPECT_TRUE(watched.empty());
  (void)::signal(SIGPIPE, SIG_DFL);
}

}  // namespace
}  // namespace hutch::host
