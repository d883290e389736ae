// One function a verb. Each returns the exit status, or the error that is printed and becomes one.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/profile/request.h"

namespace hutch::app {

struct RunRequest {
  profile::Request request;
  std::vector<std::string> bind_arguments;  // FILE[:rw], as typed
  bool in_unit = false;                     // --in-unit: the main program of a service
  bool traces = false;                      // --trace-denials
  bool json = false;
};

struct Listing {
  bool json = false;
  bool legend = true;
};

// Instances by id, profile, PROFILE@BOX or app id, or all of them.
struct Targets {
  std::vector<std::string> names;
  bool all = false;
};

// kNotFound and kNotRunnable say that the program is missing or cannot be executed, nothing else.
[[nodiscard]] Result<int> run(const RunRequest& request);
[[nodiscard]] Result<int> plan(const RunRequest& request);

struct ExecOptions {
  std::string instance;
  std::vector<std::string> command;
  std::vector<std::string> environment;  // NAME=VALUE
  std::optional<std::string> directory;
};
// kNotFound and kNotRunnable as above.
[[nodiscard]] Result<int> exec(const ExecOptions& options);

[[nodiscard]] Result<int> explain(const profile::Request& request, bool json);
// Overrides: what the user grants and takes back, kept for the app or one box of it. The request's flags say what.
[[nodiscard]] Result<int> grant(const profile::Request& request);
[[nodiscard]] Result<int> revoke(const profile::Request& request);
// The same for a running instance, until it ends, or for so many seconds when that is not 0.
[[nodiscard]] Result<int> grant_live(const std::string& name, const profile::Layer& flags, std::uint64_t seconds);
// No flags: all that was given.
[[nodiscard]] Result<int> revoke_live(const std::string& name, const profile::Layer& flags);
[[nodiscard]] Result<int> reset(const profile::Request& request);
[[nodiscard]] Result<int> edit(const profile::Request& request);
[[nodiscard]] Result<int> edit_profile(const std::string& name);
[[nodiscard]] Result<int> ps(const Listing& listing, bool with_processes);
// The last runs that are over, at most `most`; of these instances, apps or boxes, or of all.
[[nodiscard]] Result<int> history(const std::vector<std::string>& names, std::size_t most, const Listing& listing);
// What an instance, or the last one of an app, printed into the journal or its own log. `lines`: none means all.
[[nodiscard]] Result<int> logs(const std::string& name, std::optional<std::size_t> lines, bool follows);
// Its terminal, or what it prints from now on, its signals and its end.
[[nodiscard]] Result<int> attach(const std::string& name);
// What an instance, or the last run of an app, was refused; with `thing` why it does not see this path or bus name.
[[nodiscard]] Result<int> why(const std::string& name, const std::string& thing, bool json);
[[nodiscard]] Result<int> inspect(const std::vector<std::string>& names, bool json);
[[nodiscard]] Result<int> stop(const Targets& targets, std::chrono::milliseconds timeout);
[[nodiscard]] Result<int> kill(const Targets& targets, int signal);
[[nodiscard]] Result<int> pause(const Targets& targets, bool is_paused);  // false: resume
// New limits, grants of kind kLimit, for instances or for a domain.
[[nodiscard]] Result<int> set(const Targets& targets, const std::string& domain, const profile::Layer& flags);
struct StatsOptions {
  Listing listing;
  bool streams = true;
  std::chrono::milliseconds interval{1000};
};
[[nodiscard]] Result<int> stats(const Targets& targets, const StatsOptions& options);
// Until a key or a signal ends it.
[[nodiscard]] Result<int> top();
[[nodiscard]] Result<int> wait(const std::vector<std::string>& names);
[[nodiscard]] Result<int> list_profiles(const Listing& listing);
[[nodiscard]] Result<int> show_profile(const std::string& name, bool json);
[[nodiscard]] Result<int> lint_profiles(const std::vector<std::string>& names, bool json);
struct ImportRequest {
  std::string file;
  std::string format;  // flatpak, firejail, bubblejail; empty: by its name and content
  std::string name;    // empty: after the file
  bool dry_run = false;
  bool json = false;
};
[[nodiscard]] Result<int> import_profile(const ImportRequest& request);
// What one profile or file grants more and less than another.
[[nodiscard]] Result<int> diff_profiles(const std::string& before, const std::string& after, bool json);
// The same of what was accepted of a profile's shipped files and what they say now; and its acceptance.
[[nodiscard]] Result<int> diff_update(const std::string& name, bool json);
[[nodiscard]] Result<int> accept_profile(const std::string& name);
// Every grant in force with its flag, place and reason.
[[nodiscard]] Result<int> show_resolved(const std::string& name, bool json);
[[nodiscard]] Result<int> new_profile(const profile::Request& request, bool is_dry_run);
[[nodiscard]] Result<int> doctor(bool json);

// Launchers that start an app in its sandbox, in the user's own directories.
struct DesktopRequest {
  std::vector<profile::Request> apps;
  bool all = false;       // export: every app that is installed; else: every export
  bool has_shims = true;  // also commands in the user's bin directory
  Listing listing;
};
[[nodiscard]] Result<int> export_desktop(const DesktopRequest& request);
[[nodiscard]] Result<int> unexport_desktop(const DesktopRequest& request);
[[nodiscard]] Result<int> refresh_desktop(const DesktopRequest& request);
[[nodiscard]] Result<int> list_desktop(const DesktopRequest& request);

struct UnitOptions {
  std::vector<std::string> words;  // APP and its arguments
  std::vector<std::string> flags;  // of `run`, as typed
  std::string name;                // empty: the app's
  std::string listen;
  std::string socket;
  std::string restart;
  bool notifies = false;
  std::uint64_t watchdog = 0;  // seconds
  bool only_prints = false;
};
// Writes a unit of the user manager that runs an app.
[[nodiscard]] Result<int> unit(const UnitOptions& options);

// --- toolboxes; an empty name is the only one there is
struct EnterOptions {
  std::string name;
  std::vector<std::string> command;      // empty: the login shell
  std::string user;                      // inside; empty: the caller
  std::vector<std::string> environment;  // NAME=VALUE, or NAME to pass on
  std::optional<std::string> directory;  // inside
  bool is_detached = false;              // goes on without us; what it prints is kept for toolbox_logs()
};
// kNotFound and kNotRunnable are not used: what runs inside tells of its command itself.
[[nodiscard]] Result<int> enter(const EnterOptions& options);
struct CreateOptions {
  std::string name;   // empty: after the image
  std::string image;  // a reference, an image of the store, or a path
  std::string profile = "toolbox";
  std::string hostname;
  std::string shell;
  bool has_init = false;
  profile::Layer permissions;
  bool json = false;
};
[[nodiscard]] Result<int> toolbox_logs(const std::string& name, bool follows);
[[nodiscard]] Result<int> create_toolbox(const CreateOptions& options);
[[nodiscard]] Result<int> run_toolbox(const EnterOptions& options, const std::string& image);  // made, run, removed
[[nodiscard]] Result<int> list_toolboxes(const Listing& listing);
[[nodiscard]] Result<int> inspect_toolbox(const std::string& name, bool json);
[[nodiscard]] Result<int> remove_toolboxes(const std::vector<std::string>& names, bool force);
[[nodiscard]] Result<int> rename_toolbox(const std::string& name, const std::string& other);
[[nodiscard]] Result<int> stop_toolboxes(const std::vector<std::string>& names,
                                         std::optional<std::chrono::milliseconds> timeout);
struct SetOptions {
  std::string name;
  std::optional<std::string> profile;
  std::optional<std::string> hostname;
  std::optional<std::string> shell;
  std::optional<bool> has_init;
  profile::Layer permissions;
};
[[nodiscard]] Result<int> set_toolbox(const SetOptions& options);
struct ToolboxExport {
  std::string name;
  std::vector<std::string> apps;      // desktop ids
  std::vector<std::string> programs;  // names, or paths inside
  bool is_taken_back = false;         // with nothing named: all of them
};
// With nothing named: says what is exported.
[[nodiscard]] Result<int> export_from_toolbox(const ToolboxExport& options);
[[nodiscard]] Result<int> clone_toolbox(const std::string& name, const std::string& other);
[[nodiscard]] Result<int> snapshot_toolbox(const std::string& name, const std::string& snapshot);
[[nodiscard]] Result<int> list_snapshots(const std::string& name, const Listing& listing);
[[nodiscard]] Result<int> roll_back_toolbox(const std::string& name, const std::string& snapshot);
[[nodiscard]] Result<int> undo_toolbox(const std::string& name);

// Becomes hutch-images with these words: a verb, its options spelled --NAME or --NAME=VALUE, "--", its arguments.
[[nodiscard]] Result<int> image(const std::vector<std::string>& words);

// "TERM", "SIGTERM" or "15".
[[nodiscard]] Result<int> parse_signal(std::string_view text);

// What the supervisor asks for when a set-up failed: prints the three integers as a sentence about the Sandbox on
// descriptor 3. The exit status is the run's.
[[nodiscard]] Result<int> report(const std::string& stage, const std::string& step, const std::string& error);

// What the supervisor asks for at the end of a run: says, on standard error and as a notification, why it was ended, or
// what an app that ended at once was refused. `cause` is a plan::word_of(Cause), `status` the run's exit status, which
// is returned.
[[nodiscard]] Result<int> ended(const std::string& cause, const std::string& status);

}  // namespace hutch::app
