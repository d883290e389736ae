#include "core/toolbox/packages.h"

#include <algorithm>

#include "base/text.h"

namespace hutch::toolbox {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kPackageWordLimit && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
  });
}

void add(Packages& packages, std::string_view name, std::string_view version) {
  if (!is_word(name) || !is_word(version) || packages.size() >= kPackageLimit) return;
  packages.emplace(name, version);
}

// Takes the next line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

struct Stanza {
  std::string_view name;
  std::string_view version;
  std::string_view architecture;
  bool is_present = false;
  bool is_for_several = false;
};

// The last word of "install ok installed" (dpkg-query(1), "Package State").
bool is_present(std::string_view status) {
  const std::string_view state = status.substr(status.rfind(' ') + 1);  // npos + 1 is 0
  return state != "not-installed" && state != "config-files" && state != "half-installed";
}

void add(Packages& packages, const Stanza& stanza) {
  if (!stanza.is_present) return;
  std::string name(stanza.name.substr(0, kPackageWordLimit + 1));
  if (stanza.is_for_several) name += ":" + std::string(stanza.architecture.substr(0, kPackageWordLimit));
  add(packages, name, stanza.version);
}

}  // namespace

Packages parse_dpkg_status(std::string_view text) {
  Packages packages;
  Stanza stanza;
  text = text.substr(0, kPackageDatabaseLimit);
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.empty()) {
      add(packages, stanza);
      stanza = {};
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == line.npos || line.front() == ' ' || line.front() == '\t') continue;  // a field that goes on
    const std::string_view field = line.substr(0, colon);
    const std::string_view value = text::trim(line.substr(colon + 1));
    if (field == "Package") stanza.name = value;
    if (field == "Version") stanza.version = value;
    if (field == "Architecture") stanza.architecture = value;
    if (field == "Multi-Arch") stanza.is_for_several = value == "same";
    if (field == "Status") stanza.is_present = is_present(value);
  }
  add(packages, stanza);
  return packages;
}

Packages parse_apk_installed(std::string_view text) {
  Packages packages;
  std::string_view name;
  std::string_view version;
  text = text.substr(0, kPackageDatabaseLimit);
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.starts_with("P:")) name = line.substr(2);
    if (line.starts_with("V:")) version = line.substr(2);
    if (!line.empty()) continue;
    add(packages, name, version);
    name = version = {};
  }
  add(packages, name, version);
  return packages;
}

std::optional<std::pair<std::string, std::string>> parse_pacman_directory(std::string_view name) {
  const std::size_t release = name.rfind('-');
  if (release == name.npos || release == 0) return std::nullopt;
  const std::size_t version = name.rfind('-', release - 1);
  if (version == name.npos) return std::nullopt;
  const std::string_view package = name.substr(0, version);
  const std::string_view rest = name.substr(version + 1);
  if (!is_word(package) || !is_word(rest)) return std::nullopt;
  return std::pair(std::string(package), std::string(rest));
}

}  // namespace hutch::toolbox
