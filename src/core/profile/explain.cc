#include "core/profile/explain.h"

#include <algorithm>
#include <array>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/dangers.h"
#include "core/profile/files.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

constexpr std::array kTopics = {Topic::kFiles,   Topic::kNetwork,  Topic::kScreen, Topic::kSound,
                                Topic::kDevices, Topic::kPrograms, Topic::kLimits};

const char* title_of(Topic topic) {
  switch (topic) {
    case Topic::kFiles:
      return _("Files");
    case Topic::kNetwork:
      return _("Network");
    case Topic::kScreen:
      return _("Screen and input");
    case Topic::kSound:
      return _("Sound");
    case Topic::kDevices:
      return _("Devices");
    case Topic::kPrograms:
      return _("Other programs");
    case Topic::kLimits:
      return _("Limits");
  }
  return "";
}

const char* name_of(Topic topic) {
  static constexpr std::array kNames = {"files", "network", "screen", "sound", "devices", "programs", "limits"};
  return kNames[static_cast<std::size_t>(topic)];
}

Topic topic_of_socket(std::string_view name) {
  if (name == "wayland" || name == "x11" || name == "fallback-x11") return Topic::kScreen;
  if (name == "pulseaudio" || name == "pipewire") return Topic::kSound;
  if (name == "pcsc" || name == "cups") return Topic::kDevices;
  return Topic::kPrograms;
}

Topic topic_of_feature(std::string_view name) {
  if (name == "microphone") return Topic::kSound;
  if (name == "ime" || name == "a11y") return Topic::kScreen;
  if (name == "bluetooth") return Topic::kDevices;
  return Topic::kPrograms;
}

Topic topic_of_portal(std::string_view name) {
  if (name == "file-chooser") return Topic::kFiles;
  if (name == "screencast") return Topic::kScreen;
  if (name == "camera" || name == "print") return Topic::kDevices;
  return Topic::kPrograms;
}

Topic topic_of(const Grant& grant) {
  switch (grant.kind) {
    case Kind::kFile:
    case Kind::kPersist:
      return Topic::kFiles;
    case Kind::kNetwork:
    case Kind::kPublish:
      return Topic::kNetwork;
    case Kind::kSocket:
      return topic_of_socket(grant.name);
    case Kind::kFeature:
      return topic_of_feature(grant.name);
    case Kind::kPortal:
      return topic_of_portal(grant.name);
    case Kind::kDevice:
      return Topic::kDevices;
    case Kind::kLimit:
      return Topic::kLimits;
    case Kind::kShare:
    case Kind::kSessionBus:
    case Kind::kSystemBus:
    case Kind::kEnvironment:
      return Topic::kPrograms;
  }
  return Topic::kPrograms;
}

// "your Music folder", "Reports in your Documents folder", "~/Projects".
std::string place_text(const std::string& name) {
  if (name.starts_with('/') || name.starts_with("~/")) return name;
  const FilePlace place = place_of(name);
  const Word* const word = find_word(Kind::kFile, place.anchor);
  const std::string where = word == nullptr ? std::string(place.anchor) : _(word->sentence);
  if (place.rest.empty()) return where;
  return text::format(_("'%s' in %s"), std::string(place.rest).c_str(), where.c_str());
}

std::string file_text(const Grant& grant) {
  const std::string place = place_text(grant.name);
  const std::string_view access = access_word(grant);
  const char* pattern = _("may read %s");
  if (access == "rw") pattern = _("may read and change %s");
  if (access == "create") pattern = _("may read and change %s, which is made when missing");
  if (access == "overlay") pattern = _("may read %s; what it changes there stays in its own home");
  if (access == "hidden") pattern = _("does not see %s");
  std::string sentence = text::format(pattern, place.c_str());
  if (is_noexec(grant)) sentence += _(", but run nothing there");
  return sentence;
}

std::string bus_text(const Grant& grant) {
  const char* const bus = grant.kind == Kind::kSystemBus ? _("system bus") : _("session bus");
  if (is_call(grant)) {
    return text::format(_("may call %s of '%s' on the %s"), grant.access.substr(5).c_str(), grant.name.c_str(), bus);
  }
  const char* pattern = _("may see whether '%s' is on the %s");
  if (grant.access == "talk") pattern = _("may talk to '%s' on the %s");
  if (grant.access == "own") pattern = _("may be '%s' on the %s");
  return text::format(pattern, grant.name.c_str(), bus);
}

