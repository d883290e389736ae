// Toolboxes on disk: $XDG_DATA_HOME/hutch/toolboxes/NAME/ {toolbox.toml, permissions.toml, stack.json, lock, home/};
// what is writable below their roots is in the image store, images/uppers/UPPER/{tree,work}.
//
// A toolbox appears and goes with one rename; each change of it is one file replaced whole. What a killed process
// leaves begins with a dot or is named in no stack, and the store's next sweep takes it. Whoever runs a toolbox or
// changes its stack holds its lock; whoever makes directories in the store holds the store's lock, shared.
#pragma once

#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "core/toolbox/stack.h"
#include "core/toolbox/toolbox.h"
#include "os/fd.h"

namespace hutch::host {

struct Toolbox {
  BoxName name;
  HostPath directory;
  toolbox::Toolbox declared;
  toolbox::Stack stack;

  [[nodiscard]] HostPath home() const { return directory / "home"; }
  [[nodiscard]] HostPath permissions() const { return directory / "permissions.toml"; }
  [[nodiscard]] std::string user() const { return "toolbox/" + declared.id.str(); }  // of its image, in the store
};

[[nodiscard]] HostPath toolboxes_directory(const facts::Facts& facts);
[[nodiscard]] HostPath image_store(const facts::Facts& facts);
// Names, sorted.
[[nodiscard]] Result<std::vector<std::string>> list_toolboxes(const facts::Facts& facts);
// kNotFound with a "did you mean".
[[nodiscard]] Result<Toolbox> read_toolbox(const facts::Facts& facts, const std::string& name);

// Held until the descriptor is closed. kConflict when it runs or is being changed.
[[nodiscard]] Result<os::Fd> lock_toolbox(const Toolbox& toolbox);
// While it is held, the store keeps directories that nothing refers to yet.
[[nodiscard]] Result<os::Fd> hold_store(const facts::Facts& facts);
// An empty writable directory; its name.
[[nodiscard]] Result<std::string> make_upper(const facts::Facts& facts);

// A new one, whole or not at all; kConflict when the name is taken.
[[nodiscard]] Status add_toolbox(const facts::Facts& facts, const Toolbox& toolbox, const std::string& permissions);
[[nodiscard]] Status write_stack(const Toolbox& toolbox);
[[nodiscard]] Status write_declaration(const Toolbox& toolbox);
[[nodiscard]] Status rename_toolbox(const facts::Facts& facts, const Toolbox& toolbox, const BoxName& name);
// Out of sight at once; the store's next sweep removes its files.
[[nodiscard]] Status forget_toolbox(const facts::Facts& facts, const Toolbox& toolbox);

// Whether all of its image is the user's, because there were no subordinate ids when it was unpacked.
[[nodiscard]] Result<bool> has_own_id_only(const facts::Facts& facts, const toolbox::Stack& stack);
// Its root, as the launcher mounts it.
[[nodiscard]] plan::Overlay root_of(const facts::Facts& facts, const toolbox::Stack& stack);

}  // namespace hutch::host
