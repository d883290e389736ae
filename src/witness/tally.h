// Lines about what was refused, each kind written once and counted. Fixed in size: what is refused, and how often, is
// up to the sandboxed program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/instance/refusals.h"

namespace hutch::witness {

// A text that is cut where it is full. Everything but printable ASCII becomes '?', a blank included.
class Text {
 public:
  Text& word(std::string_view text);  // behind a blank, unless it is the first
  Text& word(std::uint64_t number, int base = 10);
  [[nodiscard]] std::string_view view() const { return {bytes_, size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  void end_line();

 private:
  void put(char c) {
    if (size_ < sizeof bytes_ - 1) bytes_[size_++] = c;  // the last is for the end of the line
  }
  char bytes_[instance::kRefusalLineLimit] = {};
  std::size_t size_ = 0;
};

// Writes to a descriptor; what cannot be written is not. Zero at first, so that what is not used takes no memory.
class Tally {
 public:
  void write_to(int file) { file_ = file; }
  void note(const Text& line);
  // A line that comes once, at the end.
  void conclude(std::string_view name, std::uint64_t number);
  // How often each came.
  void finish();

 private:
  void write(Text& line) const;
  int file_ = 0;
  std::size_t count_ = 0;
  std::uint64_t left_out_ = 0;
  Text lines_[instance::kRefusalLimit] = {};
  std::uint64_t times_[instance::kRefusalLimit] = {};
};

}  // namespace hutch::witness
