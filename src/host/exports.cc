#include "host/exports.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "os/exact_copy.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr const char* kManifest = "manifest.json";
constexpr const char* kKept = ".kept";     // what was there before files that are no longer ours
constexpr std::size_t kFilesLimit = 4096;  // of one export

HostPath exports_directory(const facts::Facts& facts) {
  return facts.directories.data / "hutch/desktop";
}

// Of a program's path with '+' for '/'; '%' so that two names never become one.
std::string file_name_of(const std::string& name) {
  std::string result;
  for (const char c : name) {
    const bool is_plain = c != '/' && c != '+' && c != '%' && static_cast<unsigned char>(c) > 0x20;
    result += c == '/' ? "+" : is_plain ? std::string(1, c) : text::format("%%%02X", static_cast<unsigned char>(c));
  }
  return result;
}

Result<HostPath> directory_of(const facts::Facts& facts, const std::string& name) {
  return exports_directory(facts).join(file_name_of(name));
}

// What a file of an export is kept under; the export has a directory, or there would be no such file.
HostPath beside(const facts::Facts& facts, const Export& exported, const ExportedFile& file, const char* suffix) {
  const auto directory = directory_of(facts, exported.name);
  return (directory ? *directory : exports_directory(facts)) / (std::to_string(file.number) + suffix);
}

std::string manifest_text(const Export& exported) {
  Json files = Json::array();
  for (const ExportedFile& file : exported.files) {
    files.push_back(Json{{"path", file.path.str()}, {"number", file.number}});
  }
  Json directories = Json::array();
  for (const HostPath& directory : exported.directories) directories.push_back(directory.str());
  return format_json(Json{{"version", 1},
                          {"name", exported.name},
                          {"options", exported.options},
                          {"next", exported.next},
                          {"files", std::move(files)},
                          {"directories", std::move(directories)}});
}

template <class T>
std::optional<T> value_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return std::nullopt;
  if constexpr (std::is_same_v<T, std::string>) {
    return found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
  } else {
    return found->is_number_unsigned() ? std::optional(found->get<T>()) : std::nullopt;
  }
}

Error makes_no_sense() {
  return Error{.kind = ErrorKind::kInvalid, .code = 0, .message = _("makes no sense"), .context = {}, .hint = {}};
}

Result<Export> parse_manifest(std::string_view text) {
  const Json json = TRY(parse_json(text));
  const bool is_known = json.is_object() && value_at<unsigned>(json, "version") == 1u && json.contains("files") &&
                        json["files"].is_array() && json["files"].size() <= kFilesLimit;
  const auto name = is_known ? value_at<std::string>(json, "name") : std::nullopt;
  if (!name) return unexpected(makes_no_sense());
  Export exported{.name = *name,
                  .options = {},
                  .files = {},
                  .directories = {},
                  .next = value_at<unsigned>(json, "next").value_or(1)};
  for (const Json& file : json["files"]) {
    const auto path = file.is_object() ? value_at<std::string>(file, "path") : std::nullopt;
    const auto number = path ? value_at<unsigned>(file, "number") : std::nullopt;
    if (!number) return unexpected(makes_no_sense());
    exported.files.push_back({.path = TRY(HostPath::parse(*path)), .number = *number});
    exported.next = std::max(exported.next, *number + 1);
  }
  for (const char* const key : {"directories", "options"}) {
    if (!json.contains(key) || !json[key].is_array()) continue;
    for (const Json& text_value : json[key]) {
      if (!text_value.is_string()) return unexpected(makes_no_sense());
      if (std::string_view(key) == "options") {
        exported.options.push_back(text_value.get<std::string>());
      } else {
        exported.directories.push_back(TRY(HostPath::parse(text_value.get<std::string>())));
      }
    }
  }
  return exported;
}

Result<Export> read_manifest(const HostPath& file) {
  const std::string text = TRY(os::read_file(file, kJsonLimit));
  return TRY_IN(text::format(_("'%s'"), text::printable(file.str()).c_str()), parse_manifest(text));
}

Status write_manifest(const facts::Facts& facts, const Export& exported) {
  const HostPath directory = TRY(directory_of(facts, exported.name));
  return os::replace_file(directory / kManifest, manifest_text(exported), 0600);
}

