// The root file system of a toolbox as a stack of directories: TOOLBOX/stack.json, replaced whole.
//
// An image's layers at the bottom, then directories that were writable once and are frozen, then the writable one. A
// snapshot freezes the writable one and puts an empty one on top, so it takes the same time whatever is in it; going
// back drops directories from the stack, and keeps the former stack to return to.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/digest.h"

namespace hutch::toolbox {

inline constexpr std::size_t kSnapshotLimit = 1000;
inline constexpr std::size_t kPastLimit = 20;    // stacks that are kept to return to
inline constexpr std::size_t kDepthLimit = 150;  // directories of one stack, the image's layers included

// Directories by name, as they are in the store's uppers/; oldest first.
using Uppers = std::vector<std::string>;

struct Snapshot {
  std::string name;
  std::int64_t created = 0;  // seconds since 1970
  std::vector<image::Digest> base;
  Uppers frozen;
  bool operator==(const Snapshot&) const = default;
};

// What a change of the stack left behind.
struct Past {
  std::string act;  // rollback, rebase, upgrade
  std::int64_t left = 0;
  std::vector<image::Digest> base;
  Uppers frozen;
  std::string upper;
  bool operator==(const Past&) const = default;
};

struct Stack {
  std::vector<image::Digest> base;  // chain ids of the image's layers, base first
  Uppers frozen;
  std::string upper;
  std::vector<Snapshot> snapshots;  // oldest first
  std::vector<Past> past;           // oldest first
  bool operator==(const Stack&) const = default;
};

[[nodiscard]] std::string format(const Stack& stack);
[[nodiscard]] Result<Stack> parse_stack(std::string_view text);

// kNotFound names what snapshots there are. Valid as long as the stack.
[[nodiscard]] Result<const Snapshot*> find_snapshot(const Stack& stack, const std::string& name);

// Each takes the name of an empty directory that becomes the writable one.
// kConflict when there is such a snapshot already, or too many.
[[nodiscard]] Status take_snapshot(Stack& stack, const std::string& name, std::int64_t now, const std::string& upper);
// kNotFound without such a snapshot.
[[nodiscard]] Status roll_back(Stack& stack, const std::string& name, std::int64_t now, const std::string& upper);
// Freezes the writable directory without a snapshot: what a clone shares from then on.
void freeze(Stack& stack, const std::string& upper);
// Back to the stack before the last change; what is left is kept as the new last change. kNotFound without one.
[[nodiscard]] Status undo(Stack& stack, std::int64_t now);
// The base is the one of another image, on which nothing lies but `upper`.
void change_base(Stack& stack, std::vector<image::Digest> base, const std::string& act, std::int64_t now,
                 const std::string& upper);

// A snapshot before something is done that undo() takes back; `spare` is a second empty directory, for then.
[[nodiscard]] Status begin_change(Stack& stack, const std::string& act, const std::string& snapshot, std::int64_t now,
                                  const std::string& upper, const std::string& spare);

// Every directory that it names, in snapshots and the past too.
[[nodiscard]] std::set<std::string> uppers_of(const Stack& stack);
// Chain ids of all images it needs.
[[nodiscard]] std::set<image::Digest> layers_of(const Stack& stack);

}  // namespace hutch::toolbox
