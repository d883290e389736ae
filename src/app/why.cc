#include <unistd.h>

#include "app/print.h"
#include "app/refusals.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/remedy.h"
#include "core/instance/counters.h"
#include "core/portal/bus_rules.h"
#include "host/probe.h"
#include "host/queries.h"
#include "host/refusals.h"
#include "os/file.h"

namespace hutch::app {
namespace {

using instance::Refusal;
using profile::Kind;

// One thing that was refused, in words and with what would allow it.
struct Account {
  const char* kind = "";  // for JSON
  std::string name;
  std::string member;
  std::uint64_t times = 1;
  std::vector<Remedy> remedies;
};

// Programs of the system announce what they start for a name (dbus-daemon(1)).
bool is_system_name(const std::string& name) {
  const auto is_activated = [&](const char* directory) {
    const auto file = HostPath::literal(directory).join(name + ".service");
    return file && os::exists(*file);
  };
  return is_activated("/usr/share/dbus-1/system-services") && !is_activated("/usr/share/dbus-1/services");
}

std::vector<Remedy> remedies_of(const Subject& subject, const std::vector<profile::Grant>& grants) {
  std::vector<Remedy> remedies;
  for (const profile::Grant& grant : grants) remedies.push_back(remedy_of(subject, grant));
  return remedies;
}

Account account_of_name(const Subject& subject, const profile::Profile& profile, const Refusal& refusal) {
  const bool is_call = refusal.kind == Refusal::Kind::kBusCall;
  Account account{.kind = is_call ? "bus" : "name",
                  .name = refusal.name,
                  .member = refusal.member,
                  .times = refusal.times,
                  .remedies = {}};
  const bool is_unique =
      refusal.name.starts_with(':') || refusal.name == "(no" || refusal.name.find('.') == std::string::npos;
  if (is_unique) return account;  // another program's own address: no rule can name it
  const compose::BusNeed need = is_call ? compose::need_of(refusal.member) : compose::BusNeed::kSee;
  account.remedies =
      remedies_of(subject, compose::remedies_of_name(profile, refusal.name, need, is_system_name(refusal.name)));
  return account;
}

Result<std::vector<Account>> accounts_of(const Subject& subject, const profile::Profile& profile,
                                         const instance::Refusals& refusals) {
  std::vector<Account> accounts;
  std::vector<host::NumberedCall> calls;
  std::vector<std::uint64_t> times;
  for (const Refusal& refusal : refusals.list) {
    if (refusal.kind != Refusal::Kind::kSystemCall) {
      accounts.push_back(account_of_name(subject, profile, refusal));
      continue;
    }
    calls.push_back({.architecture = refusal.architecture, .number = refusal.number});
    times.push_back(refusal.times);
  }
  if (calls.empty()) return accounts;
  const std::vector<std::string> names = TRY(host::ask_call_names(calls));
  for (std::size_t index = 0; index < names.size(); ++index) {
    Account account{.kind = "call", .name = names[index], .member = {}, .times = times[index], .remedies = {}};
    account.remedies = remedies_of(subject, compose::remedies_of_call(profile, names[index]));
    accounts.push_back(std::move(account));
  }
  return accounts;
}

// A running instance's witness counts at the end only.
void count_network(const Subject& subject, instance::Refusals& refusals) {
  constexpr std::size_t kLimit = 64u << 10;
  if (!subject.running || !refusals.list.empty() || subject.running->record.network != "none") return;
  const HostPath net = HostPath::literal("/proc") / std::to_string(subject.running->record.init) / "net";
  const auto snmp = os::read_file(net / "snmp", kLimit);
  const auto snmp6 = os::read_file(net / "snmp6", kLimit);
  refusals.unroutable = instance::ip_counter(snmp.value_or(""), "OutNoRoutes") +
                        instance::named_counter(snmp6.value_or(""), "Ip6OutNoRoutes");
}

std::vector<Remedy> remedies_of_network(const Subject& subject, const profile::Profile& profile) {
  const profile::Grant* const network = profile.find(Kind::kNetwork, "network");
  const std::string mode = network == nullptr ? "none" : network->access;
  if (mode == "host" || mode == "private") return {};
  const char* const wider = mode == "none" ? "internet" : "private";
  return {remedy_of(subject, {.kind = Kind::kNetwork, .name = "network", .access = wider})};
}

std::string times_text(std::uint64_t times) {
  return times < 2 ? std::string() : text::format(_(" (%llu times)"), static_cast<unsigned long long>(times));
}

void print_group(const std::vector<Account>& accounts, std::string_view kind, const char* title) {
  bool has_title = false;
  for (const Account& account : accounts) {
    if (account.kind != kind) continue;
    if (!has_title) print_text(title);
    has_title = true;
    std::string line = "  " + text::printable(account.name);
    if (!account.member.empty()) line += " " + text::printable(account.member);
    print_text(line + times_text(account.times) + "\n" + format(account.remedies));
  }
}

void print_network(const Subject& subject, const profile::Profile& profile, const instance::Refusals& refusals) {
  if (refusals.unroutable + refusals.blocked == 0) return;
  print_text(_("Network:\n"));
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  if (refusals.unroutable > 0) {
    print_text(text::format(_("  %llu attempts found no way out\n"), number(refusals.unroutable)));
  }
  if (refusals.blocked > 0) {
    print_text(text::format(_("  %llu packets went where its network mode does not lead\n"), number(refusals.blocked)));
  }
  print_text(format(remedies_of_network(subject, profile)));
}

Json json_of(const Subject& subject, const profile::Profile& profile, const instance::Refusals& refusals,
             const std::vector<Account>& accounts) {
  Json list = Json::array();
  for (const Account& account : accounts) {
    list.push_back(Json{{"kind", account.kind},
                        {"name", account.name},
                        {"member", account.member},
                        {"times", account.times},
                        {"remedies", to_json(account.remedies)}});
  }
  const bool has_network = refusals.unroutable + refusals.blocked > 0;
  return Json{
      {"instance", subject.id.str()},
      {"profile", subject.profile.str()},
      {"running", subject.running.has_value()},
      {"traced", refusals.was_traced},
      {"refusals", std::move(list)},
      {"left_out", refusals.left_out},
      {"network",
       Json{{"unroutable", refusals.unroutable},
            {"blocked", refusals.blocked},
            {"remedies", to_json(has_network ? remedies_of_network(subject, profile) : std::vector<Remedy>())}}}};
}

Result<int> why_refused(const facts::Facts& facts, const Subject& subject, bool json) {
  const HostPath directory = host::refusals_directory(facts);
  instance::Refusals refusals = TRY(host::read_refusals(directory, subject.id, !subject.running));
  const profile::Profile profile = TRY(profile_of(facts, subject));
  count_network(subject, refusals);
  const std::vector<Account> accounts = TRY(accounts_of(subject, profile, refusals));
  if (json) {
    print_json(json_of(subject, profile, refusals, accounts));
    return kSucceeded;
  }
  const std::string name = text::format(_("'%s' (profile '%s')"), subject.id.c_str(), subject.profile.c_str());
  if (refusals.empty()) {
    print_text(text::format(_("%s was refused nothing that hutch could see\n"), name.c_str()));
  } else {
    print_text(text::format(_("%s was refused:\n"), name.c_str()));
  }
  print_group(accounts, "bus", _("Calls on the buses:\n"));
  print_group(accounts, "name", _("Bus names it looked for and does not see:\n"));
  print_group(accounts, "call", _("System calls:\n"));
  print_network(subject, profile, refusals);
  if (refusals.left_out > 0) print_text(_("More of other kinds was left out.\n"));
  if (!refusals.was_traced) {
    print_text(_("System calls were not watched: 'hutch run --trace-denials' does. Files: 'hutch why ID PATH'.\n"));
  }
  return kSucceeded;
}

Result<int> why_name(const facts::Facts& facts, const Subject& subject, const std::string& name, bool json) {
  const profile::Profile profile = TRY(profile_of(facts, subject));
  const bool is_system = is_system_name(name);
  const auto rules = is_system ? portal::system_bus_rules(profile) : portal::session_bus_rules(profile);
  const std::vector<std::string> filtered = {"--filter"};
  const bool is_allowed = compose::allows(rules ? *rules : filtered, name, compose::BusNeed::kTalk);
  std::vector<Remedy> remedies;
  if (!is_allowed) {
    remedies = remedies_of(subject, compose::remedies_of_name(profile, name, compose::BusNeed::kTalk, is_system));
  }
  if (json) {
    print_json(Json{{"instance", subject.id.str()},
                    {"name", name},
                    {"bus", is_system ? "system" : "session"},
                    {"allowed", is_allowed},
                    {"remedies", to_json(remedies)}});
    return kSucceeded;
  }
  const std::string shown = text::printable(name);
  print_text(is_allowed ? text::format(_("profile '%s' may talk to '%s'\n"), profile.id.c_str(), shown.c_str())
                        : text::format(_("no line of profile '%s' lets it talk to '%s'\n"), profile.id.c_str(),
                                       shown.c_str()) +
                              format(remedies));
  return kSucceeded;
}

}  // namespace

Result<int> why(const std::string& name, const std::string& thing, bool json) {
  const facts::Facts facts = TRY(host::probe());
  (void)host::list_instances(facts);  // notes what a killed supervisor could not
  const Subject subject = TRY(find_subject(facts, name));
  if (thing.empty()) return why_refused(facts, subject, json);
  // A word with dots is a bus name, unless a file of that name is here.
  const bool has_dots = thing.find('.') != std::string::npos && !thing.starts_with('.') && !thing.ends_with('.');
  const bool is_name = has_dots && thing.find('/') == std::string::npos && ::access(thing.c_str(), F_OK) != 0;
  return is_name ? why_name(facts, subject, thing, json) : why_path(facts, subject, thing, json);
}

}  // namespace hutch::app
