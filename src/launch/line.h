// Short texts put together without allocating: /proc lines, paths of descriptors, numbers as mount options.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hutch::launch {

// What does not fit is cut; every use is followed by a call that refuses a cut text.
template <std::size_t kCapacity>
class Line {
 public:
  Line() { text_[0] = '\0'; }
  Line& operator<<(std::string_view text) {
    const std::size_t length = text.size() < kCapacity - size_ ? text.size() : kCapacity - size_;
    std::memcpy(text_ + size_, text.data(), length);
    size_ += length;
    text_[size_] = '\0';
    return *this;
  }
  Line& operator<<(const char* text) { return *this << std::string_view(text); }
  Line& operator<<(std::int64_t number) { return add(number, 10); }
  Line& operator<<(std::uint64_t number) { return add(number, 10); }
  Line& operator<<(int number) { return add(number, 10); }
  Line& octal(std::uint32_t number) { return add(number, 8); }
  [[nodiscard]] const char* c_str() const { return text_; }
  [[nodiscard]] std::string_view text() const { return {text_, size_}; }

 private:
  template <class Number>
  Line& add(Number number, int base) {
    char digits[24];
    const char* const end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
    return *this << std::string_view(digits, static_cast<std::size_t>(end - digits));
  }
  char text_[kCapacity + 1];
  std::size_t size_ = 0;
};

using ShortLine = Line<255>;

}  // namespace hutch::launch
