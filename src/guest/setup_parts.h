// The parts of a toolbox's set-up. Each looks first and writes only what differs, and takes every failure as one line:
// the rest goes on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/guest/settings.h"
#include "guest/say.h"

namespace hutch::guest {

// What was set up last, kept in the image: "key value" lines. A value that is still the last one is not set again, so
// that what somebody changed inside stays.
struct Stamp {
  bool is_there = false;
  std::vector<std::pair<std::string, std::string>> values;

  [[nodiscard]] std::string value(std::string_view key) const;  // "" when unknown
  void keep(std::string_view key, std::string_view value);
  bool operator==(const Stamp&) const = default;
};
[[nodiscard]] Stamp read_stamp();
[[nodiscard]] Status write_stamp(const Stamp& stamp);

struct Work {
  Settings settings;
  Stamp before;
  Stamp after;

  [[nodiscard]] bool is_first() const { return !before.is_there; }
  // True when this value is another one than last time; it is noted as set.
  [[nodiscard]] bool changes(std::string_view key, std::string_view value);
  static void tolerate(const Status& status) {
    if (!status) say(status.error());
  }
};

[[nodiscard]] Status make_user(Work& work);           // accounts.cc
void allow_administration(const Settings& settings);  // administration.cc: sudo, doas, the shim
void name_machine(Work& work);                        // machine.cc: hostname, hosts, time zone, machine id
void prepare_places(const Settings& settings);        // places.cc: directories and files that programs expect
void fill_home(const Settings& settings);             // home.cc
void write_profile(Work& work);                       // profile.cc: search path and prompt of login shells

}  // namespace hutch::guest
