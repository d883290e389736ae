// Writable directories of toolboxes, uppers/NAME/{tree,work}: the store keeps those that a stack.json names.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/toolbox/stack.h"
#include "images/store.h"
#include "images/worker.h"

namespace hutch::images {

// The stack of the toolbox of this name, beside the store.
[[nodiscard]] Result<toolbox::Stack> read_stack(const Store& store, const std::string& name);
// Directories of a root as the worker sees them, topmost first.
[[nodiscard]] std::vector<std::string> trees_of(const std::vector<image::Digest>& base, const toolbox::Uppers& uppers);

// Names in all stacks beside the store. An unreadable one is an error: on doubt nothing is removed.
[[nodiscard]] Result<std::set<std::string>> uppers_in_use(const Store& store);
// Moves what no toolbox refers to, and toolboxes that were removed, to staging/. Only while holding the store's lock
// exclusively.
[[nodiscard]] Status set_aside_unused(const Store& store);
// Removes these; bytes that came free. Nothing happens while another process uses the store.
[[nodiscard]] Result<std::uint64_t> sweep_uppers(Store& store, Worker& worker);

}  // namespace hutch::images