std::string environment_text(const Grant& grant) {
  if (grant.access == "unset") return text::format(_("does not see the variable %s"), grant.name.c_str());
  if (grant.access == "inherit") return text::format(_("sees your variable %s"), grant.name.c_str());
  return text::format(_("has %s set to '%s'"), grant.name.c_str(), text::printable(grant.access.substr(1)).c_str());
}

std::string text_of(const Grant& grant) {
  const Word* word = find_word(grant.kind, grant.name);
  switch (grant.kind) {
    case Kind::kFile:
      return file_text(grant);
    case Kind::kPersist:
      return text::format(_("keeps '%s' of its own home"), grant.name.c_str());
    case Kind::kPublish: {
      const auto ports = text::split(grant.name, ':');
      return text::format(_("can be reached at port %s of this computer (its port %s)"), std::string(ports[0]).c_str(),
                          std::string(ports[1]).c_str());
    }
    case Kind::kSessionBus:
    case Kind::kSystemBus:
      return bus_text(grant);
    case Kind::kEnvironment:
      return environment_text(grant);
    case Kind::kNetwork:
      word = find_word(Kind::kNetwork, grant.access);
      break;
    case Kind::kLimit:
      return word == nullptr ? "" : text::format(_(word->sentence), grant.access.c_str());
    default:
      break;
  }
  if (word != nullptr) return _(word->sentence);
  return text::format(_("may use the USB device %s"), grant.name.substr(grant.name.find(':') + 1).c_str());
}

bool has_topic(const std::vector<Sentence>& sentences, Topic topic) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const Sentence& sentence) { return sentence.topic == topic && !sentence.is_denial; });
}

// What a topic without grants comes to.
const char* nothing_in(Topic topic) {
  switch (topic) {
    case Topic::kFiles:
      return _("cannot see your files, only a home of its own");
    case Topic::kNetwork:
      return _("cannot use the network");
    case Topic::kScreen:
      return _("cannot show windows, read the screen or listen to the keyboard");
    case Topic::kSound:
      return _("cannot play or record sound");
    case Topic::kDevices:
      return _("cannot use devices: no graphics card, camera, USB or game controller");
    case Topic::kPrograms:
      return _("cannot talk to other programs");
    case Topic::kLimits:
      return _("no limits of its own: it may use as much memory and processor time as any program");
  }
  return "";
}

void deny(std::vector<Sentence>& sentences, Topic topic, const char* text) {
  sentences.push_back({.topic = topic, .text = text, .reason = {}, .origin = {}, .risk = {}, .is_denial = true});
}

// What is not granted in a topic where something is.
void deny_rest(std::vector<Sentence>& sentences, const Profile& profile) {
  for (const Topic topic : kTopics) {
    if (!has_topic(sentences, topic)) deny(sentences, topic, nothing_in(topic));
  }
  const bool has_files = !profile.all(Kind::kFile).empty();
  if (!has_files && has_topic(sentences, Topic::kFiles)) {
    deny(sentences, Topic::kFiles, _("cannot see your other files, only a home of its own"));
  }
  const bool has_x11 = profile.has(Kind::kSocket, "x11") || profile.has(Kind::kSocket, "fallback-x11");
  if (profile.has(Kind::kSocket, "wayland") && !has_x11) {
    deny(sentences, Topic::kScreen, _("cannot see other windows or what is typed into them"));
  }
  const bool has_bus = profile.has(Kind::kSocket, "session-bus") || !profile.all(Kind::kSessionBus).empty();
  if (!has_bus && has_topic(sentences, Topic::kPrograms)) {
    deny(sentences, Topic::kPrograms, _("cannot talk to other programs of your session"));
  }
}

}  // namespace

Sentence sentence_of(const Grant& grant) {
  const char* const risk = risk_of(grant);
  const bool is_none = grant.kind == Kind::kNetwork && grant.access == "none";
  return {.topic = topic_of(grant),
          .text = text_of(grant),
          .reason = grant.reason,
          .origin = grant.origin,
          .risk = risk == nullptr ? "" : _(risk),
          .is_denial = is_none || access_word(grant) == "hidden"};
}

std::vector<Sentence> explain(const Profile& profile) {
  std::vector<Sentence> sentences;
  for (const Grant& grant : profile.grants) sentences.push_back(sentence_of(grant));
  if (const Grant* const network = profile.find(Kind::kNetwork, "network");
      network != nullptr && network->access == "none") {
    deny_rest(sentences, profile);
    std::erase_if(sentences, [](const Sentence& sentence) {
      return sentence.topic == Topic::kNetwork && sentence.is_denial && sentence.origin.file.empty();
    });
  } else {
    deny_rest(sentences, profile);
  }
  std::stable_sort(sentences.begin(), sentences.end(), [](const Sentence& left, const Sentence& right) {
    return std::pair(left.topic, left.is_denial) < std::pair(right.topic, right.is_denial);
  });
  return sentences;
}

