// What people and programs see of a transfer: one line that changes on a terminal, JSON lines with --json, nothing
// otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/image/digest.h"

namespace hutch::images {

enum class Show : std::uint8_t { kNothing, kLine, kJson };

class Progress {
 public:
  Progress(Show show, std::string subject) : show_(show), subject_(std::move(subject)) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  void present(const image::Digest& blob, std::uint64_t size);
  void begin(const image::Digest& blob, std::uint64_t from, std::uint64_t size);
  void advance(const image::Digest& blob, std::uint64_t done);
  void complete(const image::Digest& blob);
  // A step that has no bytes: "unpacking".
  void say(const char* step);
  void clear();

 private:
  struct Part {
    std::uint64_t done = 0;
    std::uint64_t size = 0;
    std::uint64_t reported = 0;
  };
  void line(bool is_last);
  void report(const char* event, const image::Digest& blob, const Part& part);

  Show show_;
  std::string subject_;
  std::map<image::Digest, Part> parts_;
  std::uint64_t begun_with_ = 0;
  std::int64_t started_ = 0;
  std::int64_t shown_ = 0;
  bool is_shown_ = false;
};

// "12.3 MiB"
[[nodiscard]] std::string describe_size(std::uint64_t bytes);

}  // namespace hutch::images
