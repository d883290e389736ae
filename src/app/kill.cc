#include <signal.h>

#include <cstring>
#include <string>

#include "app/print.h"
#include "app/start.h"
#include "app/targets.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/launcher.h"
#include "host/probe.h"

namespace hutch::app {

Result<int> parse_signal(std::string_view text) {
  constexpr int kLast = 64;  // SIGRTMAX, signal(7)
  if (const auto number = text::parse_number(text, kLast); number && *number > 0) return static_cast<int>(*number);
  std::string name;
  for (const char c : text) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (name.starts_with("SIG")) name.erase(0, 3);
  std::vector<std::string_view> known;
  for (int number = 1; number < kLast; ++number) {
    const char* const abbreviation = ::sigabbrev_np(number);
    if (abbreviation == nullptr) continue;
    if (name == abbreviation) return number;
    known.emplace_back(abbreviation);
  }
  const auto near = text::nearest(name, known);
  return failure(ErrorKind::kUsage, text::format(_("no signal '%s'"), text::printable(text).c_str()),
                 near ? text::format(_("did you mean '%s'?"), std::string(*near).c_str())
                      : std::string(_("use a name such as TERM or a number")));
}

Result<int> kill(const Targets& targets, int signal) {
  const facts::Facts facts = TRY(host::probe());
  const std::vector<host::Running> instances = TRY(find_targets(facts, targets));
  int status = kSucceeded;
  for (const host::Running& instance : instances) {
    if (auto sent = host::signal_instance(instance, signal, signal == SIGKILL); !sent) {
      print_error(sent.error());
      status = kFailed;
    }
  }
  if (signal == SIGKILL) (void)host::list_instances(facts);  // sweeps what a killed supervisor could not remove
  return status;
}

}  // namespace hutch::app
