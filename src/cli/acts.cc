#include "cli/acts.h"

#include <signal.h>

#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "core/profile/amend.h"
#include "core/profile/vocabulary.h"

namespace hutch::cli {
namespace {

Result<profile::Request> request_of(const Parsed& parsed) {
  profile::Request request;
  TRY(read_app(parsed.arguments.front(), request));
  request.arguments.assign(parsed.arguments.begin() + 1, parsed.arguments.end());
  request.no_profile = parsed.has("no-profile");
  if (const auto name = parsed.value("profile")) request.profile = TRY(ProfileName::parse(*name));
  if (request.profile && request.no_profile) {
    return failure(ErrorKind::kUsage, _("--profile and --no-profile exclude each other"));
  }
  if (const auto id = parsed.value("instance")) request.instance = TRY(InstanceId::parse(*id));
  request.command = parsed.value("command");
  request.directory = parsed.value("cwd");
  request.disposable = parsed.has("disposable");
  request.strict = parsed.has("strict");
  request.verbose = parsed.has("verbose");
  TRY(read_permissions(parsed, request.flags));
  if (const auto reason = parsed.value("reason")) TRY(profile::add_reason(request.flags, *reason));
  return request;
}

Result<app::RunRequest> run_request_of(const Parsed& parsed) {
  return app::RunRequest{.request = TRY(request_of(parsed)),
                         .bind_arguments = parsed.values("bind-arg"),
                         .in_unit = parsed.has("in-unit"),
                         .traces = parsed.has("trace-denials"),
                         .json = parsed.has("json")};
}

app::Listing listing_of(const Parsed& parsed) {
  return {.json = parsed.has("json"), .legend = !parsed.has("no-legend")};
}

Result<app::DesktopRequest> desktop_request_of(const Parsed& parsed, bool needs_names) {
  app::DesktopRequest request{
      .apps = {}, .all = parsed.has("all"), .has_shims = !parsed.has("no-path"), .listing = listing_of(parsed)};
  if (needs_names && request.all != parsed.arguments.empty()) {
    return failure(ErrorKind::kUsage, _("name apps or say --all, one of the two"));
  }
  for (const std::string& word : parsed.arguments) {
    profile::Request wish;
    TRY(read_app(word, wish));
    request.apps.push_back(std::move(wish));
  }
  return request;
}

Result<app::Targets> targets_of(const Parsed& parsed) {
  app::Targets targets{.names = parsed.arguments, .all = parsed.has("all")};
  if (targets.names.empty() == targets.all) return targets;
  return failure(ErrorKind::kUsage, _("name instances or say --all, one of the two"), _("'hutch ps' lists what runs"));
}

}  // namespace

Status read_app(const std::string& word, profile::Request& request) {
  const std::size_t at = word.rfind('@');
  const bool has_box = at != std::string::npos && at > 0 && word.find('/') == std::string::npos;
  request.app = word.substr(0, has_box ? at : std::string::npos);
  if (has_box) request.box = TRY(BoxName::parse(std::string_view(word).substr(at + 1)));
  return {};
}

Status read_permissions(const Parsed& parsed, profile::Layer& layer) {
  layer.rank = profile::Rank::kCommandLine;
  layer.origin.file = "command line";
  for (const profile::Flag& flag : profile::flags()) {
    for (const std::string& value : parsed.values(flag.name)) TRY(profile::apply_flag(layer, flag.name, value));
  }
  return {};
}

Result<int> act_run(const Parsed& parsed) {
  const app::RunRequest request = TRY(run_request_of(parsed));
  return parsed.has("dry-run") ? app::plan(request) : app::run(request);
}

Result<int> act_plan(const Parsed& parsed) {
  return app::plan(TRY(run_request_of(parsed)));
}

Result<int> act_explain(const Parsed& parsed) {
  return app::explain(TRY(request_of(parsed)), parsed.has("json"));
}

Result<int> act_grant(const Parsed& parsed) {
  const auto time = parsed.value("for");
  const auto seconds = text::parse_duration(time.value_or("0"));
  if (time && (!seconds || *seconds == 0 || !parsed.has("live"))) {
    return failure(ErrorKind::kUsage, _("--for takes a time such as 90s, 30m or 2h, and --live beside it"));
  }
  if (parsed.has("live")) {
    profile::Layer flags;
    TRY(read_permissions(parsed, flags));
    return app::grant_live(parsed.arguments.front(), flags, seconds.value_or(0));
  }
  return app::grant(TRY(request_of(parsed)));
}

Result<int> act_revoke(const Parsed& parsed) {
  if (parsed.has("live")) {
    profile::Layer flags;
    TRY(read_permissions(parsed, flags));
    return app::revoke_live(parsed.arguments.front(), flags);
  }
  return app::revoke(TRY(request_of(parsed)));
}

Result<int> act_reset(const Parsed& parsed) {
  return app::reset(TRY(request_of(parsed)));
}

Result<int> act_edit(const Parsed& parsed) {
  return app::edit(TRY(request_of(parsed)));
}

Result<int> act_exec(const Parsed& parsed) {
  std::vector<std::string> command(parsed.arguments.begin() + 1, parsed.arguments.end());
  if (command.front() == "--") command.erase(command.begin());
  if (command.empty()) return failure(ErrorKind::kUsage, _("which command?"), _("usage: hutch exec ID -- COMMAND"));
  return app::exec({.instance = parsed.arguments.front(),
                    .command = std::move(command),
                    .environment = parsed.values("env"),
                    .directory = parsed.value("cwd")});
}

Result<int> act_ps(const Parsed& parsed) {
  return app::ps(listing_of(parsed), parsed.has("tree"));
}

Result<int> act_history(const Parsed& parsed) {
  constexpr unsigned long long kMost = 100000;
  const auto most = text::parse_number(parsed.value("lines").value_or("50"), kMost);
  if (!most) return failure(ErrorKind::kUsage, text::format(_("--lines takes a number up to %llu"), kMost));
  return app::history(parsed.arguments, static_cast<std::size_t>(*most), listing_of(parsed));
}

Result<int> act_logs(const Parsed& parsed) {
  constexpr unsigned long long kMost = 1000000;
  std::optional<std::size_t> lines;
  if (const auto asked = parsed.value("lines"); asked && *asked != "all") {
    lines = text::parse_number(*asked, kMost);
    if (!lines) return failure(ErrorKind::kUsage, text::format(_("--lines takes a number up to %llu"), kMost));
  }
  return app::logs(parsed.arguments.front(), lines, parsed.has("follow"));
}

Result<int> act_attach(const Parsed& parsed) {
  return app::attach(parsed.arguments.front());
}

Result<int> act_why(const Parsed& parsed) {
  const std::string thing = parsed.arguments.size() > 1 ? parsed.arguments[1] : std::string();
  return app::why(parsed.arguments.front(), thing, parsed.has("json"));
}

Result<int> act_inspect(const Parsed& parsed) {
  return app::inspect(parsed.arguments, parsed.has("json"));
}

Result<int> act_stop(const Parsed& parsed) {
  constexpr unsigned long long kLongest = 86400;  // seconds
  const std::string timeout = parsed.value("timeout").value_or("10");
  const auto seconds = text::parse_number(timeout, kLongest);
  if (!seconds) {
    return failure(ErrorKind::kUsage, text::format(_("--timeout '%s' is no number of seconds up to %llu"),
                                                   text::printable(timeout).c_str(), kLongest));
  }
  return app::stop(TRY(targets_of(parsed)), std::chrono::seconds(*seconds));
}

Result<int> act_kill(const Parsed& parsed) {
  const int signal = TRY(app::parse_signal(parsed.value("signal").value_or("KILL")));
  return app::kill(TRY(targets_of(parsed)), signal);
}

Result<int> act_pause(const Parsed& parsed) {
  return app::pause(TRY(targets_of(parsed)), true);
}

Result<int> act_resume(const Parsed& parsed) {
  return app::pause(TRY(targets_of(parsed)), false);
}

Result<int> act_set(const Parsed& parsed) {
  profile::Layer flags;
  TRY(read_permissions(parsed, flags));
  const std::string domain = parsed.value("domain").value_or("");
  if (domain.empty()) return app::set(TRY(targets_of(parsed)), domain, flags);
  if (parsed.arguments.empty() && !parsed.has("all")) return app::set({}, domain, flags);
  return failure(ErrorKind::kUsage, _("name instances or a domain, one of the two"));
}

Result<int> act_stats(const Parsed& parsed) {
  constexpr unsigned long long kLongest = 3600;
  const auto seconds = text::parse_number(parsed.value("interval").value_or("1"), kLongest);
  if (!seconds || *seconds == 0) {
    return failure(ErrorKind::kUsage, text::format(_("--interval takes seconds from 1 to %llu"), kLongest));
  }
  const bool has_names = !parsed.arguments.empty();
  return app::stats(
      {.names = parsed.arguments, .all = !has_names},
      {.listing = listing_of(parsed), .streams = !parsed.has("no-stream"), .interval = std::chrono::seconds(*seconds)});
}

Result<int> act_unit(const Parsed& parsed) {
  constexpr unsigned long long kLongest = 86400;  // seconds
  const auto watchdog = text::parse_number(parsed.value("watchdog").value_or("0"), kLongest);
  if (!watchdog) {
    return failure(ErrorKind::kUsage, text::format(_("--watchdog takes seconds up to %llu"), kLongest));
  }
  app::UnitOptions options{.words = parsed.arguments,
                           .flags = {},
                           .name = parsed.value("name").value_or(""),
                           .listen = parsed.value("listen").value_or(""),
                           .socket = parsed.value("listen-once").value_or(""),
                           .restart = parsed.value("restart").value_or(""),
                           .notifies = parsed.has("notify"),
                           .watchdog = *watchdog,
                           .only_prints = parsed.has("print")};
  profile::Layer checked;  // a flag that makes no sense is told now, not when the unit starts
  TRY(read_permissions(parsed, checked));
  for (const profile::Flag& flag : profile::flags()) {
    for (const std::string& value : parsed.values(flag.name)) {
      options.flags.push_back("--" + std::string(flag.name) + "=" + value);
    }
  }
  if (const auto profile = parsed.value("profile")) options.flags.push_back("--profile=" + *profile);
  return app::unit(options);
}

Result<int> act_top(const Parsed&) {
  return app::top();
}

Result<int> act_wait(const Parsed& parsed) {
  return app::wait(parsed.arguments);
}

Result<int> act_profile_list(const Parsed& parsed) {
  return app::list_profiles(listing_of(parsed));
}

Result<int> act_profile_show(const Parsed& parsed) {
  if (parsed.has("resolved") || parsed.has("origin")) {
    return app::show_resolved(parsed.arguments.front(), parsed.has("json"));
  }
  return app::show_profile(parsed.arguments.front(), parsed.has("json"));
}

Result<int> act_profile_lint(const Parsed& parsed) {
  return app::lint_profiles(parsed.arguments, parsed.has("json"));
}

Result<int> act_profile_edit(const Parsed& parsed) {
  return app::edit_profile(parsed.arguments.front());
}

Result<int> act_profile_import(const Parsed& parsed) {
  return app::import_profile({.file = parsed.arguments.front(),
                              .format = parsed.value("format").value_or(""),
                              .name = parsed.value("name").value_or(""),
                              .dry_run = parsed.has("dry-run"),
                              .json = parsed.has("json")});
}

Result<int> act_profile_accept(const Parsed& parsed) {
  return app::accept_profile(parsed.arguments.front());
}

Result<int> act_profile_diff(const Parsed& parsed) {
  if (parsed.arguments.size() == 1) return app::diff_update(parsed.arguments[0], parsed.has("json"));
  return app::diff_profiles(parsed.arguments[0], parsed.arguments[1], parsed.has("json"));
}

Result<int> act_profile_new(const Parsed& parsed) {
  return app::new_profile(TRY(request_of(parsed)), parsed.has("dry-run"));
}

Result<int> act_desktop_export(const Parsed& parsed) {
  return app::export_desktop(TRY(desktop_request_of(parsed, true)));
}

Result<int> act_desktop_unexport(const Parsed& parsed) {
  return app::unexport_desktop(TRY(desktop_request_of(parsed, true)));
}

Result<int> act_desktop_refresh(const Parsed& parsed) {
  return app::refresh_desktop(TRY(desktop_request_of(parsed, false)));
}

Result<int> act_desktop_list(const Parsed& parsed) {
  return app::list_desktop(TRY(desktop_request_of(parsed, false)));
}

Result<int> act_doctor(const Parsed& parsed) {
  return app::doctor(parsed.has("json"));
}

Result<int> act_completion(const Parsed& parsed) {
  app::print_text(TRY(completion_script(parsed.arguments.front())));
  return app::kSucceeded;
}

Result<int> act_help(const Parsed& parsed) {
  if (parsed.arguments.empty()) {
    app::print_text(overview());
    return app::kSucceeded;
  }
  app::print_text(TRY(help_on(text::join(parsed.arguments, " "))));
  return app::kSucceeded;
}

}  // namespace hutch::cli
