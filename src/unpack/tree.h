// One layer's tree while it is written: finds and makes the places where entries go.
//
// A name is looked up as it would be in the finished root, this layer on top of those below, symbolic links followed
// within that root; what is written goes to this layer's tree, at a path without symbolic links. Directories that no
// entry describes are made like the ones below, or as 0755 of root. Nothing outside the tree can be reached: every step
// is one name in one directory, without following.
#pragma once

#include <sys/stat.h>

#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/path.h"
#include "unpack/attributes.h"
#include "unpack/lower.h"

namespace hutch::unpack {

// A name in a directory of the tree.
struct Place {
  int directory = -1;  // borrowed: valid until the next place is asked for
  std::string path;    // of the directory
  std::string name;

  [[nodiscard]] std::string full() const { return path.empty() ? name : path + "/" + name; }
};

class Tree {
 public:
  // An existing empty directory. Its own attributes become those of the layer below, or root's.
  [[nodiscard]] static Result<Tree> open(const HostPath& path, Lower lower, bool has_own_id_only);

  // Where `name` of `directory` goes; for an entry, as opposed to a whiteout, the directories on the way count as
  // named.
  [[nodiscard]] Result<Place> place(const std::string& directory, const std::string& name);
  // The same without making what is in no layer: absent then.
  [[nodiscard]] Result<std::optional<Place>> find(const std::string& directory, const std::string& name);

  // What this layer has there; a whiteout is something too.
  [[nodiscard]] Result<std::optional<struct stat>> look(const Place& place) const;
  // What the layers below show there through this one.
  [[nodiscard]] Result<std::optional<Found>> look_below(const Place& place);

  // Makes room for an entry that replaces what this layer has there.
  [[nodiscard]] Status clear(const Place& place);
  [[nodiscard]] Result<os::Fd> make_directory(const Place& place);  // or opens it
  [[nodiscard]] Status hide(const Place& place);                    // a whiteout of what is below
  [[nodiscard]] Status hide_all(const std::string& directory);      // an opaque directory

  // Directories get their times at the end: everything made in them changes it.
  [[nodiscard]] Status remember_time(const std::string& path, const Time& modified);
  [[nodiscard]] Status set_times();

  [[nodiscard]] bool has_own_id_only() const { return has_own_id_only_; }
  [[nodiscard]] os::Fd open_root() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;
  struct Walk;

  Tree(HostPath path, os::Fd root, Lower lower, bool has_own_id_only, File times)
      : path_(std::move(path)),
        root_(std::move(root)),
        lower_(std::move(lower)),
        has_own_id_only_(has_own_id_only),
        times_(std::move(times)) {}

  [[nodiscard]] os::Fd open_beneath(const std::string& path, int flags) const;
  [[nodiscard]] Result<std::optional<std::string>> resolve(const std::string& directory, bool makes, bool is_named);
  [[nodiscard]] Result<bool> step(Walk& walk, const std::string& name);
  [[nodiscard]] Status make_like(const Place& place, const std::optional<Found>& below);
  [[nodiscard]] Result<bool> shows_below(const std::string& directory) const;
  [[nodiscard]] Status make_opaque(const std::string& path);
  [[nodiscard]] Status purge(const std::string& path);
  void name_ancestors(const std::string& path);

  HostPath path_;
  os::Fd root_;
  Lower lower_;
  bool has_own_id_only_ = false;
  File times_;
  std::string entered_;  // the directory of the last place, and its descriptor
  os::Fd directory_;
  std::set<std::string> unnamed_;  // directories made for whiteouts only
};

}  // namespace hutch::unpack
