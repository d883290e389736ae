// Package databases and lists of changes out of toolboxes: nothing in them is larger than the limits or steers a
// terminal, and what is read as changes is written again as it was.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/toolbox/changes.h"
#include "core/toolbox/packages.h"
#include "core/toolbox/stack.h"

namespace {

using namespace hutch::toolbox;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_word(const std::string& text) {
  return !text.empty() && text.size() <= kPackageWordLimit &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

void check(const Packages& packages) {
  require(packages.size() <= kPackageLimit);
  for (const auto& [name, version] : packages) require(is_word(name) && is_word(version));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(parse_dpkg_status(text));
  check(parse_apk_installed(text));
  if (const auto package = parse_pacman_directory(text)) require(is_word(package->first) && is_word(package->second));
  if (const auto stack = parse_stack(text)) require(*parse_stack(format(*stack)) == *stack);
  const auto changes = decode_changes(text);
  if (!changes) return 0;
  std::string again;
  for (const FileChange& one : changes->files) again += encode(one);
  for (const PackageChange& one : changes->packages) again += encode(one);
  for (const std::string& one : changes->unread) again += encode_unread(one);
  require(again.size() == text.size() && *decode_changes(again) == *changes);
  return 0;
}
