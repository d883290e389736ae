// Running sandboxes: $XDG_RUNTIME_DIR/hutch/ID/ {lock, record.json, control, plan, ...}.
//
// Whoever holds an exclusive lock on INSTANCE/lock owns the directory; the lock travels with its descriptor through
// exec and dies with the last holder. A directory whose lock is free belongs to nobody and is swept.
#pragma once

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
};

// A fresh id for a profile: its letters and digits and five random characters.
[[nodiscard]] Result<InstanceId> choose_instance_id(const facts::Facts& facts, const ProfileName& profile);
[[nodiscard]] HostPath instances_directory(const facts::Facts& facts);
// Makes the directory (0700), takes the lock, binds the control socket. kConflict when the id is running.
[[nodiscard]] Result<Instance> create_instance(const facts::Facts& facts, const InstanceId& id);
[[nodiscard]] Status write_record(const HostPath& directory, const instance::Record& record);

struct Running {
  instance::Record record;
  HostPath directory;
};
// All running instances of the user, oldest first; sweeps what dead supervisors left behind.
[[nodiscard]] Result<std::vector<Running>> list_instances(const facts::Facts& facts);
// By id, profile, PROFILE@BOX or app id; kNotFound with a "did you mean", kConflict when several match.
[[nodiscard]] Result<Running> find_instance(const facts::Facts& facts, std::string_view name);

}  // namespace hutch::host
