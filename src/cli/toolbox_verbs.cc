#include "cli/toolbox_verbs.h"

#include <algorithm>
#include <iterator>

#include "app/toolbox_carry.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/acts.h"
#include "cli/parse.h"

namespace hutch::cli {
namespace {

const Option kJson = {.name = "json", .help = N_("print JSON")};
const Option kNoLegend = {.name = "no-legend", .help = N_("leave out the line of column names")};
const Option kNoPager = {.name = "no-pager", .help = N_("accepted for scripts: hutch never starts a pager")};
const Option kUser = {.name = "user", .letter = 'u', .value = N_("NAME"), .help = N_("be this user inside")};
const Option kEnvironment = {.name = "env",
                             .letter = 'e',
                             .value = N_("NAME[=VALUE]"),
                             .help = N_("set a variable, or pass on the one of this name"),
                             .repeats = true};
const Option kDirectory = {.name = "cwd",
                           .value = N_("DIRECTORY"),
                           .help = N_("start in this directory of the toolbox, instead of the current one")};
const Option kProfile = {.name = "profile",
                         .value = N_("PROFILE"),
                         .help = N_("the permissions it starts from: toolbox, or integrated"),
                         .complete = Complete::kProfiles};
const Option kHostname = {.name = "hostname", .value = N_("NAME"), .help = N_("its host name")};
const Option kShell = {.name = "shell", .value = N_("PATH"), .help = N_("the login shell inside")};
const Option kInit = {.name = "init", .help = N_("run the image's init, such as systemd, with its services")};
const Option kTime = {
    .name = "time", .letter = 't', .value = N_("SECONDS"), .help = N_("how long to ask before it is ended")};

app::Listing listing_of(const Parsed& parsed) {
  return {.json = parsed.has("json"), .legend = !parsed.has("no-legend")};
}

std::string argument(const Parsed& parsed, std::size_t index) {
  return index < parsed.arguments.size() ? parsed.arguments[index] : std::string();
}

app::EnterOptions inside_of(const Parsed& parsed) {
  app::EnterOptions options;
  options.user = parsed.has("root") ? "root" : parsed.value("user").value_or("");
  options.environment = parsed.values("env");
  options.directory = parsed.value("cwd");
  return options;
}

// [NAME] [-- COMMAND...]
Result<int> act_enter(const Parsed& parsed) {
  app::EnterOptions options = inside_of(parsed);
  options.command = parsed.arguments;
  if (!parsed.is_separated && !options.command.empty()) {
    options.name = options.command.front();
    options.command.erase(options.command.begin());
    if (!options.command.empty() && options.command.front() == "--") options.command.erase(options.command.begin());
  }
  return app::enter(options);
}

Result<int> act_run(const Parsed& parsed) {
  app::EnterOptions options = inside_of(parsed);
  options.command = parsed.arguments;
  options.is_detached = parsed.has("detach");
  if (options.is_detached && parsed.has("rm")) {
    return failure(ErrorKind::kUsage, _("--detach and --rm exclude each other"));
  }
  if (const auto image = parsed.value("rm")) return app::run_toolbox(options, *image);
  options.name = parsed.value("toolbox").value_or("");
  return app::enter(options);
}

Result<int> act_create(const Parsed& parsed) {
  app::CreateOptions options;
  options.name = argument(parsed, 0);
  options.image = parsed.value("image").value_or("");
  if (options.image.empty()) {
    return failure(ErrorKind::kUsage, _("say which image: --image NAME"), _("hutch create --image debian:13"));
  }
  options.profile = parsed.value("profile").value_or(options.profile);
  options.hostname = parsed.value("hostname").value_or("");
  options.shell = parsed.value("shell").value_or("");
  options.has_init = parsed.has("init");
  options.json = parsed.has("json");
  TRY(read_permissions(parsed, options.permissions));
  return app::create_toolbox(options);
}

Result<int> act_set_toolbox(const Parsed& parsed) {
  app::SetOptions options;
  options.name = argument(parsed, 0);
  options.profile = parsed.value("profile");
  options.hostname = parsed.value("hostname");
  options.shell = parsed.value("shell");
  if (parsed.has("init") && parsed.has("no-init")) {
    return failure(ErrorKind::kUsage, _("--init and --no-init exclude each other"));
  }
  if (parsed.has("init") || parsed.has("no-init")) options.has_init = parsed.has("init");
  TRY(read_permissions(parsed, options.permissions));
  return app::set_toolbox(options);
}

Result<int> act_stop_toolbox(const Parsed& parsed) {
  constexpr unsigned long long kMost = 86400;
  std::optional<std::chrono::milliseconds> timeout;
  if (const auto value = parsed.value("time")) {
    const auto seconds = text::parse_number(*value, kMost);
    if (!seconds) return failure(ErrorKind::kUsage, _("--time takes seconds"));
    timeout = std::chrono::seconds(*seconds);
  }
  return app::stop_toolboxes(parsed.arguments, timeout);
}

app::ToolboxExport export_of(const Parsed& parsed, bool is_taken_back) {
  return {.name = argument(parsed, 0),
          .apps = parsed.values("app"),
          .programs = parsed.values("bin"),
          .is_taken_back = is_taken_back};
}

// An image of the toolbox, or things of it in the menu.
Result<int> act_export(const Parsed& parsed) {
  const bool is_image = parsed.has("image") || parsed.has("output");
  const bool has_things = parsed.has("app") || parsed.has("bin");
  if ((is_image && has_things) || (!is_image && (parsed.has("zstd") || parsed.has("json")))) {
    return failure(
        ErrorKind::kUsage,
        _("an image (--image, --output, --zstd, --json) and things of the menu (--app, --bin) exclude each other"));
  }
  if (!is_image) return app::export_from_toolbox(export_of(parsed, false));
  return app::pack_toolbox({.name = argument(parsed, 0),
                            .image = parsed.value("image").value_or(""),
                            .output = parsed.value("output").value_or(""),
                            .uses_zstd = parsed.has("zstd"),
                            .json = parsed.has("json")});
}

const Option kApp = {
    .name = "app", .value = N_("APP"), .help = N_("an app of the toolbox, by its desktop id"), .repeats = true};
const Option kProgram = {
    .name = "bin", .value = N_("PROGRAM"), .help = N_("a program of the toolbox"), .repeats = true};

std::vector<Verb> exporting() {
  return {
      {.name = "toolbox export",
       .synopsis = "[OPTIONS] [NAME]",
       .summary = N_(
           "put apps and programs of a toolbox into the menu and on the PATH, or make an image of it; without options, "
           "say what is in the menu"),
       .options = {kApp,
                   kProgram,
                   {.name = "image",
                    .letter = 'i',
                    .value = N_("IMAGE"),
                    .help = N_("make an image of the toolbox, kept in the store by this name")},
                   {.name = "output",
                    .letter = 'o',
                    .value = N_("FILE"),
                    .help = N_("make an image of the toolbox, written to an OCI archive"),
                    .complete = Complete::kFiles},
                   {.name = "zstd", .help = N_("compress the image with zstd instead of gzip")},
                   kJson},
       .complete = Complete::kToolboxes,
       .most = 1,
       .act = act_export},
      {.name = "toolbox unexport",
       .synopsis = "[OPTIONS] [NAME]",
       .summary = N_("take exported apps and programs back, all of them unless some are named"),
       .options = {kApp, kProgram},
       .complete = Complete::kToolboxes,
       .most = 1,
       .act = [](const Parsed& parsed) { return app::export_from_toolbox(export_of(parsed, true)); }},
  };
}

Verb enter_verb(const char* name) {
  return {.name = name,
          .synopsis = "[OPTIONS] [NAME [COMMAND...]]",
          .summary = N_("a shell in a toolbox, or a command"),
          .options = {{.name = "root", .help = N_("be root inside")}, kUser, kEnvironment, kDirectory},
          .complete = Complete::kToolboxes,
          .most = -1,
          .takes_command = true,
          .runs_program = true,
          .act = act_enter};
}

Verb create_verb(const char* name) {
  return {
      .name = name,
      .synopsis = "--image IMAGE [OPTIONS] [NAME]",
      .summary = N_("make a toolbox of an image, an archive or a directory"),
      .options = {{.name = "image",
                   .letter = 'i',
                   .value = N_("IMAGE"),
                   .help = N_("an image, pulled when it is not here; or the path of an OCI layout, a tar archive or "
                              "a directory with a root file system"),
                   .complete = Complete::kImages},
                  kProfile,
                  kHostname,
                  kShell,
                  kInit,
                  kJson},
      .most = 1,
      .takes_permissions = true,
      .act = act_create};
}

std::vector<Verb> making() {
  return {
      create_verb("create"),
      enter_verb("enter"),
      create_verb("toolbox create"),
      enter_verb("toolbox enter"),
      {.name = "toolbox run",
       .synopsis = "[OPTIONS] COMMAND...",
       .summary = N_("run a command in a toolbox, or in one that is made for it and removed"),
       .options = {{.name = "toolbox",
                    .letter = 'c',
                    .value = N_("NAME"),
                    .help = N_("in this toolbox"),
                    .complete = Complete::kToolboxes},
                   {.name = "rm",
                    .value = N_("IMAGE"),
                    .help = N_("in a new toolbox of this image, removed afterwards"),
                    .complete = Complete::kImages},
                   {.name = "detach",
                    .letter = 'd',
                    .help = N_("come back at once; what it prints is kept: toolbox logs")},
                   {.name = "root", .help = N_("be root inside")},
                   kUser,
                   kEnvironment,
                   kDirectory},
       .least = 1,
       .most = -1,
       .takes_command = true,
       .runs_program = true,
       .act = act_run},
  };
}

std::vector<Verb> tending() {
  return {
      {.name = "toolbox logs",
       .synopsis = "[--follow] [NAME]",
       .summary = N_("what detached commands of a toolbox printed"),
       .options = {{.name = "follow", .letter = 'f', .help = N_("go on as it grows")}},
       .complete = Complete::kToolboxes,
       .most = 1,
       .act = [](const Parsed& parsed) { return app::toolbox_logs(argument(parsed, 0), parsed.has("follow")); }},
      {.name = "toolbox list",
       .synopsis = "[OPTIONS]",
       .summary = N_("list toolboxes"),
       .options = {kJson, kNoLegend, kNoPager},
       .act = [](const Parsed& parsed) { return app::list_toolboxes(listing_of(parsed)); }},
      {.name = "toolbox inspect",
       .synopsis = "[--json] [NAME]",
       .summary = N_("show what a toolbox is made of and may do"),
       .options = {kJson},
       .complete = Complete::kToolboxes,
       .most = 1,
       .act = [](const Parsed& parsed) { return app::inspect_toolbox(argument(parsed, 0), parsed.has("json")); }},
      {.name = "toolbox set",
       .synopsis = "[OPTIONS] [NAME]",
       .summary = N_("change a toolbox; counts from its next start on"),
       .options =
           {kProfile, kHostname, kShell, kInit, {.name = "no-init", .help = N_("run nothing but what is asked for")}},
       .complete = Complete::kToolboxes,
       .most = 1,
       .takes_permissions = true,
       .act = act_set_toolbox},
      {.name = "toolbox rename",
       .synopsis = "NAME NEW-NAME",
       .summary = N_("call a toolbox something else"),
       .complete = Complete::kToolboxes,
       .least = 2,
       .most = 2,
       .act = [](const Parsed& parsed) { return app::rename_toolbox(argument(parsed, 0), argument(parsed, 1)); }},
      {.name = "toolbox clone",
       .synopsis = "NAME NEW-NAME",
       .summary = N_("a second toolbox with all that is in the first but its home"),
       .complete = Complete::kToolboxes,
       .least = 2,
       .most = 2,
       .act = [](const Parsed& parsed) { return app::clone_toolbox(argument(parsed, 0), argument(parsed, 1)); }},
      {.name = "toolbox stop",
       .synopsis = "[OPTIONS] NAME...",
       .summary = N_("end everything that runs in toolboxes"),
       .options = {kTime},
       .complete = Complete::kToolboxes,
       .least = 1,
       .most = -1,
       .act = act_stop_toolbox},
      {.name = "toolbox rm",
       .synopsis = "[--force] NAME...",
       .summary = N_("remove toolboxes with their homes"),
       .options = {{.name = "force", .letter = 'f', .help = N_("end what runs in them first")}},
       .complete = Complete::kToolboxes,
       .least = 1,
       .most = -1,
       .act = [](const Parsed& parsed) { return app::remove_toolboxes(parsed.arguments, parsed.has("force")); }},
  };
}

std::vector<Verb> going_back() {
  return {
      {.name = "toolbox snapshot",
       .synopsis = "[NAME [SNAPSHOT]]",
       .summary = N_("keep a toolbox as it is now, to come back to"),
       .complete = Complete::kToolboxes,
       .most = 2,
       .act = [](const Parsed& parsed) { return app::snapshot_toolbox(argument(parsed, 0), argument(parsed, 1)); }},
      {.name = "toolbox snapshots",
       .synopsis = "[OPTIONS] [NAME]",
       .summary = N_("list the snapshots of a toolbox"),
       .options = {kJson, kNoLegend, kNoPager},
       .complete = Complete::kToolboxes,
       .most = 1,
       .act = [](const Parsed& parsed) { return app::list_snapshots(argument(parsed, 0), listing_of(parsed)); }},
      {.name = "toolbox rollback",
       .synopsis = "[NAME [SNAPSHOT]]",
       .summary = N_("make a toolbox what it was at a snapshot, the last one unless said otherwise"),
       .complete = Complete::kToolboxes,
       .most = 2,
       .act = [](const Parsed& parsed) { return app::roll_back_toolbox(argument(parsed, 0), argument(parsed, 1)); }},
      {.name = "toolbox undo",
       .synopsis = "[NAME]",
       .summary = N_("take the last rollback, upgrade or rebase back"),
       .complete = Complete::kToolboxes,
       .most = 1,
       .act = [](const Parsed& parsed) { return app::undo_toolbox(argument(parsed, 0)); }},
  };
}

std::vector<Verb> carrying() {
  return {
      {.name = "toolbox diff",
       .synopsis = "[--json] [NAME [SNAPSHOT]]",
       .summary = N_("show what changed in a toolbox: against its image, or since a snapshot"),
       .options = {kJson},
       .complete = Complete::kToolboxes,
       .most = 2,
       .act =
           [](const Parsed& parsed) {
             return app::diff_toolbox(argument(parsed, 0), argument(parsed, 1), parsed.has("json"));
           }},
      {.name = "toolbox upgrade",
       .synopsis = "[--yes] [NAME]",
       .summary = N_("upgrade what is installed in a toolbox, with a snapshot to come back to"),
       .options = {{.name = "yes", .letter = 'y', .help = N_("let the package manager ask nothing")}},
       .complete = Complete::kToolboxes,
       .most = 1,
       .act = [](const Parsed& parsed) { return app::upgrade_toolbox(argument(parsed, 0), parsed.has("yes")); }},
  };
}

}  // namespace

std::vector<Verb> toolbox_verbs() {
  std::vector<Verb> all = making();
  for (auto part : {tending, exporting, going_back, carrying}) std::ranges::move(part(), std::back_inserter(all));
  return all;
}

}  // namespace hutch::cli
