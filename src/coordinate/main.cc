// hutch-coordinator: the part of hutch that links heavy libraries. Started by hutch, never by people.
//
//   coordinate RUNTIME-DIRECTORY      one launch, beside its supervisor (run.h)
//   seccomp | desktop-entry ID | derive PROGRAM | documents APPID ro:PATH... | doctor |
//   syscalls ARCHITECTURE:NUMBER...
//                                     questions of the front end (answers.h)
//   unpack IMAGE                      an AppImage, into the cache
//   choose TITLE TEXT KEY=LABEL...    a notification with buttons: which was pressed
//   notify TITLE TEXT | reload-bus                                       acts on the session bus
//   limit UNIT LIMIT=VALUE... | freeze UNIT | thaw UNIT                  acts on running units (units.h)
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <string>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "coordinate/answers.h"
#include "coordinate/run.h"
#include "coordinate/units.h"
#include "os/file.h"

namespace hutch::coordinate {
namespace {

void print_warning(const std::string& sentence) {
  (void)std::fprintf(stderr, _("hutch: warning: %s\n"), sentence.c_str());
}

void print_error(const Error& error) {
  (void)std::fprintf(stderr, "hutch: %s\n", error.describe().c_str());
  if (!error.hint.empty()) (void)std::fprintf(stderr, _("hint: %s\n"), error.hint.c_str());
}

Result<std::string> answer(const std::string& mode, const std::vector<std::string>& arguments) {
  if (mode == "seccomp" && arguments.empty()) return answer_seccomp();
  if (mode == "desktop-entry" && arguments.size() == 1) return answer_desktop_entry(arguments.front());
  if (mode == "derive" && arguments.size() == 1) return answer_derive(arguments.front());
  if (mode == "documents") return answer_documents(arguments);
  if (mode == "choose" && arguments.size() > 2) return answer_choice(arguments);
  if (mode == "syscalls") return answer_syscalls(arguments);
  if (mode == "doctor" && arguments.empty()) return answer_doctor();
  return failure(ErrorKind::kUsage,
                 text::format(_("hutch-coordinator does not know '%s'"), text::printable(mode).c_str()),
                 _("this program is part of hutch and started by it: hutch help"));
}

Status perform(const std::string& mode, const std::vector<std::string>& arguments) {
  if (mode == "coordinate" && arguments.size() == 1) {
    const HostPath runtime_directory = TRY(HostPath::parse(arguments.front()));
    TRY(coordinate(runtime_directory, print_warning));
    return {};
  }
  if (mode == "unpack" && arguments.size() == 1) return unpack(arguments[0]);
  if (mode == "reload-bus" && arguments.empty()) return reload_bus();
  if (mode == "notify" && arguments.size() == 2) return notify(arguments[0], arguments[1]);
  if (acts_on_unit(mode) && !arguments.empty()) return act_on_unit(mode, arguments);
  return os::write_all(STDOUT_FILENO, TRY(answer(mode, arguments)));
}

int main_of(const std::vector<std::string>& words) {
  constexpr int kUsageStatus = 2;
  const std::string mode = words.empty() ? std::string() : words.front();
  const std::vector<std::string> arguments(words.empty() ? words.end() : words.begin() + 1, words.end());
  const Status done = perform(mode, arguments);
  if (done) return 0;
  print_error(done.error());
  if (mode == "coordinate") abort_launch();
  return done.error().kind == ErrorKind::kUsage ? kUsageStatus : 1;
}

}  // namespace
}  // namespace hutch::coordinate

int main(int count, char** words) {
  (void)std::setlocale(LC_ALL, "");
  (void)bindtextdomain("hutch", HUTCH_LOCALEDIR);
  (void)textdomain("hutch");
  return hutch::coordinate::main_of(std::vector<std::string>(words + 1, words + count));
}