namespace {

std::string origin_text(const Origin& origin) {
  return origin.file.empty() ? "" : "  [" + describe(origin) + "]";
}

// "--socket=x11 [FILE:1:2] was taken back by [FILE:3:4]"
std::string loser_text(const Superseded& lost) {
  const char* const pattern = lost.was_revoked ? _("%s [%s] was taken back [%s]") : _("%s [%s] gave way [%s]");
  return text::format(pattern, text::printable(spell(lost.grant)).c_str(), describe(lost.grant.origin).c_str(),
                      describe(lost.by).c_str());
}

std::vector<std::string> risks_of(const std::vector<Sentence>& sentences) {
  std::vector<std::string> risks;
  for (const Sentence& sentence : sentences) {
    const bool is_new = std::find(risks.begin(), risks.end(), sentence.risk) == risks.end();
    if (!sentence.risk.empty() && is_new) risks.push_back(sentence.risk);
  }
  return risks;
}

}  // namespace

std::string format(const Profile& profile, const std::vector<Sentence>& sentences) {
  const std::string title = profile.title.empty() ? profile.id.str() : profile.title;
  std::string text = text::format("%s (%s)\n", text::printable(title).c_str(), profile.app.c_str());
  if (!profile.description.empty()) text += text::printable(profile.description) + "\n";
  for (const Topic topic : kTopics) {
    text += "\n" + std::string(title_of(topic)) + "\n";
    for (const Sentence& sentence : sentences) {
      if (sentence.topic != topic) continue;
      text += "  " + sentence.text + origin_text(sentence.origin) + "\n";
      if (!sentence.reason.empty()) text += "    " + text::printable(sentence.reason) + "\n";
    }
  }
  const std::vector<std::string> risks = risks_of(sentences);
  text += "\n" + std::string(_("Risks")) + "\n";
  for (const std::string& risk : risks) text += "  " + risk + "\n";
  if (risks.empty()) text += "  " + std::string(_("none known")) + "\n";
  if (!profile.superseded.empty()) text += "\n" + std::string(_("Overruled")) + "\n";
  for (const Superseded& lost : profile.superseded) text += "  " + loser_text(lost) + "\n";
  for (const std::string& warning : profile.warnings) {
    text += "\n" + text::format(_("warning: %s"), text::printable(warning).c_str()) + "\n";
  }
  return text;
}

namespace {

Json json_of(const Origin& origin) {
  if (origin.file.empty()) return nullptr;
  Json json;
  json["file"] = origin.file;
  json["line"] = origin.line;
  json["column"] = origin.column;
  return json;
}

Json json_of(const Grant& grant) {
  Json json;
  json["flag"] = spell(grant);
  json["origin"] = json_of(grant.origin);
  json["reason"] = grant.reason;
  json["locked"] = grant.locked;
  return json;
}

Json json_of(const Profile& profile) {
  Json json;
  json["id"] = profile.id.str();
  json["name"] = profile.title;
  json["description"] = profile.description;
  json["app"] = profile.app.str();
  json["box"] = profile.box.empty() ? "default" : profile.box.str();
  json["open"] = profile.open;
  json["extends"] = Json::array();
  for (const ProfileName& name : profile.lineage) {
    if (name != profile.id) json["extends"].push_back(name.str());
  }
  json["grants"] = Json::array();
  for (const Grant& grant : profile.grants) json["grants"].push_back(json_of(grant));
  json["superseded"] = Json::array();
  for (const Superseded& lost : profile.superseded) {
    Json entry = json_of(lost.grant);
    entry["by"] = json_of(lost.by);
    entry["revoked"] = lost.was_revoked;
    json["superseded"].push_back(std::move(entry));
  }
  json["warnings"] = profile.warnings;
  return json;
}

}  // namespace

Json to_json(const Profile& profile, const std::vector<Sentence>& sentences) {
  Json json;
  json["profile"] = json_of(profile);
  json["sentences"] = Json::array();
  for (const Sentence& sentence : sentences) {
    Json entry;
    entry["topic"] = name_of(sentence.topic);
    entry["allowed"] = !sentence.is_denial;
    entry["text"] = sentence.text;
    entry["reason"] = sentence.reason;
    entry["origin"] = json_of(sentence.origin);
    entry["risk"] = sentence.risk;
    json["sentences"].push_back(std::move(entry));
  }
  json["risks"] = risks_of(sentences);
  return json;
}

}  // namespace hutch::profile
