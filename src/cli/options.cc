#include "cli/options.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/acts.h"
#include "cli/data_verbs.h"
#include "cli/desktop_verbs.h"
#include "cli/image_verbs.h"
#include "cli/toolbox_verbs.h"
#include "core/profile/vocabulary.h"

namespace hutch::cli {
namespace {

const Option kJson = {.name = "json", .help = N_("print JSON")};
const Option kNoLegend = {.name = "no-legend", .help = N_("leave out the line of column names")};
const Option kNoPager = {.name = "no-pager", .help = N_("accepted for scripts: hutch never starts a pager")};
const Option kAll = {.name = "all", .help = N_("all running instances")};

// Which profile and box; also of `explain`.
const Option kProfile = {.name = "profile",
                         .value = N_("NAME"),
                         .help = N_("use this profile, whatever the program is"),
                         .complete = Complete::kProfiles};
const Option kNoProfile = {.name = "no-profile", .help = N_("the same as --profile=untrusted")};

std::vector<Option> run_options() {
  return {
      kProfile,
      kNoProfile,
      {.name = "instance", .value = N_("ID"), .help = N_("the id of the new instance, instead of a random one")},
      {.name = "command",
       .value = N_("COMMAND"),
       .help = N_("start this program instead of the app's own, under its profile")},
      {.name = "cwd",
       .value = N_("DIRECTORY"),
       .help = N_("start in this directory"),
       .complete = Complete::kDirectories},
      {.name = "bind-arg",
       .value = N_("FILE[:rw]"),
       .help = N_("hand over this file, also to an app without a screen"),
       .complete = Complete::kFiles,
       .repeats = true},
      {.name = "disposable", .help = N_("a home that is thrown away at the end")},
      {.name = "strict", .help = N_("refuse to start when this host lacks a protection")},
      {.name = "trace-denials", .help = N_("note the system calls that are refused, for 'hutch why'; slower")},
      {.name = "in-unit", .help = N_("this is the main program of a service: no scope of its own")},
      {.name = "dry-run", .help = N_("print what would happen, like 'hutch plan'")},
      {.name = "verbose", .help = N_("say which profile, app id and instance")},
      kJson,
  };
}

std::vector<Option> plan_options() {
  std::vector<Option> options = run_options();
  std::erase_if(options, [](const Option& option) { return std::string_view(option.name) == "dry-run"; });
  return options;
}

std::vector<Verb> running_verbs() {
  return {
      {.name = "run",
       .synopsis = "[OPTIONS] APP[@BOX]|COMMAND [ARGUMENTS...]",
       .summary = N_("start an app in its sandbox"),
       .options = run_options(),
       .complete = Complete::kApps,
       .least = 1,
       .most = -1,
       .takes_permissions = true,
       .takes_command = true,
       .runs_program = true,
       .act = act_run},
      {.name = "plan",
       .synopsis = "[OPTIONS] APP[@BOX]|COMMAND [ARGUMENTS...]",
       .summary = N_("print what 'run' would do, and do nothing"),
       .options = plan_options(),
       .complete = Complete::kApps,
       .least = 1,
       .most = -1,
       .takes_permissions = true,
       .takes_command = true,
       .act = act_plan},
      {.name = "explain",
       .synopsis = "[OPTIONS] APP[@BOX]",
       .summary = N_("say what an app may do, and who said so"),
       .options = {kProfile, kNoProfile, kJson},
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .takes_permissions = true,
       .act = act_explain},
      {.name = "exec",
       .synopsis = "[OPTIONS] ID [--] COMMAND [ARGUMENTS...]",
       .summary = N_("run a command in a running instance, under the same protections"),
       .options = {{.name = "env", .value = N_("NAME=VALUE"), .help = N_("set a variable"), .repeats = true},
                   {.name = "cwd", .value = N_("DIRECTORY"), .help = N_("start in this directory of the sandbox")}},
       .complete = Complete::kInstances,
       .least = 2,
       .most = -1,
       .takes_command = true,
       .runs_program = true,
       .act = act_exec},
  };
}

const Option kWriteNothing = {.name = "dry-run", .help = N_("write nothing")};
const Option kReason = {.name = "reason", .value = N_("TEXT"), .help = N_("why, for 'explain' to show")};

std::vector<Verb> override_verbs() {
  return {
      {.name = "grant",
       .synopsis = "APP[@BOX] PERMISSION... | --live ID --filesystem=PATH[:ro]",
       .summary = N_("let an app do more from now on"),
       .options = {kReason,
                   {.name = "live", .help = N_("show files to a running instance, until it ends")},
                   {.name = "for", .value = N_("TIME"), .help = N_("with --live: for so long, such as 1h")}},
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .takes_permissions = true,
       .act = act_grant},
      {.name = "revoke",
       .synopsis = "APP[@BOX] PERMISSION... | --live ID [--filesystem=PATH]",
       .summary = N_("take permissions from an app, and all below them"),
       .options = {kReason, {.name = "live", .help = N_("take back what a running instance was given with --live")}},
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .takes_permissions = true,
       .act = act_revoke},
      {.name = "reset",
       .synopsis = "APP[@BOX]",
       .summary = N_("forget what was granted to and taken from an app"),
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .act = act_reset},
      {.name = "edit",
       .synopsis = "APP[@BOX]",
       .summary = N_("change what was granted and taken in an editor"),
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .act = act_edit},
  };
}

// Verbs that look at what runs and ran.
std::vector<Verb> watching_verbs() {
  return {
      {.name = "ps",
       .synopsis = "[OPTIONS]",
       .summary = N_("list running instances"),
       .options = {{.name = "tree", .help = N_("with the processes of each")}, kJson, kNoLegend, kNoPager},
       .act = act_ps},
      {.name = "stats",
       .synopsis = "[OPTIONS] [ID...]",
       .summary = N_("show again and again what running instances use"),
       .options = {{.name = "no-stream", .help = N_("show it once")},
                   {.name = "interval", .value = N_("SECONDS"), .help = N_("how often; 1 unless said otherwise")},
                   kJson,
                   kNoLegend,
                   kNoPager},
       .complete = Complete::kInstances,
       .most = -1,
       .act = act_stats},
      {.name = "top", .synopsis = "", .summary = N_("watch and act on instances on the whole screen"), .act = act_top},
      {.name = "history",
       .synopsis = "[OPTIONS] [APP|ID...]",
       .summary = N_("list runs that are over, and how they ended"),
       .options = {{.name = "lines",
                    .letter = 'n',
                    .value = N_("NUMBER"),
                    .help = N_("of the last runs; 50 unless said otherwise")},
                   kJson,
                   kNoLegend,
                   kNoPager},
       .complete = Complete::kApps,
       .most = -1,
       .act = act_history},
      {.name = "logs",
       .synopsis = "[OPTIONS] APP|ID",
       .summary = N_("show what an instance printed into the journal or its log"),
       .options =
           {{.name = "lines", .letter = 'n', .value = N_("NUMBER"), .help = N_("of the last lines; all otherwise")},
            {.name = "follow", .letter = 'f', .help = N_("go on with new lines as they come")},
            kNoPager},
       .complete = Complete::kInstances,
       .least = 1,
       .most = 1,
       .act = act_logs},
      {.name = "why",
       .synopsis = "[OPTIONS] ID|APP [PATH|NAME]",
       .summary = N_("say what a run was refused, and which grant would allow it"),
       .options = {kJson, kNoPager},
       .complete = Complete::kInstances,
       .least = 1,
       .most = 2,
       .act = act_why},
      {.name = "inspect",
       .synopsis = "[OPTIONS] ID...",
       .summary = N_("show everything about running instances"),
       .options = {kJson, kNoPager},
       .complete = Complete::kInstances,
       .least = 1,
       .most = -1,
       .act = act_inspect},
  };
}

// Verbs that change what runs.
std::vector<Verb> acting_verbs() {
  return {
      {.name = "stop",
       .synopsis = "[OPTIONS] ID...|--all",
       .summary = N_("ask instances to end, and end them when they do not"),
       .options = {kAll,
                   {.name = "timeout",
                    .value = N_("SECONDS"),
                    .help = N_("how long they may take; 10 unless said otherwise")}},
       .complete = Complete::kInstances,
       .most = -1,
       .act = act_stop},
      {.name = "kill",
       .synopsis = "[OPTIONS] ID...|--all",
       .summary = N_("end instances at once, or send another signal"),
       .options = {kAll,
                   {.name = "signal",
                    .letter = 's',
                    .value = N_("SIGNAL"),
                    .help = N_("a name or number; KILL unless said otherwise"),
                    .complete = Complete::kSignals}},
       .complete = Complete::kInstances,
       .most = -1,
       .act = act_kill},
      {.name = "pause",
       .synopsis = "ID...|--all",
       .summary = N_("halt every process of instances"),
       .options = {kAll},
       .complete = Complete::kInstances,
       .most = -1,
       .act = act_pause},
      {.name = "resume",
       .synopsis = "ID...|--all",
       .summary = N_("let paused instances go on"),
       .options = {kAll},
       .complete = Complete::kInstances,
       .most = -1,
       .act = act_resume},
      {.name = "set",
       .synopsis = "ID...|--all|--domain=NAME LIMIT...",
       .summary = N_("change the limits of running instances, or of a domain"),
       .options = {kAll},
       .complete = Complete::kInstances,
       .most = -1,
       .takes_limits = true,
       .act = act_set},
      {.name = "attach",
       .synopsis = "ID",
       .summary = N_("take an instance's terminal over, or see what it prints"),
       .complete = Complete::kInstances,
       .least = 1,
       .most = 1,
       .runs_program = true,
       .act = act_attach},
      {.name = "wait",
       .synopsis = "ID...",
       .summary = N_("wait until instances have ended"),
       .complete = Complete::kInstances,
       .least = 1,
       .most = -1,
       .act = act_wait},
  };
}

std::vector<Verb> service_verbs() {
  return {
      {.name = "unit",
       .synopsis = "[OPTIONS] APP[@BOX] [ARGUMENTS...]",
       .summary = N_("write a unit of the user manager that runs an app"),
       .options = {kProfile,
                   {.name = "name", .value = N_("NAME"), .help = N_("hutch-NAME.service, instead of the app's name")},
                   {.name = "listen",
                    .value = N_("ADDRESS"),
                    .help = N_("start an instance for each connection to this socket")},
                   {.name = "listen-once",
                    .value = N_("ADDRESS"),
                    .help = N_("start it at the first connection to this socket, which it then accepts itself")},
                   {.name = "restart", .value = N_("WHEN"), .help = N_("such as on-failure")},
                   {.name = "notify", .help = N_("the app says itself when it is ready")},
                   {.name = "watchdog",
                    .value = N_("SECONDS"),
                    .help = N_("restart it when it has not said for so long that it is alive")},
                   {.name = "print", .help = N_("print the unit, and write nothing")}},
       .complete = Complete::kApps,
       .least = 1,
       .most = -1,
       .takes_permissions = true,
       .takes_command = true,
       .act = act_unit},
  };
}

std::vector<Verb> profile_verbs() {
  return {
      {.name = "profile list",
       .synopsis = "[OPTIONS]",
       .summary = N_("list profiles"),
       .options = {kJson, kNoLegend, kNoPager},
       .act = act_profile_list},
      {.name = "profile show",
       .synopsis = "[OPTIONS] NAME",
       .summary = N_("print the files a profile is made of"),
       .options = {{.name = "resolved", .help = N_("print what they add up to, a line each")},
                   {.name = "origin", .help = N_("the same: every line with its place")},
                   kJson,
                   kNoPager},
       .complete = Complete::kProfiles,
       .least = 1,
       .most = 1,
       .act = act_profile_show},
      {.name = "profile lint",
       .synopsis = "[OPTIONS] [NAME|FILE...]",
       .summary = N_("find mistakes in profiles"),
       .options = {kJson, kNoPager},
       .complete = Complete::kProfiles,
       .most = -1,
       .act = act_profile_lint},
      {.name = "profile diff",
       .synopsis = "[OPTIONS] NAME|FILE [NAME|FILE]",
       .summary = N_("say in words what the second allows more and less than the first, or what an update brought"),
       .options = {kJson, kNoPager},
       .complete = Complete::kProfiles,
       .least = 1,
       .most = 2,
       .act = act_profile_diff},
      {.name = "profile accept",
       .synopsis = "NAME",
       .summary = N_("allow what an update of a profile grants more"),
       .complete = Complete::kProfiles,
       .least = 1,
       .most = 1,
       .act = act_profile_accept},
      {.name = "profile new",
       .synopsis = "[OPTIONS] APP|COMMAND",
       .summary = N_("start a profile of your own from what the program's package tells"),
       .options = {kWriteNothing},
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .act = act_profile_new},
      {.name = "profile import",
       .synopsis = "[OPTIONS] FILE",
       .summary = N_("make a profile from a Flatpak, Firejail or bubblejail file"),
       .options = {{.name = "format", .value = N_("FORMAT"), .help = N_("flatpak, firejail or bubblejail")},
                   {.name = "name", .value = N_("NAME"), .help = N_("what to call the profile")},
                   kWriteNothing,
                   kJson},
       .complete = Complete::kFiles,
       .least = 1,
       .most = 1,
       .act = act_profile_import},
      {.name = "profile edit",
       .synopsis = "NAME",
       .summary = N_("change a profile of your own in an editor"),
       .complete = Complete::kProfiles,
       .least = 1,
       .most = 1,
       .act = act_profile_edit},
  };
}

std::vector<Verb> other_verbs() {
  return {
      {.name = "doctor",
       .synopsis = "[OPTIONS]",
       .summary = N_("try what this host can do, and say how to cure what it cannot"),
       .options = {kJson, kNoPager},
       .act = act_doctor},
      {.name = "completion",
       .synopsis = "bash|zsh|fish",
       .summary = N_("print a completion script for a shell"),
       .complete = Complete::kShells,
       .least = 1,
       .most = 1,
       .is_harmless = true,
       .act = act_completion},
      {.name = "help",
       .synopsis = "[VERB]",
       .summary = N_("explain hutch or one verb"),
       .complete = Complete::kVerbs,
       .most = 2,
       .is_harmless = true,
       .act = act_help},
  };
}

std::vector<Verb> all_verbs() {
  std::vector<Verb> all = running_verbs();
  for (std::vector<Verb> more : {override_verbs(), watching_verbs(), acting_verbs(), service_verbs(), data_verbs(),
                                 desktop_verbs(), toolbox_verbs(), image_verbs(), profile_verbs(), other_verbs()}) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return all;
}

}  // namespace

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> kVerbs = all_verbs();
  return kVerbs;
}

