#include "host/boxes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "os/copy_tree.h"
#include "os/file.h"
#include "os/lock.h"
#include "os/real_directory.h"

namespace hutch::host {
namespace {

constexpr int kNoteVersion = 1;
constexpr std::size_t kNoteLimit = 64u << 10;
constexpr const char* kLock = ".lock";  // no box is called like these: the names of programs end in digits
constexpr const char* kRemoving = ".removing";
constexpr const char* kPart = "hutch-part";

HostPath boxes_directory(const facts::Facts& facts) {
  return facts.directories.data / "hutch/boxes";
}

HostPath note_file(const Box& box) {
  return box.directory / "data.json";
}

const char* word_of(Adoption adoption) {
  switch (adoption) {
    case Adoption::kCopied:
      return "copied";
    case Adoption::kMoved:
      return "moved";
    case Adoption::kNone:
      break;
  }
  return "none";
}

bool is_there(const HostPath& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

}  // namespace

std::string Box::label() const {
  return name == "default" ? profile.str() : profile.str() + "@" + name;
}

Box box_of(const facts::Facts& facts, const ProfileName& profile, const BoxName& box) {
  const std::string name = box.empty() ? "default" : box.str();
  return {.profile = profile, .name = name, .directory = boxes_directory(facts) / profile.str() / name};
}

Result<std::vector<Box>> list_boxes(const facts::Facts& facts) {
  std::vector<Box> boxes;
  const HostPath directory = boxes_directory(facts);
  if (!os::exists(directory)) return boxes;
  for (const std::string& profile : TRY(os::list_directory(directory))) {
    const auto id = ProfileName::parse(profile);
    const auto names = os::list_directory(directory / profile);
    if (!id || !names) continue;
    for (const std::string& name : *names) {
      if (name == kLock || name == kRemoving) continue;
      boxes.push_back({.profile = *id, .name = name, .directory = directory / profile / name});
    }
  }
  return boxes;
}

std::optional<DataNote> read_data_note(const Box& box) {
  const auto text = os::read_file(note_file(box), kNoteLimit);
  if (!text) return std::nullopt;
  const auto json = parse_json(*text);
  if (!json || !json->is_object() || json->value("version", 0) != kNoteVersion) return std::nullopt;
  DataNote note;
  const std::string word = json->value("adoption", "");
  if (word == "copied") note.adoption = Adoption::kCopied;
  if (word == "moved") note.adoption = Adoption::kMoved;
  const auto paths = json->find("paths");
  if (paths == json->end() || !paths->is_array()) return note;
  for (const Json& path : *paths) {
    if (path.is_string() && HostPath().join(path.get<std::string>())) note.paths.push_back(path.get<std::string>());
  }
  return note;
}

Status write_data_note(const Box& box, const DataNote& note) {
  TRY(os::make_real_directories(box.directory, 0700));
  const Json json = {{"version", kNoteVersion}, {"adoption", word_of(note.adoption)}, {"paths", note.paths}};
  return os::replace_file(note_file(box), format_json(json), 0600);
}

std::vector<std::string> data_outside(const facts::Facts& facts, const Box& box,
                                      const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    const auto outside = facts.user.home.join(path);
    const auto inside = box.home().join(path);
    if (outside && inside && is_there(*outside) && !is_there(*inside)) found.push_back(path);
  }
  return found;
}

std::vector<std::string> running_outside(const facts::Facts& facts, const profile::Match& match) {
  std::vector<std::string> found;
  const HostPath processes = HostPath::literal("/proc");
  struct stat ours {};
  if (::stat("/proc/self/ns/pid", &ours) != 0) return found;
  const auto names = os::list_directory(processes);
  if (!names) return found;
  for (const std::string& name : *names) {
    if (!text::parse_number(name, UINT32_MAX)) continue;
    const HostPath process = processes / name;
    struct stat owner {};
    struct stat theirs {};
    if (::stat(process.c_str(), &owner) != 0 || owner.st_uid != facts.user.uid) continue;
    if (::stat((process / "ns/pid").c_str(), &theirs) != 0 || theirs.st_ino != ours.st_ino) continue;
    const auto command = os::read_file(process / "cmdline", 4096);
    if (!command) continue;
    const std::string_view program(command->c_str());  // the first word of it
    const std::string_view last = program.substr(program.rfind('/') + 1);
    const bool is_app = std::any_of(match.command.begin(), match.command.end(),
                                    [&](const HostPath& known) { return known.name() == last; });
    if (is_app && std::find(found.begin(), found.end(), last) == found.end()) found.emplace_back(last);
  }
  return found;
}

Result<os::Fd> lock_boxes(const facts::Facts& facts, const ProfileName& profile) {
  const HostPath directory = boxes_directory(facts) / profile.str();
  TRY(os::make_real_directories(directory, 0700));
  os::Fd file = TRY(os::open_path(directory / kLock, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  if (TRY(os::try_lock(file.get()))) return file;
  return failure(ErrorKind::kConflict,
                 text::format(_("the data of '%s' is being worked on by another hutch"), profile.c_str()));
}

Status transfer_data(const HostPath& from_home, const HostPath& to_home, const std::string& path, Transfer transfer) {
  const HostPath from = TRY(from_home.join(path));
  const HostPath to = TRY(to_home.join(path));
  struct stat status {};
  if (::lstat(from.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
    return failure(ErrorKind::kInvalid, text::format(_("'%s' is a symlink, which would lead nowhere there"),
                                                     text::printable(from.str()).c_str()));
  }
  TRY(os::make_real_directories(to.parent(), 0700));
  // On the file system it goes to; of a box beside its home, where no sandbox sees it.
  const bool is_box = to_home.name() == "home" && os::exists(to_home.parent() / "data.json");
  const HostPath place = is_box ? to_home.parent() / kPart : to_home / ".hutch-part";
  return transfer == Transfer::kMove ? os::move_tree(from, to, place) : os::place_copy(from, to, place);
}

Status remove_box(const Box& box) {
  const HostPath doomed = box.directory.parent() / kRemoving;
  TRY(os::remove_tree(doomed));
  if (::rename(box.directory.c_str(), doomed.c_str()) != 0) {
    return unexpected(
        system_error(errno, text::format(_("cannot remove '%s'"), text::printable(box.directory.str()).c_str())));
  }
  return os::remove_tree(doomed);
}

std::uint64_t size_of(const HostPath& tree) {
  struct stat status {};
  if (::lstat(tree.c_str(), &status) != 0) return 0;
  std::uint64_t size = static_cast<std::uint64_t>(status.st_blocks) * 512;
  if (!S_ISDIR(status.st_mode)) return size;
  const auto names = os::list_directory(tree);
  if (!names) return size;
  for (const std::string& name : *names) {
    if (const auto path = tree.join(name)) size += size_of(*path);
  }
  return size;
}

}  // namespace hutch::host
