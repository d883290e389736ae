// The new root: a tmpfs that the plan's steps fill, and that then takes the place of "/".
//
// It is mounted over "/" itself. A process that has its root below keeps seeing the host's tree there, nothing of it
// covered, until enter(); so sources can be resolved at any time, and each is resolved exactly once. Targets are
// resolved beneath the new root without following symlinks. Every failure is final (failure.h).
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/plan/plan.h"
#include "launch/failure.h"
#include "launch/scratch.h"
#include "os/fd.h"

namespace hutch::launch {

class Root {
 public:
  explicit Root(const Reporter& reporter) : reporter_(reporter) {}
  void create(std::uint64_t size);
  // After create(): the root is this file system, and the tmpfs only holds it.
  void create_system(const plan::Overlay& overlay);
  // AwaitHelpers is the caller's.
  void perform(const plan::Step& step, int index);
  // From here on: the host's tree is unreachable, by path and by any descriptor opened here.
  // Leaves a detached empty directory that is below nothing, and so within no Landlock rule.
  [[nodiscard]] os::Fd enter();

 private:
  void act(const plan::Bind& step);
  void act(const plan::Tmpfs& step);
  void act(const plan::Proc& step);
  void act(const plan::Dev& step);
  void act(const plan::Dir& step);
  void act(const plan::File& step);
  void act(const plan::Symlink& step);
  void act(const plan::Mask& step);
  void act(const plan::Seal& step);
  void act(const plan::AwaitHelpers&) {}
  void act(const plan::ControlGroups& step);

  int open_source(const plan::Bind& step);
  // The target's parent directory, made where missing; borrowed.
  int parent_of(const BoxPath& target);
  os::Fd make_directories(std::string_view path);
  // An empty directory or file that something will be mounted on; what stands there already will do.
  void make_place(int parent, const char* name, bool is_directory);
  // In a system, what is made belongs to the owner of the directory it is made in.
  [[nodiscard]] bool inherit_owner(int parent, const char* name) const;
  int make_tmpfs(std::uint64_t size, std::uint64_t inodes, std::uint32_t mode, std::uint64_t attributes,
                 Scratch& scratch) const;
  void mount_on(int mount, const BoxPath& target, bool is_directory);
  void forget_parents_at(std::string_view target);
  void make_covers();
  void remove_covers();
  // Covers the names that exist.
  void hide(int directory, std::initializer_list<const char*> names, bool is_directory);

  void hide_proc_entries(int proc);
  void add_device(int dev, const char* name, unsigned minor);
  void add_pseudo_terminals(int dev);
  void add_link(int directory, const char* name, const char* points_to);

  [[noreturn]] void fail(plan::Stage stage, int error = errno) const { reporter_.fail(stage, index_, error); }
  void require(bool is_done, plan::Stage stage) const {
    if (!is_done) fail(stage);
  }

  const Reporter& reporter_;
  Scratch scratch_;
  bool is_sealed_ = false;
  int index_ = -1;  // of the step being performed
  int root_ = -1;   // in scratch of its own: outlives the steps
  int tmpfs_ = -1;  // the root itself, or what a system's is mounted in; holds the covers
  bool is_system_ = false;
  int parent_ = -1;  // of the last target, in scratch_
  std::string_view parent_path_;
  Scratch lasting_;
};

}  // namespace hutch::launch
