// xdg-dbus-proxy's --log, of which the refusals are kept. It prints a line for each message of a client
// ("C5: -> NAME call INTERFACE.MEMBER at OBJECT"), then what it did about it ("*HIDDEN* (ping)", "*DENIED* (error)"),
// and "Filtering message due to arg0 NAME, ..." for questions to the bus itself.
#pragma once

#include <string_view>

#include "witness/tally.h"

namespace hutch::witness {

class ProxyLog {
 public:
  explicit ProxyLog(Tally& tally) : tally_(tally) {}
  // Bytes as they come; lines may be cut anywhere. What is longer than a line may be is left out.
  void take(std::string_view bytes);

 private:
  void take_line(std::string_view line);
  void note(std::string_view kind);

  Tally& tally_;
  char line_[instance::kRefusalLineLimit] = {};
  std::size_t size_ = 0;
  bool is_too_long_ = false;
  Text name_;  // of the last message
  Text member_;
  Text argument_;  // the name it asks the bus about; empty: none
};

}  // namespace hutch::witness
