// Boxes: $XDG_DATA_HOME/hutch/boxes/PROFILE/BOX/ with home/, which the app sees, and beside it what hutch knows of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"
#include "os/fd.h"

namespace hutch::host {

struct Box {
  ProfileName profile;
  std::string name;  // "default", what the user chose, or ".PROGRAM-DIGITS" of a profile for no program in particular
  HostPath directory;
  [[nodiscard]] HostPath home() const { return directory / "home"; }
  [[nodiscard]] std::string label() const;  // "gedit", "gedit@work"
};
[[nodiscard]] Box box_of(const facts::Facts& facts, const ProfileName& profile, const BoxName& box);
[[nodiscard]] Result<std::vector<Box>> list_boxes(const facts::Facts& facts);

// What became of the question whether the app's data is to come into its box: BOX/data.json.
enum class Adoption : std::uint8_t { kNone, kCopied, kMoved };
struct DataNote {
  Adoption adoption = Adoption::kNone;
  std::vector<std::string> paths;  // below the home; of an adoption that was interrupted some are still outside
};
[[nodiscard]] std::optional<DataNote> read_data_note(const Box& box);
[[nodiscard]] Status write_data_note(const Box& box, const DataNote& note);

// Of these paths below a home, those that are outside and not yet in the box.
[[nodiscard]] std::vector<std::string> data_outside(const facts::Facts& facts, const Box& box,
                                                    const std::vector<std::string>& paths);
// Programs of the app that run outside of any sandbox, by name.
[[nodiscard]] std::vector<std::string> running_outside(const facts::Facts& facts, const profile::Match& match);

// Nobody else adopts, gives back or removes boxes of this profile as long as it is held.
[[nodiscard]] Result<os::Fd> lock_boxes(const facts::Facts& facts, const ProfileName& profile);

// One path below a home, from the one to the other; directories on the way are made. kConflict when there is such a
// path already.
enum class Transfer : std::uint8_t { kCopy, kMove };
[[nodiscard]] Status transfer_data(const HostPath& from_home, const HostPath& to_home, const std::string& path,
                                   Transfer transfer);
// It has no name any more at once; then its files go. What an earlier removal was stopped at goes too.
[[nodiscard]] Status remove_box(const Box& box);
// Bytes on the disk.
[[nodiscard]] std::uint64_t size_of(const HostPath& tree);

// Files below the places of a box's home that people see, begun since then; at most `most`.
using Moment = std::int64_t;  // nanoseconds since the epoch
[[nodiscard]] std::vector<std::string> files_since(const HostPath& home, Moment since, std::size_t most);
// All of them out to the same place of the real home, or where that is taken beside it. Returns where they are now.
[[nodiscard]] Result<std::vector<HostPath>> move_out(const facts::Facts& facts, const HostPath& home,
                                                     const std::vector<std::string>& files);

}  // namespace hutch::host
