#include "os/socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "os/pipe.h"
#include "scratch.h"

namespace hutch::os {
namespace {

using Socket = Scratch;

TEST_F(Socket, KeepsPacketsApart) {
  const auto pair = make_packet_pair();
  ASSERT_TRUE(pair.has_value());
  ASSERT_TRUE(send_packet(pair->left.get(), "one").has_value());
  ASSERT_TRUE(send_packet(pair->left.get(), "two").has_value());
  EXPECT_EQ(receive_packet(pair->right.get(), 100)->bytes, "one");
  EXPECT_EQ(receive_packet(pair->right.get(), 100)->bytes, "two");
}

TEST_F(Socket, CarriesDescriptorsCloseOnExec) {
  const auto pair = make_packet_pair();
  auto pipe = make_pipe();
  ASSERT_TRUE(pair.has_value() && pipe.has_value());
  const int sent[] = {pipe->write.get(), pair->left.get()};
  ASSERT_TRUE(send_packet(pair->left.get(), "x", sent).has_value());
  pipe->write.reset();
  auto received = receive_packet(pair->right.get(), 100);
  ASSERT_TRUE(received.has_value());
  ASSERT_EQ(received->descriptors.size(), 2u);
  EXPECT_NE(::fcntl(received->descriptors[0].get(), F_GETFD) & FD_CLOEXEC, 0);
  ASSERT_TRUE(write_all(received->descriptors[0].get(), "through").has_value());
  received->descriptors.clear();
  EXPECT_EQ(*read_all(pipe->read.get(), 100), "through");
}

TEST_F(Socket, CarriesAsManyDescriptorsAsItsLimitAndNoMore) {
  const auto pair = make_packet_pair();
  ASSERT_TRUE(pair.has_value());
  const std::vector<int> most(kDescriptorLimit, pair->left.get());
  ASSERT_TRUE(send_packet(pair->left.get(), "x", most).has_value());
  EXPECT_EQ(receive_packet(pair->right.get(), 10)->descriptors.size(), kDescriptorLimit);
  const std::vector<int> more(kDescriptorLimit + 1, pair->left.get());
  EXPECT_EQ(send_packet(pair->left.get(), "x", more).error().code, EINVAL);
}

TEST_F(Socket, RefusesAPacketLongerThanTheLimit) {
  const auto pair = make_packet_pair();
  ASSERT_TRUE(pair.has_value());
  ASSERT_TRUE(send_packet(pair->left.get(), "12345").has_value());
  EXPECT_EQ(receive_packet(pair->right.get(), 4).error().code, EMSGSIZE);
  ASSERT_TRUE(send_packet(pair->left.get(), "1234").has_value());
  EXPECT_EQ(receive_packet(pair->right.get(), 4)->bytes, "1234");
}

TEST_F(Socket, DropsTheDescriptorsOfARefusedPacket) {
  const auto pair = make_packet_pair();
  auto pipe = make_pipe();
  ASSERT_TRUE(pair.has_value() && pipe.has_value());
  const int sent[] = {pipe->write.get()};
  ASSERT_TRUE(send_packet(pair->left.get(), "12345", sent).has_value());
  EXPECT_FALSE(receive_packet(pair->right.get(), 4).has_value());
  pipe->write.reset();
  EXPECT_EQ(*read_all(pipe->read.get(), 10), "") << "somebody still holds the write end";
}

TEST_F(Socket, SeesThePeerGo) {
  auto pair = make_packet_pair();
  ASSERT_TRUE(pair.has_value());
  pair->left.reset();
  EXPECT_EQ(receive_packet(pair->right.get(), 10)->bytes, "");
  EXPECT_EQ(send_packet(pair->right.get(), "x").error().code, EPIPE) << "and no SIGPIPE";
}

TEST_F(Socket, SeesAPeerThatWentWithUnreadMail) {
  auto pair = make_packet_pair();
  ASSERT_TRUE(pair.has_value());
  ASSERT_TRUE(send_packet(pair->right.get(), "unread").has_value());
  pair->left.reset();
  const auto received = receive_packet(pair->right.get(), 10);
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->bytes, "");
}

TEST_F(Socket, ListensForTheUserAlone) {
  const auto listening = listen_packets(at("control"));
  ASSERT_TRUE(listening.has_value());
  struct stat status {};
  ASSERT_EQ(::stat(at("control").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const auto client = connect_packets(at("control"));
  ASSERT_TRUE(client.has_value());
  const Fd server(::accept4(listening->get(), nullptr, nullptr, SOCK_CLOEXEC));
  const auto peer = peer_of(server.get());
  ASSERT_TRUE(peer.has_value());
  EXPECT_EQ(peer->pid, ::getpid());
  EXPECT_EQ(peer->uid, ::getuid());
  EXPECT_EQ(listen_packets(at("control")).error().code, EADDRINUSE);
}

TEST_F(Socket, ListensBehindAPathLongerThanAnAddress) {
  std::string name = "d";
  for (int level = 0; level < 20; ++level) name += "/0123456789";
  ASSERT_TRUE(make_directories(at(name), 0700).has_value());
  const auto listening = listen_packets(at(name + "/control"));
  ASSERT_TRUE(listening.has_value());
  EXPECT_TRUE(connect_packets(at(name + "/control")).has_value());
}

TEST_F(Socket, ConnectTellsAbsentFromSilent) {
  EXPECT_EQ(connect_packets(at("nothing")).error().code, ENOENT);
  ASSERT_TRUE(listen_packets(at("dead")).has_value());  // closed at once, the name stays
  EXPECT_EQ(connect_packets(at("dead")).error().code, ECONNREFUSED);
  EXPECT_EQ(connect_stream(at("dead")).error().code, ECONNREFUSED);
}

TEST_F(Socket, APeerOfNoSocketIsAnError) {
  EXPECT_FALSE(peer_of(9999).has_value());
}

TEST_F(Socket, WhatAPeerSaidIsHeardThoughItClosedWithSomethingUnread) {
  auto pair = make_packet_pair();
  ASSERT_TRUE(pair);
  ASSERT_TRUE(send_packet(pair->left.get(), "unread"));
  ASSERT_TRUE(send_packet(pair->right.get(), "last words"));
  pair->right = Fd();
  const auto heard = receive_packet(pair->left.get(), 64);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->bytes, "last words");
  const auto silence = receive_packet(pair->left.get(), 64);
  ASSERT_TRUE(silence);
  EXPECT_TRUE(silence->bytes.empty());
}

}  // namespace
}  // namespace hutch::os
