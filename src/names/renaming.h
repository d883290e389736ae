// What the bus names of an app are called on the host's bus when it runs in one of its other boxes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::names {

// The names are "org.example.App", or "org.example.App.*" for it and all below it. On the host's bus the box's part
// stands behind the name and before what is below it: "org.example.App.work.Window".
class Renaming {
 public:
  Renaming(std::string part, const std::vector<std::string_view>& patterns);

  // Absent: the name is not one of the app's.
  [[nodiscard]] std::optional<std::string> outward(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> inward(std::string_view name) const;
  // Of the object that stands for the app: "/org/example/App/work" is "/org/example/App" to it (Desktop Entry
  // Specification, "D-Bus Activation").
  [[nodiscard]] std::optional<std::string> inward_path(std::string_view path) const;
  // A match rule in whose values the app's names are replaced; the same rule when there are none.
  [[nodiscard]] std::string outward_rule(std::string_view rule) const;

 private:
  struct Pattern {
    std::string name;
    bool has_below = false;
  };
  std::string part_;
  std::vector<Pattern> patterns_;  // the longest first
};

}  // namespace hutch::names
