#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/instance/history.h"
#include "core/plan/channel.h"
#include "core/plan/wire.h"
#include "host/queries.h"
#include "os/memfile.h"

namespace hutch::app {
namespace {

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string sentence_of(const std::string& cause, const std::string& app, const plan::Watch& watch) {
  const auto seconds = static_cast<unsigned long long>(cause == "time" ? watch.time_limit : watch.idle_limit);
  if (cause == "memory") return text::format(_("'%s' was ended: it used up the memory it may use"), app.c_str());
  if (cause == "time") return text::format(_("'%s' was ended: its time of %llu s is over"), app.c_str(), seconds);
  return text::format(_("'%s' was ended: it did nothing for %llu s"), app.c_str(), seconds);
}

}  // namespace

Result<int> ended(const std::string& cause, const std::string& status) {
  constexpr unsigned long long kMost = 255;
  const auto number = text::parse_number(status, kMost);
  const bool is_known = cause == "memory" || cause == "time" || cause == "idle";
  if (!number || !is_known) return failure(ErrorKind::kUsage, _("--ended takes a cause and a status"));
  TRY(begin());
  const os::MappedFile encoded = TRY(os::MappedFile::map(plan::kPlanDescriptor, plan::kWireLimit, true));
  const plan::Sandbox sandbox = TRY(plan::decode_sandbox(encoded.bytes()));
  const Json run = TRY(parse_json(sandbox.watch.epitaph + "}"));
  const std::string app = text::printable(text_at(run, "app"));
  const std::string sentence = sentence_of(cause, app, sandbox.watch);
  print_note(sentence);
  if (cause == "memory") print_note(_("hint: give it more with --memory, or 'hutch set' while it runs"));
  (void)host::ask_notify(app, sentence);  // a desktop that shows none is none the worse
  return static_cast<int>(*number);
}

}  // namespace hutch::app
