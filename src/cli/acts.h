// What each verb of the table does with its parsed words: the way from the command line to app/.
#pragma once

#include "cli/parse.h"
#include "core/profile/request.h"

namespace hutch::cli {

// APP[@BOX]. A path may hold an '@' of its own, and a leading one names no app.
[[nodiscard]] Status read_app(const std::string& word, profile::Request& request);
// The permission flags that were said.
[[nodiscard]] Status read_permissions(const Parsed& parsed, profile::Layer& layer);
[[nodiscard]] Result<int> act_run(const Parsed& parsed);
[[nodiscard]] Result<int> act_plan(const Parsed& parsed);
[[nodiscard]] Result<int> act_explain(const Parsed& parsed);
[[nodiscard]] Result<int> act_grant(const Parsed& parsed);
[[nodiscard]] Result<int> act_revoke(const Parsed& parsed);
[[nodiscard]] Result<int> act_reset(const Parsed& parsed);
[[nodiscard]] Result<int> act_edit(const Parsed& parsed);
[[nodiscard]] Result<int> act_exec(const Parsed& parsed);
[[nodiscard]] Result<int> act_ps(const Parsed& parsed);
[[nodiscard]] Result<int> act_history(const Parsed& parsed);
[[nodiscard]] Result<int> act_why(const Parsed& parsed);
[[nodiscard]] Result<int> act_inspect(const Parsed& parsed);
[[nodiscard]] Result<int> act_attach(const Parsed& parsed);
[[nodiscard]] Result<int> act_logs(const Parsed& parsed);
[[nodiscard]] Result<int> act_stop(const Parsed& parsed);
[[nodiscard]] Result<int> act_kill(const Parsed& parsed);
[[nodiscard]] Result<int> act_wait(const Parsed& parsed);
[[nodiscard]] Result<int> act_pause(const Parsed& parsed);
[[nodiscard]] Result<int> act_resume(const Parsed& parsed);
[[nodiscard]] Result<int> act_set(const Parsed& parsed);
[[nodiscard]] Result<int> act_stats(const Parsed& parsed);
[[nodiscard]] Result<int> act_top(const Parsed& parsed);
[[nodiscard]] Result<int> act_unit(const Parsed& parsed);
[[nodiscard]] Result<int> act_profile_list(const Parsed& parsed);
[[nodiscard]] Result<int> act_profile_show(const Parsed& parsed);
[[nodiscard]] Result<int> act_profile_lint(const Parsed& parsed);
[[nodiscard]] Result<int> act_profile_edit(const Parsed& parsed);
[[nodiscard]] Result<int> act_profile_import(const Parsed& parsed);
[[nodiscard]] Result<int> act_profile_accept(const Parsed& parsed);
[[nodiscard]] Result<int> act_profile_diff(const Parsed& parsed);
[[nodiscard]] Result<int> act_profile_new(const Parsed& parsed);
[[nodiscard]] Result<int> act_desktop_export(const Parsed& parsed);
[[nodiscard]] Result<int> act_desktop_unexport(const Parsed& parsed);
[[nodiscard]] Result<int> act_desktop_refresh(const Parsed& parsed);
[[nodiscard]] Result<int> act_desktop_list(const Parsed& parsed);
[[nodiscard]] Result<int> act_doctor(const Parsed& parsed);
[[nodiscard]] Result<int> act_completion(const Parsed& parsed);
[[nodiscard]] Result<int> act_help(const Parsed& parsed);

}  // namespace hutch::cli
