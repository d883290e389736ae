#include <algorithm>

#include "app/refusals.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/explain.h"
#include "core/profile/merge.h"
#include "core/profile/vocabulary.h"
#include "host/history.h"
#include "host/profiles.h"

namespace hutch::app {
namespace {

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string first_word(const std::string& command) {
  return command.substr(0, command.find(' '));
}

// Absent where the line is of another program, or no names.
std::optional<Subject> subject_of(const Json& run) {
  const auto id = InstanceId::parse(text_at(run, "id"));
  const auto profile = ProfileName::parse(text_at(run, "profile"));
  const std::string box = text_at(run, "box");
  if (!id || !profile || (!box.empty() && !BoxName::parse(box))) return std::nullopt;
  return Subject{.id = *id,
                 .profile = *profile,
                 .box = box.empty() ? BoxName() : *BoxName::parse(box),
                 .program = first_word(text_at(run, "command")),
                 .running = std::nullopt,
                 .run = run};
}

bool goes_by(const Json& run, const std::string& name) {
  const std::string box = text_at(run, "box");
  const std::string profile = text_at(run, "profile");
  return name == text_at(run, "id") || name == text_at(run, "app") || name == profile ||
         (!box.empty() && name == profile + "@" + box);
}

bool is_listed(const facts::Facts& facts, const ProfileName& name) {
  const auto listed = host::list_profiles(facts);
  return listed && std::any_of(listed->begin(), listed->end(), [&](const host::Listed& one) { return one.id == name; });
}

}  // namespace

Result<Subject> find_subject(const facts::Facts& facts, const std::string& name) {
  auto running = host::find_instance(facts, name);
  if (running) {
    const instance::Record& record = running->record;
    Subject subject{
        .id = record.id, .profile = record.profile, .box = record.box, .program = {}, .running = {}, .run = {}};
    subject.program = first_word(record.command);
    subject.running = std::move(*running);
    return subject;
  }
  if (running.error().kind != ErrorKind::kNotFound) return unexpected(std::move(running).error());
  const std::vector<Json> runs = TRY(host::read_history(facts));
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (!goes_by(*run, name)) continue;
    if (auto subject = subject_of(*run)) return std::move(*subject);
  }
  return failure(ErrorKind::kNotFound,
                 text::format(_("no instance and no run that is over goes by '%s'"), text::printable(name).c_str()),
                 _("'hutch ps' lists what runs, 'hutch history' what is over"));
}

Result<profile::Request> request_of(const facts::Facts& facts, const Subject& subject) {
  profile::Request request;
  request.app = subject.program;
  request.box = subject.box;
  request.flags.rank = profile::Rank::kCommandLine;
  request.flags.origin.file = "command line";
  if (is_listed(facts, subject.profile)) request.profile = subject.profile;  // else it is derived from the program
  return request;
}

Result<profile::Profile> profile_of(const facts::Facts& facts, const Subject& subject) {
  const profile::Request request = TRY(request_of(facts, subject));
  if (request.profile) {
    const auto layers = TRY(host::load_layers(facts, subject.profile, subject.box));
    return profile::merge(subject.profile, layers, request);
  }
  const host::Resolved resolved = TRY(host::resolve(facts, request));
  const auto layers = TRY(host::load_layers(facts, resolved, subject.box));
  return profile::merge(resolved.profile, layers, request);
}

std::string name_of(const Subject& subject) {
  return subject.box.empty() ? subject.profile.str() : subject.profile.str() + "@" + subject.box.str();
}

Remedy remedy_of(const Subject& subject, const profile::Grant& grant) {
  const profile::Sentence sentence = profile::sentence_of(grant);
  return {.command = text::format("hutch grant %s %s", name_of(subject).c_str(), profile::spell(grant).c_str()),
          .risk = sentence.risk};
}

Json to_json(const std::vector<Remedy>& remedies) {
  Json list = Json::array();
  for (const Remedy& remedy : remedies) list.push_back(Json{{"command", remedy.command}, {"risk", remedy.risk}});
  return list;
}

std::string format(const std::vector<Remedy>& remedies) {
  std::string text;
  for (const Remedy& remedy : remedies) {
    text += "    " + remedy.command + "\n";
    if (!remedy.risk.empty()) text += text::format(_("      risk: %s\n"), remedy.risk.c_str());
  }
  return text;
}

}  // namespace hutch::app
