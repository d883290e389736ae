// An image's configuration: what it runs, and the digests of its layers before compression (OCI image spec, config.md).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/descriptor.h"

namespace hutch::image {

inline constexpr std::size_t kConfigLimit = 4u << 20;  // bytes

struct Config {
  Platform platform;
  std::string created;  // RFC 3339, as written
  std::string author;
  std::string user;  // "name", "1000", "name:group"; resolved in the image, never on the host
  std::vector<std::string> environment;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::string directory;
  std::string stop_signal;
  std::vector<std::string> volumes;
  std::vector<std::string> ports;
  std::map<std::string, std::string> labels;
  std::vector<Digest> layers;  // diff ids, the lowest first
  bool operator==(const Config&) const = default;
};

[[nodiscard]] Result<Config> parse_config(std::string_view bytes);
[[nodiscard]] std::string format(const Config& config);

}  // namespace hutch::image
