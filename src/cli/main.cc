#include <cstdio>
#include <string>
#include <vector>

#include "app/data.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/complete_words.h"
#include "cli/help.h"
#include "cli/parse.h"

namespace hutch::cli {
namespace {

// What the first words name: one verb, and the words behind it.
struct Chosen {
  const Verb* verb = nullptr;
  std::vector<std::string> words;
};

Result<Chosen> choose_verb(std::vector<std::string> words) {
  const bool allows_root = words.front() == "--allow-root";  // also said before the verb
  if (allows_root) words.erase(words.begin());
  if (words.empty()) return failure(ErrorKind::kUsage, _("which verb?"), _("'hutch help' lists the verbs"));
  std::string name = words.front();
  if (name == "--help" || name == "-h") name = "help";
  const bool is_group = !second_words(name).empty();
  const std::size_t count = is_group && words.size() > 1 && !words[1].starts_with("-") ? 2 : 1;
  const std::string group = name;
  if (is_group && count == 1) name = "help";
  if (count == 2) name += " " + words[1];
  Chosen chosen{.verb = TRY(find_verb(name)),
                .words = {words.begin() + static_cast<std::ptrdiff_t>(count), words.end()}};
  if (is_group && count == 1) chosen.words = {group};
  if (allows_root) chosen.words.insert(chosen.words.begin(), "--allow-root");
  return chosen;
}

Result<int> perform(const Chosen& chosen) {
  const Verb& verb = *chosen.verb;
  const Parsed parsed = TRY(parse(verb, chosen.words));
  if (parsed.has("help")) {
    app::print_text(help_on(verb));
    return app::kSucceeded;
  }
  if (!verb.is_harmless) TRY(app::refuse_root(parsed.has("allow-root")));
  return verb.act(parsed);
}

// The exit status of an error: of verbs that run a program those above the program's own.
int status_of(const Error& error, bool runs_program) {
  constexpr int kNotRunnable = 126;
  constexpr int kNotFound = 127;
  if (!runs_program) return error.kind == ErrorKind::kUsage ? app::kMisused : app::kFailed;
  if (error.kind == ErrorKind::kNotFound) return kNotFound;
  return error.kind == ErrorKind::kNotRunnable ? kNotRunnable : app::kNotStarted;
}

int conclude(const Result<int>& result, bool runs_program) {
  if (!result) app::print_error(result.error());
  const int status = result ? *result : status_of(result.error(), runs_program);
  if (app::flush_output()) return status;
  app::print_note(_("cannot write to standard output"));
  return runs_program ? app::kNotStarted : app::kFailed;
}

// Words that are no verbs: for scripts, the manual's lint test and the supervisor.
std::optional<Result<int>> perform_special(std::vector<std::string> words) {
  if (words.front() == "--allow-root" && words.size() > 1) words.erase(words.begin());
  if (words.front() == "--report" && words.size() == 4) return app::report(words[1], words[2], words[3]);
  if (words.front() == "--ended" && words.size() == 3) return app::ended(words[1], words[2]);
  if (words.front() == "--saved" && words.size() == 3) return app::saved(words[1], words[2]);
  if (words.front() == "--version") {
    app::print_text("hutch " HUTCH_VERSION "\n");
    return app::kSucceeded;
  }
  if (words.front() == "--options") {
    app::print_text(option_table());
    return app::kSucceeded;
  }
  return std::nullopt;
}

int main_of(const std::vector<std::string>& words) {
  if (!words.empty()) {
    const bool is_report = words.front() == "--report" || words.front() == "--ended";
    if (const auto result = perform_special(words)) return conclude(*result, is_report);
  }
  if (auto begun = app::begin(); !begun) return conclude(unexpected(std::move(begun).error()), true);
  if (words.empty()) {
    app::print_text(overview());
    return conclude(app::kMisused, false);
  }
  const auto chosen = choose_verb(words);
  if (!chosen) return conclude(unexpected(chosen.error()), false);
  return conclude(perform(*chosen), chosen->verb->runs_program);
}

}  // namespace
}  // namespace hutch::cli

int main(int count, char** words) {
  return hutch::cli::main_of(std::vector<std::string>(words + (count > 0 ? 1 : 0), words + count));
}
