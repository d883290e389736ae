// A bus message written down by hand, in either byte order.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hutch::names {

struct Sample {
  bool is_big = false;
  std::vector<std::pair<int, std::string>> fields;  // code and text; their types follow from the code
  std::uint32_t descriptors = 0;
  std::string body;
};

inline void pad(std::string& bytes, std::size_t alignment) {
  while (bytes.size() % alignment != 0) bytes += '\0';
}

inline void put_number(std::string& bytes, std::uint32_t number, bool is_big) {
  pad(bytes, 4);
  for (unsigned index = 0; index < 4; ++index) {
    bytes += static_cast<char>(number >> (8 * (is_big ? 3 - index : index)));
  }
}

inline void put_string(std::string& bytes, const std::string& text, bool is_big) {
  put_number(bytes, static_cast<std::uint32_t>(text.size()), is_big);
  bytes += text + '\0';
}

inline std::string marshal(const Sample& sample) {
  std::string fields;
  for (const auto& [code, text] : sample.fields) {
    pad(fields, 8);
    const char type = code == 1 ? 'o' : code == 8 ? 'g' : 's';
    fields += {static_cast<char>(code), 1, type, '\0'};
    if (type == 'g') {
      fields += static_cast<char>(text.size());
      fields += text + '\0';
    } else {
      put_string(fields, text, sample.is_big);
    }
  }
  if (sample.descriptors > 0) {
    pad(fields, 8);
    fields += {9, 1, 'u', '\0'};
    put_number(fields, sample.descriptors, sample.is_big);
  }
  std::string bytes{sample.is_big ? 'B' : 'l', 1, 0, 1};
  put_number(bytes, static_cast<std::uint32_t>(sample.body.size()), sample.is_big);
  put_number(bytes, 7, sample.is_big);
  put_number(bytes, static_cast<std::uint32_t>(fields.size()), sample.is_big);
  bytes += fields;
  pad(bytes, 8);
  return bytes + sample.body;
}

inline std::string strings(const std::vector<std::string>& texts, bool is_big = false) {
  std::string body;
  for (const std::string& text : texts) put_string(body, text, is_big);
  return body;
}

inline std::string list(const std::vector<std::string>& texts) {
  const std::string entries = strings(texts);
  std::string body;
  put_number(body, static_cast<std::uint32_t>(entries.size()), false);
  return body + entries;
}

}  // namespace hutch::names
