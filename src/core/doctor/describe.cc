#include "core/doctor/describe.h"

#include <array>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::doctor {
namespace {

struct Mark {
  const char* word;    // N_(), at most kMarkWidth columns in every language
  const char* colour;  // SGR, ECMA-48 8.3.117
};

Mark mark_of(const Check& check) {
  switch (check.verdict) {
    case Verdict::kWorks:
      return {N_("ok"), "32"};
    case Verdict::kUnknown:
      return {N_("unknown"), "2"};
    case Verdict::kMissing:
    case Verdict::kBroken:
      break;
  }
  switch (check.severity) {
    case profile::Severity::kNote:
      return {N_("note"), "36"};
    case profile::Severity::kWarning:
      return {N_("warning"), "33"};
    case profile::Severity::kError:
      return {N_("FAILED"), "31"};
  }
  return {"", "0"};
}

const char* word_of(Verdict verdict) {
  constexpr std::array kWords = {"works", "missing", "broken", "unknown"};
  return kWords[static_cast<std::size_t>(verdict)];
}

const char* word_of(profile::Severity severity) {
  constexpr std::array kWords = {"note", "warning", "error"};
  return kWords[static_cast<std::size_t>(severity)];
}

}  // namespace

std::string describe(const std::vector<Check>& checks, bool with_colours) {
  constexpr int kMarkWidth = 8;
  std::string result;
  for (const Check& check : checks) {
    const Mark mark = mark_of(check);
    const std::string word = text::format("%-*s", kMarkWidth, _(mark.word));
    result += with_colours ? text::format("\x1b[%sm%s\x1b[0m", mark.colour, word.c_str()) : word;
    result += text::printable(check.title);
    if (!check.detail.empty()) result += ": " + text::printable(check.detail);
    result += '\n';
    const bool wants_cure = check.verdict == Verdict::kMissing || check.verdict == Verdict::kBroken;
    if (wants_cure && !check.remedy.empty()) {
      result += text::format("%*s%s %s\n", kMarkWidth, "", _("hint:"), text::printable(check.remedy).c_str());
    }
  }
  return result;
}

Json to_json(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const Check& check : checks) {
    list.push_back(Json{{"name", check.name},
                        {"title", check.title},
                        {"verdict", word_of(check.verdict)},
                        {"severity", word_of(check.severity)},
                        {"detail", check.detail},
                        {"remedy", check.remedy}});
  }
  return Json{{"healthy", is_healthy(checks)}, {"checks", std::move(list)}};
}

}  // namespace hutch::doctor
