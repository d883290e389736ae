#include "names/stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "sample.h"

namespace hutch::names {
namespace {

const Renaming kRenaming("work", {"org.a.App.*"});

struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours = os::Fd(ends[0]);
    theirs = os::Fd(ends[1]);
  }
  os::Fd ours;
  os::Fd theirs;
};

std::string call(std::uint32_t descriptors = 0, std::size_t body = 0, const std::string& to = "org.a.App") {
  return marshal({.fields = {{6, to}}, .descriptors = descriptors, .body = std::string(body, 'x')});
}

class Streams : public ::testing::Test {
 protected:
  // What comes out of a stream that is given this, as much at a time.
  std::string pass(Stream& stream, std::string_view bytes, std::size_t at_once) {
    std::string result;
    while (!bytes.empty()) {
      const std::size_t size = std::min(at_once, bytes.size());
      EXPECT_EQ(::send(in_.theirs.get(), bytes.data(), size, 0), static_cast<ssize_t>(size));
      bytes.remove_prefix(size);
      while (::recv(in_.ours.get(), buffer_, 1, MSG_PEEK | MSG_DONTWAIT) > 0) {
        goes_on_ = goes_on_ && stream.read_from(in_.ours.get());
        if (!goes_on_) return result;
        while (stream.has_output()) {
          EXPECT_TRUE(stream.write_to(out_.ours.get()));
          result += take();
        }
      }
    }
    return result;
  }

  std::string take() {
    std::string result;
    alignas(cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))];
    for (;;) {
      iovec part{.iov_base = buffer_, .iov_len = taken_at_once_};
      msghdr header{};
      header.msg_iov = &part;
      header.msg_iovlen = 1;
      header.msg_control = control;
      header.msg_controllen = sizeof control;
      const ssize_t count = ::recvmsg(out_.theirs.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
      if (count <= 0) return result;
      result.append(buffer_, static_cast<std::size_t>(count));
      taken_ += static_cast<std::size_t>(count);
      for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr; entry = CMSG_NXTHDR(&header, entry)) {
        for (std::size_t index = 0; index < (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++index) {
          int fd = -1;
          std::memcpy(&fd, CMSG_DATA(entry) + index * sizeof fd, sizeof fd);
          arrived_.emplace_back(fd);
          arrived_with_.push_back(taken_ - static_cast<std::size_t>(count));
        }
      }
    }
  }

  void send_with_descriptor(const std::string& bytes, int fd) {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
    std::string copy = bytes;
    iovec part{.iov_base = copy.data(), .iov_len = copy.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* const entry = CMSG_FIRSTHDR(&header);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(entry), &fd, sizeof fd);
    ASSERT_EQ(::sendmsg(in_.theirs.get(), &header, 0), static_cast<ssize_t>(bytes.size()));
  }

  Pair in_;
  Pair out_;
  char buffer_[64u << 10];
  bool goes_on_ = true;
  std::vector<os::Fd> arrived_;
  std::size_t taken_at_once_ = sizeof buffer_;
  std::size_t taken_ = 0;
  std::vector<std::size_t> arrived_with_;  // where in all that arrived
};

TEST_F(Streams, GreetingsPassAndMessagesAreRenamedHoweverTheyArrive) {
  const std::string hello = std::string("\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n", 45);
  const std::string expected = hello + call(0, 0, "org.a.App.work") + call(0, 3, "org.b.Other");
  for (const std::size_t at_once : {1u, 7u, 4096u}) {
    Stream stream(Direction::kOutward, kRenaming);
    EXPECT_EQ(pass(stream, hello + call() + call(0, 3, "org.b.Other"), at_once), expected) << at_once;
  }
  const std::string welcome = "OK 0123\r\nAGREE_UNIX_FD\r\n";
  Stream stream(Direction::kInward, kRenaming);
  EXPECT_EQ(pass(stream, welcome + call(0, 9, "org.a.App.work"), 5), welcome + call(0, 9));
}

TEST_F(Streams, LongMessagesPassWithoutBeingKept) {
  const std::string hello = "BEGIN\r\n";
  const std::string message = call(0, 3u << 20, "org.b.Other");
  Stream stream(Direction::kOutward, kRenaming);
  EXPECT_EQ(pass(stream, hello + message + call(), 30000), hello + message + call(0, 0, "org.a.App.work"));
}

TEST_F(Streams, DescriptorsComeWithTheirMessage) {
  Stream stream(Direction::kOutward, kRenaming);
  const std::string first = "BEGIN\r\n" + call(0, 5, "org.b.Other");
  taken_at_once_ = first.size();  // a larger read runs on into the message with the descriptor (unix(7))
  ASSERT_EQ(::send(in_.theirs.get(), first.data(), first.size(), 0), static_cast<ssize_t>(first.size()));
  const os::Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  send_with_descriptor(call(1), null.get());
  const std::string expected = first + call(1, 0, "org.a.App.work");
  EXPECT_EQ(pass(stream, call(0, 1, "org.b.Other"), 4096), expected + call(0, 1, "org.b.Other"));
  ASSERT_EQ(arrived_.size(), 1u);
  EXPECT_EQ(arrived_with_[0], first.size());
}

TEST_F(Streams, EndsWithWhatMakesNoSense) {
  const std::string inputs[] = {
      "BEGIN\r\n" + std::string(16, 'x'),  // no message
      std::string((16u << 10) + 1, 'a'),   // a greeting without an end
      "BEGIN\r\n" + call(1),               // a descriptor that did not come
  };
  for (const std::string& input : inputs) {
    Stream stream(Direction::kOutward, kRenaming);
    goes_on_ = true;
    (void)pass(stream, input, 4096);
    EXPECT_FALSE(goes_on_);
    while (::recv(in_.ours.get(), buffer_, sizeof buffer_, MSG_DONTWAIT) > 0) continue;
  }
}

TEST_F(Streams, KnowsWhenThereIsEnough) {
  Stream stream(Direction::kOutward, kRenaming);
  EXPECT_FALSE(stream.is_full());
  const std::string input = "BEGIN\r\n" + call(0, 2u << 20, "org.b.Other");
  std::string_view left = input;
  while (!left.empty() && !stream.is_full()) {
    const ssize_t count = ::send(in_.theirs.get(), left.data(), std::min<std::size_t>(left.size(), 8192), 0);
    ASSERT_GT(count, 0);
    left.remove_prefix(static_cast<std::size_t>(count));
    ASSERT_TRUE(stream.read_from(in_.ours.get()));
  }
  EXPECT_TRUE(stream.is_full());
  EXPECT_FALSE(left.empty());
}

}  // namespace
}  // namespace hutch::names