bool is_there(const HostPath& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

// One file by two names.
bool is_same_file(const HostPath& one, const HostPath& other) {
  struct stat first {};
  struct stat second {};
  return ::lstat(one.c_str(), &first) == 0 && ::lstat(other.c_str(), &second) == 0 && first.st_ino == second.st_ino &&
         first.st_dev == second.st_dev;
}

bool holds(const HostPath& path, const std::string& content) {
  const auto now = os::read_file(path, kExportedFileLimit);
  return now && *now == content;
}

// The missing directories above a file, outermost first, into the manifest before they are made.
Status make_parents(const facts::Facts& facts, Export& exported, const HostPath& path) {
  std::vector<HostPath> missing;
  for (HostPath directory = path.parent(); !is_there(directory); directory = directory.parent()) {
    missing.push_back(directory);
  }
  if (missing.empty()) return {};
  exported.directories.insert(exported.directories.end(), missing.rbegin(), missing.rend());
  TRY(write_manifest(facts, exported));
  return os::make_directories(path.parent(), 0755);
}

// N.new is what a file becomes; until it is N.ours, either of both is what we wrote.
Status write_file(const facts::Facts& facts, const Export& exported, const ExportedFile& file,
                  const WantedFile& wanted) {
  const HostPath ready = beside(facts, exported, file, ".ready");
  TRY(os::replace_file(ready, wanted.content, wanted.mode));
  TRY(os::put_back(ready, wanted.path));  // out of our directory: what is killed leaves nothing in the user's
  return os::rename(beside(facts, exported, file, ".new"), beside(facts, exported, file, ".ours"));
}

Status forget(const facts::Facts& facts, const Export& exported, const ExportedFile& file) {
  for (const char* const suffix : {".ours", ".new", ".ready", ".before"}) {
    TRY(os::remove_tree(beside(facts, exported, file, suffix)));
  }
  return {};
}

// A file of ours where there was none of ours: what is there goes aside first.
Status install(const facts::Facts& facts, Export& exported, const WantedFile& wanted) {
  const ExportedFile file{.path = wanted.path, .number = exported.next++};
  exported.files.push_back(file);
  TRY(forget(facts, exported, file));  // left by a killed process whose manifest did not name it yet
  TRY(write_manifest(facts, exported));
  TRY(os::replace_file(beside(facts, exported, file, ".new"), wanted.content, 0600));
  TRY(make_parents(facts, exported, wanted.path));
  if (is_there(wanted.path)) TRY(os::keep_aside(wanted.path, beside(facts, exported, file, ".before")));
  return write_file(facts, exported, file, wanted);
}

Status put_file(const facts::Facts& facts, Export& exported, const WantedFile& wanted, ExportChanges& changes) {
  auto known = std::find_if(exported.files.begin(), exported.files.end(),
                            [&](const ExportedFile& file) { return file.path == wanted.path; });
  if (known != exported.files.end() && state_of(facts, exported, *known) == FileState::kPending) {
    exported.files.erase(known);
    known = exported.files.end();
  }
  if (known == exported.files.end()) {
    TRY(install(facts, exported, wanted));
    changes.written.push_back(wanted.path);
    return {};
  }
  const ExportedFile file = *known;
  if (state_of(facts, exported, file) == FileState::kChanged) {
    changes.left.push_back(wanted.path);
    return {};
  }
  if (holds(wanted.path, wanted.content)) return {};
  TRY(os::replace_file(beside(facts, exported, file, ".new"), wanted.content, 0600));
  TRY(make_parents(facts, exported, wanted.path));
  TRY(write_file(facts, exported, file, wanted));
  changes.written.push_back(wanted.path);
  return {};
}

// A name of the kept file's own, so that nothing is lost with the export.
Status save_before(const facts::Facts& facts, const HostPath& before, const ExportedFile& file,
                   ExportChanges& changes) {
  if (!is_there(before)) return {};
  const HostPath directory = exports_directory(facts) / kKept;
  TRY(os::make_directories(directory, 0700));
  HostPath saved = directory / std::string(file.path.name());
  for (unsigned attempt = 1; is_there(saved); ++attempt) {
    saved = directory / (std::string(file.path.name()) + "." + std::to_string(attempt));
  }
  TRY(os::rename(before, saved));
  changes.kept.push_back(saved);
  return {};
}

Status take_back(const facts::Facts& facts, const Export& exported, const ExportedFile& file, ExportChanges& changes) {
  const HostPath before = beside(facts, exported, file, ".before");
  const FileState state = state_of(facts, exported, file);
  if (state == FileState::kPending) return {};
  if (state == FileState::kChanged) {
    changes.left.push_back(file.path);
    return save_before(facts, before, file, changes);
  }
  if (is_there(before)) {
    TRY(os::put_back(before, file.path));
    changes.restored.push_back(file.path);
  } else if (state == FileState::kOurs) {
    TRY(os::remove_tree(file.path));
    changes.removed.push_back(file.path);
  }
  return {};
}

}  // namespace

