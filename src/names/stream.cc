#include "names/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace hutch::names {
namespace {

constexpr std::size_t kLineLimit = 16u << 10;  // of the greeting
constexpr std::size_t kDescriptorMost = 253;   // SCM_MAX_FD, unix(7)

}  // namespace

bool Stream::read_from(int socket) {
  char buffer[16u << 10];
  alignas(cmsghdr) char control[CMSG_SPACE(kDescriptorMost * sizeof(int))];
  iovec part{.iov_base = buffer, .iov_len = sizeof buffer};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  const ssize_t count = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr; entry = CMSG_NXTHDR(&header, entry)) {
    if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t numbers = (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < numbers; ++index) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(entry) + index * sizeof fd, sizeof fd);
      received_.emplace_back(fd);
    }
  }
  if (count == 0 || (header.msg_flags & MSG_CTRUNC) != 0 || received_.size() > kDescriptorMost) return false;
  input_.append(buffer, static_cast<std::size_t>(count));
  return digest();
}

bool Stream::digest() {
  for (;;) {
    if (passing_ > 0) {
      const std::size_t size = std::min(passing_, input_.size());
      if (size == 0) return true;
      put(input_.substr(0, size), 0);
      input_.erase(0, size);
      passing_ -= size;
      continue;
    }
    // The bus answers in words that begin otherwise than messages do.
    if (direction_ == Direction::kInward && !input_.empty() && (input_[0] == 'l' || input_[0] == 'B')) {
      is_greeting_ = false;
    }
    const std::size_t before = input_.size();
    if (is_greeting_) {
      if (!take_line()) return false;
    } else {
      if (input_.size() < kFixedHeader) return true;
      const auto sizes = measure(input_);
      if (!sizes || !take_message(*sizes)) return false;
    }
    if (input_.size() == before) return true;
  }
}

bool Stream::take_line() {
  const std::size_t end = input_.find("\r\n");
  if (end == std::string::npos) return input_.size() <= kLineLimit;
  if (direction_ == Direction::kOutward && input_.compare(0, end, "BEGIN") == 0) is_greeting_ = false;
  put(input_.substr(0, end + 2), 0);
  input_.erase(0, end + 2);
  return true;
}

// Takes nothing while too little is there.
bool Stream::take_message(const Sizes& sizes) {
  if (input_.size() < sizes.header) return true;
  const Reading reading = read_header(std::string_view(input_).substr(0, sizes.header), direction_, *renaming_);
  const std::size_t size = sizes.header + sizes.body;
  if (reading.has_names && size <= kRenamedLimit) {
    if (input_.size() < size) return true;
    if (reading.descriptors > received_.size()) return false;
    put(rename(std::string_view(input_).substr(0, size), direction_, *renaming_), reading.descriptors);
    input_.erase(0, size);
    return true;
  }
  if (reading.descriptors > received_.size()) return false;
  put(input_.substr(0, sizes.header), reading.descriptors);
  input_.erase(0, sizes.header);
  passing_ = sizes.body;
  return true;
}

void Stream::put(std::string bytes, std::size_t descriptors) {
  output_size_ += bytes.size();
  if (descriptors == 0 && !output_.empty() && output_.back().bytes.size() < (16u << 10)) {
    output_.back().bytes += bytes;
    return;
  }
  Chunk chunk{.bytes = std::move(bytes), .descriptors = {}};
  for (; descriptors > 0; --descriptors) {
    chunk.descriptors.push_back(std::move(received_.front()));
    received_.pop_front();
  }
  output_.push_back(std::move(chunk));
}

bool Stream::write_to(int socket) {
  while (!output_.empty()) {
    Chunk& chunk = output_.front();
    alignas(cmsghdr) char control[CMSG_SPACE(kDescriptorMost * sizeof(int))] = {};
    iovec part{.iov_base = chunk.bytes.data(), .iov_len = chunk.bytes.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (!chunk.descriptors.empty()) {
      const std::size_t size = chunk.descriptors.size() * sizeof(int);
      header.msg_control = control;
      header.msg_controllen = CMSG_SPACE(size);
      cmsghdr* const entry = CMSG_FIRSTHDR(&header);
      entry->cmsg_level = SOL_SOCKET;
      entry->cmsg_type = SCM_RIGHTS;
      entry->cmsg_len = CMSG_LEN(size);
      for (std::size_t index = 0; index < chunk.descriptors.size(); ++index) {
        const int fd = chunk.descriptors[index].get();
        std::memcpy(CMSG_DATA(entry) + index * sizeof fd, &fd, sizeof fd);
      }
    }
    const ssize_t count = ::sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    chunk.descriptors.clear();
    chunk.bytes.erase(0, static_cast<std::size_t>(count));
    output_size_ -= static_cast<std::size_t>(count);
    if (chunk.bytes.empty()) output_.pop_front();
  }
  return true;
}

}  // namespace hutch::names
