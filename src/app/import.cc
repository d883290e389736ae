#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "app/file_arguments.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/import/import.h"
#include "core/profile/parse.h"
#include "host/overrides.h"
#include "host/probe.h"
#include "host/profile_files.h"
#include "os/file.h"

namespace hutch::app {
namespace {

enum class Format { kFlatpak, kFirejail, kBubblejail };

Result<Format> format_of(const ImportRequest& request, const HostPath& file, const std::string& text) {
  if (request.format == "flatpak") return Format::kFlatpak;
  if (request.format == "firejail") return Format::kFirejail;
  if (request.format == "bubblejail") return Format::kBubblejail;
  if (!request.format.empty()) {
    return failure(ErrorKind::kUsage, text::format(_("no format '%s'"), text::printable(request.format).c_str()),
                   _("known are: flatpak, firejail, bubblejail"));
  }
  if (file.name().ends_with(".profile")) return Format::kFirejail;
  if (file.name().ends_with(".toml")) return Format::kBubblejail;
  const auto has_group = [&](const char* group) { return text.find(group) != std::string::npos; };
  if (has_group("[Context]") || has_group("[Application]") || has_group("[Session Bus Policy]")) {
    return Format::kFlatpak;
  }
  return failure(ErrorKind::kUsage,
                 text::format(_("cannot tell the format of '%s'"), text::printable(file.str()).c_str()),
                 _("say --format=flatpak, firejail or bubblejail"));
}

// Where Firejail looks: the user's directory, that of the profile, its own.
std::optional<import::Included> find_include(const facts::Facts& facts, const HostPath& profile,
                                             const std::string& name) {
  const std::string base = name.substr(name.rfind('/') + 1);
  for (const HostPath& directory :
       {facts.directories.config / "firejail", profile.parent(), HostPath::literal("/etc/firejail")}) {
    const auto path = directory.join(base);
    if (!path || base.empty()) continue;
    auto text = os::read_file(*path, profile::kFileLimit);
    if (text) return import::Included{.file = path->str(), .text = std::move(*text)};
  }
  return std::nullopt;
}

// "org.gnome.gedit" for metadata with that id, else the file's name without its ending.
Result<ProfileName> name_of(const ImportRequest& request, const HostPath& file) {
  if (!request.name.empty()) return ProfileName::parse(request.name);
  std::string_view name = file.name();
  if (name == "metadata" || name == "services.toml") name = file.parent().name();
  for (const std::string_view ending : {".profile", ".metadata"}) {
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  return ProfileName::parse(name);
}

Result<import::Imported> read(const facts::Facts& facts, const ImportRequest& request, const HostPath& file) {
  const std::string text = TRY(os::read_file(file, profile::kFileLimit));
  const Format format = TRY(format_of(request, file, text));
  const ProfileName name = TRY(name_of(request, file));
  switch (format) {
    case Format::kFlatpak:
      return import::from_flatpak(text, file.str(), name);
    case Format::kBubblejail:
      return import::from_bubblejail(text, file.str(), name);
    case Format::kFirejail:
      break;
  }
  return import::from_firejail(text, file.str(), name,
                               [&](const std::string& include) { return find_include(facts, file, include); });
}

const char* word_of(import::Verdict verdict) {
  switch (verdict) {
    case import::Verdict::kExact:
      return "exact";
    case import::Verdict::kApproximated:
      return "approximated";
    case import::Verdict::kDropped:
      break;
  }
  return "dropped";
}

std::size_t count(const import::Imported& imported, import::Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(imported.accounts.begin(), imported.accounts.end(),
                    [&](const import::Account& account) { return account.verdict == verdict; }));
}

void print_accounts(const import::Imported& imported) {
  for (const import::Account& account : imported.accounts) {
    const profile::Origin origin{.file = account.file, .line = account.line, .column = 1};
    std::string line = text::format("%s: %s: %s", describe(origin).c_str(), word_of(account.verdict),
                                    text::printable(account.text).c_str());
    if (!account.reason.empty()) line += " (" + std::string(_(account.reason.c_str())) + ")";
    print_text(line + "\n");
  }
  print_text(text::format(_("%zu exact, %zu approximated, %zu dropped\n"), count(imported, import::Verdict::kExact),
                          count(imported, import::Verdict::kApproximated), count(imported, import::Verdict::kDropped)));
}

Json json_of(const import::Imported& imported, const std::string& text) {
  Json lines = Json::array();
  for (const import::Account& account : imported.accounts) {
    lines.push_back(Json{{"file", account.file},
                         {"line", account.line},
                         {"text", account.text},
                         {"verdict", word_of(account.verdict)},
                         {"reason", account.reason}});
  }
  return Json{{"profile", imported.layer.id.str()}, {"text", text}, {"lines", std::move(lines)}};
}

Status write(const facts::Facts& facts, const import::Imported& imported, const std::string& text) {
  const HostPath directory = facts.directories.config / "hutch/profiles";
  const HostPath file = host::profile_file(directory, imported.layer.id);
  const os::Fd lock = TRY(host::lock_overrides(facts));
  if (os::exists(file)) {
    return failure(ErrorKind::kConflict,
                   text::format(_("'%s' is there already and stays as it is"), text::printable(file.str()).c_str()),
                   _("choose another name with --name, or remove the file"));
  }
  TRY(os::make_directories(directory, 0700));
  TRY(os::replace_file(file, text, 0600));
  print_note(text::format(_("wrote %s"), text::printable(file.str()).c_str()));
  return {};
}

}  // namespace

Result<int> import_profile(const ImportRequest& request) {
  const facts::Facts facts = TRY(host::probe());
  const HostPath directory = request.file.starts_with('/') ? HostPath() : TRY(working_directory({}));
  const HostPath file = TRY(directory.join(request.file));
  const import::Imported imported = TRY(read(facts, request, file));
  const std::string text = profile::format_profile(imported.layer);
  TRY_IN(_("the imported profile"), profile::parse(text, imported.layer.id.str() + ".toml", profile::Rank::kUser));
  if (request.json) {
    print_json(json_of(imported, text));
  } else {
    print_accounts(imported);
  }
  if (!request.dry_run) TRY(write(facts, imported, text));
  return kSucceeded;
}

}  // namespace hutch::app
