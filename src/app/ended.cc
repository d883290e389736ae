#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

#include "app/boxes.h"
#include "app/data.h"
#include "app/print.h"
#include "app/start.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/instance/history.h"
#include "core/plan/channel.h"
#include "core/plan/wire.h"
#include "host/boxes.h"
#include "host/instances.h"
#include "host/probe.h"
#include "host/queries.h"
#include "host/refusals.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/process.h"

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

constexpr std::int64_t kSoon = 10;  // seconds

bool goes_on_elsewhere(const facts::Facts& facts, const Json& run) {
  const auto running = host::list_instances(facts);
  return running && std::any_of(running->begin(), running->end(), [&](const host::Running& other) {
           return other.record.profile.str() == text_at(run, "profile") &&
                  other.record.box.str() == text_at(run, "box");
         });
}

// An app with windows that ended at once was perhaps refused what it cannot do without. One that succeeded beside
// another of its kind has handed over to that.
Status tell_refusals(const Json& run, const std::string& app, int status) {
  const auto started = run.find("started");
  const bool is_soon = started != run.end() && started->is_number_integer() &&
                       static_cast<std::int64_t>(::time(nullptr)) - started->get<std::int64_t>() < kSoon;
  if (!is_soon) return {};
  const facts::Facts facts = TRY(host::probe());
  const InstanceId id = TRY(InstanceId::parse(text_at(run, "id")));
  const instance::Refusals refusals = TRY(host::read_refusals(host::refusals_directory(facts), id, true));
  const bool counts = refusals.unroutable + refusals.blocked > 0 ||
                      std::any_of(refusals.list.begin(), refusals.list.end(), [](const instance::Refusal& refusal) {
                        return refusal.kind != instance::Refusal::Kind::kUnseenName;
                      });
  if (!counts || (status == 0 && goes_on_elsewhere(facts, run))) return {};
  const std::string sentence =
      text::format(_("'%s' ended at once, and was refused things: 'hutch why %s' says which"), app.c_str(), id.c_str());
  print_note(sentence);
  return host::ask_notify(app, sentence);
}

// The home that the app had to itself, and kept.
std::optional<HostPath> private_home(const plan::Sandbox& sandbox) {
  constexpr std::string_view kHome = "HOME=";
  for (const std::string& entry : sandbox.environment) {
    if (!entry.starts_with(kHome)) continue;
    for (const plan::Step& step : sandbox.steps) {
      const auto* const bind = std::get_if<plan::Bind>(&step);
      const bool is_home = bind != nullptr && bind->target.str() == entry.substr(kHome.size());
      if (is_home && bind->source.name() == "home") return bind->source;
    }
  }
  return std::nullopt;
}

// Whoever waits for this run does not wait for the answer.
Status ask_beside(const HostPath& home, host::Moment since) {
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDWR));
  const HostPath hutch = TRY(host::own_program());
  os::Process process =
      TRY(os::Process::spawn({.program = hutch,
                              .arguments = {"hutch", "--saved", home.str(), std::to_string(since)},
                              .environment = host::own_environment(),
                              .descriptors = {{nothing.get(), 0}, {nothing.get(), 1}, {nothing.get(), 2}},
                              .new_session = true}));
  process.release();
  return {};
}

// This very process was `hutch run`, then the supervisor. proc_pid_stat(5): the 22nd field, in ticks since the boot.
std::optional<host::Moment> start_of_run() {
  constexpr std::size_t kBehindName = 19;
  constexpr host::Moment kSecond = 1'000'000'000;
  const auto text = os::read_file(HostPath::literal("/proc/self/stat"), 4096);
  if (!text) return std::nullopt;
  const auto fields = text::split(std::string_view(*text).substr(text->rfind(')') + 2), ' ');
  const auto ticks = fields.size() > kBehindName ? text::parse_number(fields[kBehindName], INT64_MAX) : std::nullopt;
  timespec booted{};
  timespec now{};
  if (!ticks || ::clock_gettime(CLOCK_BOOTTIME, &booted) != 0 || ::clock_gettime(CLOCK_REALTIME, &now) != 0) {
    return std::nullopt;
  }
  const host::Moment boot = (now.tv_sec - booted.tv_sec) * kSecond + now.tv_nsec - booted.tv_nsec;
  return boot + static_cast<host::Moment>(*ticks) * (kSecond / ::sysconf(_SC_CLK_TCK));
}

void tell_saved_files(const plan::Sandbox& sandbox) {
  const auto since = start_of_run();
  const auto home = private_home(sandbox);
  if (!home || !since) return;
  const Channel channel = channel_to_user();
  if (channel != Channel::kNotification) return offer_saved_files(*home, *since, channel);
  if (host::files_since(*home, *since, 1).empty()) return;
  (void)ask_beside(*home, *since);  // the run is none the worse
}

}  // namespace

Result<int> saved(const std::string& home, const std::string& since) {
  const auto moment = text::parse_number(since, INT64_MAX);
  if (!moment) return failure(ErrorKind::kUsage, _("--saved takes a directory and a time"));
  TRY(begin());
  offer_saved_files(TRY(HostPath::parse(home)), static_cast<host::Moment>(*moment), Channel::kNotification);
  return kSucceeded;
}

Result<int> ended(const std::string& cause, const std::string& status) {
  constexpr unsigned long long kMost = 255;
  const auto number = text::parse_number(status, kMost);
  const bool is_known = cause.empty() || cause == "memory" || cause == "time" || cause == "idle";
  if (!number || !is_known) return failure(ErrorKind::kUsage, _("--ended takes a cause and a status"));
  TRY(begin());
  const os::MappedFile encoded = TRY(os::MappedFile::map(plan::kPlanDescriptor, plan::kWireLimit, true));
  const plan::Sandbox sandbox = TRY(plan::decode_sandbox(encoded.bytes()));
  const Json run = TRY(parse_json(sandbox.watch.epitaph + "}"));
  const std::string app = text::printable(text_at(run, "app"));
  tell_saved_files(sandbox);
  if (cause.empty()) {
    (void)tell_refusals(run, app, static_cast<int>(*number));  // the run is none the worse
    return static_cast<int>(*number);
  }
  const std::string sentence = sentence_of(cause, app, sandbox.watch);
  print_note(sentence);
  if (cause == "memory") print_note(_("hint: give it more with --memory, or 'hutch set' while it runs"));
  (void)host::ask_notify(app, sentence);  // a desktop that shows none is none the worse
  return static_cast<int>(*number);
}

}  // namespace hutch::app