Result<os::Fd> lock_exports(const facts::Facts& facts) {
  TRY(os::make_directories(exports_directory(facts), 0700));
  os::Fd lock = TRY(os::open_path(exports_directory(facts) / ".lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  TRY(os::lock(lock.get()));
  return lock;
}

Status sweep_exports(const facts::Facts& facts) {
  const auto names = os::list_directory(exports_directory(facts));
  if (!names) return {};
  for (const std::string& name : *names) {
    const HostPath directory = exports_directory(facts) / name;
    struct stat status {};
    const bool is_export = ::lstat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && name != kKept;
    if (is_export && !os::exists(directory / kManifest)) TRY(os::remove_tree(directory));
  }
  return {};
}

Result<std::vector<Export>> list_exports(const facts::Facts& facts) {
  std::vector<Export> exports;
  const auto names = os::list_directory(exports_directory(facts));
  if (!names && names.error().code != ENOENT) return unexpected(names.error());
  if (!names) return exports;
  for (const std::string& name : *names) {
    const HostPath manifest = exports_directory(facts) / name / kManifest;
    if (os::exists(manifest)) exports.push_back(TRY(read_manifest(manifest)));
  }
  return exports;
}

Result<Export> read_export(const facts::Facts& facts, const std::string& name) {
  const HostPath manifest = TRY(directory_of(facts, name)) / kManifest;
  if (os::exists(manifest)) return read_manifest(manifest);
  return Export{.name = name, .options = {}, .files = {}, .directories = {}, .next = 1};
}

Status put_export(const facts::Facts& facts, Export exported, const std::vector<WantedFile>& wanted,
                  ExportChanges& changes) {
  const HostPath directory = TRY(directory_of(facts, exported.name));
  TRY(os::make_directories(directory, 0700));
  TRY(write_manifest(facts, exported));
  std::set<HostPath> paths;
  for (const WantedFile& file : wanted) paths.insert(file.path);
  const std::vector<ExportedFile> known = exported.files;
  for (const ExportedFile& file : known) {
    if (paths.contains(file.path)) continue;
    TRY(take_back(facts, exported, file, changes));
    std::erase_if(exported.files, [&](const ExportedFile& other) { return other.path == file.path; });
    TRY(write_manifest(facts, exported));
    TRY(forget(facts, exported, file));
  }
  for (const WantedFile& file : wanted) TRY(put_file(facts, exported, file, changes));
  return {};
}

Status take_back_export(const facts::Facts& facts, const Export& exported, ExportChanges& changes) {
  for (const ExportedFile& file : exported.files) TRY(take_back(facts, exported, file, changes));
  for (auto directory = exported.directories.rbegin(); directory != exported.directories.rend(); ++directory) {
    (void)::rmdir(directory->c_str());  // somebody else's files keep it
  }
  const HostPath own = TRY(directory_of(facts, exported.name));
  return os::remove_tree(own);
}

FileState state_of(const facts::Facts& facts, const Export& exported, const ExportedFile& file) {
  const HostPath ours = beside(facts, exported, file, ".ours");
  const HostPath before = beside(facts, exported, file, ".before");
  const bool is_installed = is_there(ours);
  struct stat status {};
  if (::lstat(file.path.c_str(), &status) != 0) return is_installed ? FileState::kGone : FileState::kPending;
  if (S_ISREG(status.st_mode)) {
    const auto now = os::read_file(file.path, kExportedFileLimit);
    const bool is_ours = now && (holds(ours, *now) || holds(beside(facts, exported, file, ".new"), *now));
    if (is_ours) return FileState::kOurs;
  }
  const bool is_untouched = !is_there(before) || is_same_file(file.path, before);
  return !is_installed && is_untouched ? FileState::kPending : FileState::kChanged;
}

HostPath kept_file(const facts::Facts& facts, const Export& exported, const ExportedFile& file) {
  return beside(facts, exported, file, ".before");
}

}  // namespace hutch::host
