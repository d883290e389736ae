#include <algorithm>

#include "app/file_arguments.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/explain.h"
#include "core/profile/lint.h"
#include "core/profile/merge.h"
#include "core/profile/parse.h"
#include "host/probe.h"
#include "host/profiles.h"
#include "os/file.h"

namespace hutch::app {
namespace {

const char* word_of(profile::Rank rank) {
  switch (rank) {
    case profile::Rank::kBase:
    case profile::Rank::kShipped:
      return "shipped";
    case profile::Rank::kAdministrator:
      return "administrator";
    case profile::Rank::kUser:
      return "user";
    case profile::Rank::kOverride:
      return "override";
    case profile::Rank::kCommandLine:
      break;
  }
  return "command line";
}

const char* word_of(profile::Severity severity) {
  switch (severity) {
    case profile::Severity::kNote:
      return "note";
    case profile::Severity::kWarning:
      return "warning";
    case profile::Severity::kError:
      break;
  }
  return "error";
}

Result<ProfileName> listed_name(const facts::Facts& facts, const std::string& name) {
  const std::vector<host::Listed> all = TRY(host::list_profiles(facts));
  std::vector<std::string_view> names;
  for (const host::Listed& listed : all) {
    if (listed.id.str() == name) return listed.id;
    names.emplace_back(listed.id.str());
  }
  const auto near = text::nearest(name, names);
  return failure(ErrorKind::kNotFound, text::format(_("no profile '%s'"), text::printable(name).c_str()),
                 near ? text::format(_("did you mean '%s'?"), std::string(*near).c_str())
                      : std::string(_("'hutch profile list' shows what there is")));
}

// What is wrong with one file, and with what it adds up to together with its bases.
using Findings = std::vector<profile::Finding>;

profile::Finding finding_of(const Error& error) {
  return {.severity = profile::Severity::kError, .origin = {}, .text = error.describe(), .remedy = error.hint};
}

void append(Findings& findings, Findings more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Findings lint_file(const HostPath& file, profile::Rank rank) {
  const auto layer = host::read_layer(file, rank);
  return layer ? profile::lint(*layer) : Findings{finding_of(layer.error())};
}

Findings lint_sum(const facts::Facts& facts, const ProfileName& name) {
  const auto layers = host::load_layers(facts, name, {});
  if (!layers) return {finding_of(layers.error())};
  const auto profile = profile::merge(name, *layers, {});
  return profile ? profile::lint(*profile) : Findings{finding_of(profile.error())};
}

// Named profiles, files by path, or all there are.
Result<Findings> lint_named(const facts::Facts& facts, const std::vector<std::string>& names) {
  Findings findings;
  const std::vector<host::Listed> all = TRY(host::list_profiles(facts));
  for (const std::string& name : names) {
    if (name.find('/') == std::string::npos && !name.ends_with(".toml")) {
      TRY(listed_name(facts, name));
      continue;
    }
    const HostPath directory = name.starts_with('/') ? HostPath() : TRY(working_directory({}));
    append(findings, lint_file(TRY(directory.join(name)), profile::Rank::kUser));
  }
  for (const host::Listed& listed : all) {
    if (!names.empty() && std::find(names.begin(), names.end(), listed.id.str()) == names.end()) continue;
    Findings own = lint_file(listed.file, listed.rank);
    const bool is_readable = own.empty() || own.front().origin != profile::Origin{};
    append(findings, std::move(own));
    if (is_readable) append(findings, lint_sum(facts, listed.id));
  }
  return findings;
}

Json to_json(const profile::Finding& finding) {
  return Json{{"severity", word_of(finding.severity)}, {"file", finding.origin.file}, {"line", finding.origin.line},
              {"column", finding.origin.column},       {"text", finding.text},        {"remedy", finding.remedy}};
}

std::string line_of(const profile::Finding& finding) {
  std::string line = finding.origin.file.empty() ? std::string() : describe(finding.origin) + ": ";
  line += std::string(word_of(finding.severity)) + ": " + finding.text + "\n";
  if (!finding.remedy.empty()) line += std::string("  ") + _("hint:") + " " + finding.remedy + "\n";
  return line;
}

}  // namespace

Result<int> list_profiles(const Listing& listing) {
  const facts::Facts facts = TRY(host::probe());
  const std::vector<host::Listed> all = TRY(host::list_profiles(facts));
  if (listing.json) {
    Json profiles = Json::array();
    for (const host::Listed& listed : all) {
      profiles.push_back(Json{{"id", listed.id.str()},
                              {"kind", listed.is_base ? "base" : "app"},
                              {"source", word_of(listed.rank)},
                              {"file", listed.file.str()}});
    }
    print_json(Json{{"profiles", std::move(profiles)}});
    return kSucceeded;
  }
  Table table{.columns = {_("PROFILE"), _("KIND"), _("SOURCE"), _("FILE")}, .rows = {}};
  for (const host::Listed& listed : all) {
    table.rows.push_back(
        {listed.id.str(), listed.is_base ? _("base") : _("app"), word_of(listed.rank), listed.file.str()});
  }
  print_text(format_table(table, listing.legend));
  return kSucceeded;
}

Result<int> show_profile(const std::string& name, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const ProfileName id = TRY(listed_name(facts, name));
  const auto layers = TRY(host::load_layers(facts, id, {}));
  if (json) {
    const profile::Profile profile = TRY(profile::merge(id, layers, {}));
    print_json(profile::to_json(profile, profile::explain(profile)));
    return kSucceeded;
  }
  for (const profile::Layer& layer : layers) {
    const HostPath file = TRY(HostPath::parse(layer.origin.file));
    print_text("# " + file.str() + "\n" + TRY(os::read_file(file, profile::kFileLimit)) + "\n");
  }
  return kSucceeded;
}

Result<int> lint_profiles(const std::vector<std::string>& names, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const Findings findings = TRY(lint_named(facts, names));
  if (json) {
    Json list = Json::array();
    for (const profile::Finding& finding : findings) list.push_back(to_json(finding));
    print_json(Json{{"findings", std::move(list)}});
  } else {
    for (const profile::Finding& finding : findings) print_text(line_of(finding));
  }
  const bool is_clean = std::all_of(findings.begin(), findings.end(), [](const profile::Finding& finding) {
    return finding.severity == profile::Severity::kNote;
  });
  return is_clean ? kSucceeded : kFailed;
}

}  // namespace hutch::app
