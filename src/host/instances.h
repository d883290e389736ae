// Running sandboxes: $XDG_RUNTIME_DIR/hutch/ID/ {lock, record.json, control, plan, ...}.
//
// Whoever holds an exclusive lock on INSTANCE/lock owns the directory; the lock travels with its descriptor through
// exec and dies with the last holder. A directory whose lock is free belongs to nobody and is swept. The guard lock
// beside the directories is held shared while one is made and exclusively while one is swept, so that a directory
// without a lock is never one that is just being made.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/facts/facts.h"
#include "core/instance/record.h"
#include "core/plan/plan.h"
#include "os/fd.h"

namespace hutch::host {

struct Instance {
  InstanceId id;
  HostPath directory;
  os::Fd lock;     // held
  os::Fd control;  // listening socket
  os::Fd data;     // a lock on data that one sandbox at a time uses; may be empty
};

// A fresh id for a profile: its letters and digits and five random characters.
[[nodiscard]] Result<InstanceId> choose_instance_id(const facts::Facts& facts, const ProfileName& profile);
[[nodiscard]] HostPath instances_directory(const facts::Facts& facts);
// Makes the directory (0700), takes the lock, binds the control socket. kConflict when the id is running.
[[nodiscard]] Result<Instance> create_instance(const facts::Facts& facts, const InstanceId& id);
// Takes back what create_instance made, for a start that failed before the supervisor took over.
void discard_instance(const Instance& instance);

// The record of a plan that this very process is about to supervise.
[[nodiscard]] Result<instance::Record> record_of(const plan::Plan& plan);
[[nodiscard]] Status write_record(const HostPath& directory, const instance::Record& record);
[[nodiscard]] Result<instance::Record> read_record(const HostPath& directory);
// INSTANCE/plan: what runs, for `inspect`.
[[nodiscard]] Status write_plan(const HostPath& directory, const plan::Plan& plan);
[[nodiscard]] Result<plan::Plan> read_plan(const HostPath& directory);

struct Running {
  instance::Record record;
  HostPath directory;
};
// All running instances of the user, oldest first; sweeps what dead supervisors left behind.
[[nodiscard]] Result<std::vector<Running>> list_instances(const facts::Facts& facts);
// By id, profile, PROFILE@BOX or app id; kNotFound with a "did you mean", kConflict when several match.
[[nodiscard]] Result<Running> find_instance(const facts::Facts& facts, std::string_view name);
// The same, but all that match.
[[nodiscard]] Result<std::vector<Running>> find_instances(const facts::Facts& facts, std::string_view name);

// The supervisor's pidfd; absent when the instance is gone. Never another process that got its pid.
[[nodiscard]] Result<std::optional<os::Fd>> open_supervisor(const Running& instance);
// True once the instance is gone, false when the timeout passed first. No timeout: waits for ever.
[[nodiscard]] Result<bool> wait_for_end(const Running& instance, std::optional<std::chrono::milliseconds> timeout);

}  // namespace hutch::host