const std::vector<Option>& common_options() {
  static const std::vector<Option> kCommon = {
      {.name = "help", .letter = 'h', .help = N_("explain this verb")},
      {.name = "allow-root", .help = N_("run as root all the same")},
  };
  return kCommon;
}

std::vector<Option> options_of(const Verb& verb) {
  std::vector<Option> options = verb.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  if (!verb.takes_permissions && !verb.takes_limits) return options;
  for (const profile::Flag& flag : profile::flags()) {
    const bool is_limit = profile::find_word(profile::Kind::kLimit, flag.name) != nullptr;
    if (!verb.takes_permissions && !is_limit) continue;
    const bool is_publish = std::string_view(flag.name) == "publish";
    options.push_back({.name = flag.name,
                       .letter = is_publish ? 'p' : '\0',
                       .value = flag.placeholder,
                       .help = flag.help,
                       .repeats = true});
  }
  return options;
}

Result<const Verb*> find_verb(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) {
    if (name == verb.name) return &verb;
    names.emplace_back(verb.name);
  }
  const auto near = text::nearest(name, names);
  return failure(ErrorKind::kUsage, text::format(_("unknown verb '%s'"), text::printable(name).c_str()),
                 near ? text::format(_("did you mean '%s'?"), std::string(*near).c_str())
                      : std::string(_("'hutch help' lists the verbs")));
}

}  // namespace hutch::cli
