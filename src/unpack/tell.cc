#include "unpack/tell.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/path.h"
#include "base/text.h"
#include "core/toolbox/changes.h"
#include "core/toolbox/packages.h"
#include "os/file.h"
#include "unpack/attributes.h"
#include "unpack/compare.h"

namespace hutch::unpack {
namespace {

using toolbox::ChangeKind;
using toolbox::Packages;

constexpr const char* kDpkg = "var/lib/dpkg/status";
constexpr const char* kApk[] = {"lib/apk/db/installed", "usr/lib/apk/db/installed"};
constexpr const char* kPacman = "var/lib/pacman/local";
constexpr const char* kRpm[] = {"var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"};

tl::unexpected<Error> cannot_read(const std::string& name) {
  return unexpected(system_error(errno, text::format(_("cannot read '%s'"), text::printable(name).c_str())));
}

Result<os::Fd> open_found(const Found& found, const std::string& name) {
  const int kind = S_ISDIR(found.status.st_mode) ? O_DIRECTORY : O_NONBLOCK;
  os::Fd fd(::openat(found.directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind));
  if (!fd) return cannot_read(name);
  return fd;
}

Result<std::string> target_of(const Found& found, const std::string& name) {
  std::string target(kPathLimit + 1, '\0');
  const ssize_t size = ::readlinkat(found.directory, name.c_str(), target.data(), target.size());
  if (size < 0) return cannot_read(name);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

Result<bool> has_same_inside(const Found& one, const Found& other, const std::string& name, bool has_own_id_only) {
  const os::Fd first = TRY(open_found(one, name));
  const os::Fd second = TRY(open_found(other, name));
  const Attributes ours = TRY(read_attributes(first.get(), one.status, has_own_id_only));
  const Attributes theirs = TRY(read_attributes(second.get(), other.status, has_own_id_only));
  if (ours.uid != theirs.uid || ours.gid != theirs.gid || ours.extended != theirs.extended) return false;
  if (S_ISDIR(one.status.st_mode)) return true;
  return has_same_content(first.get(), second.get());
}

Result<bool> is_same(const Found& one, const Found& other, const std::string& name, bool has_own_id_only) {
  const struct stat& ours = one.status;
  const struct stat& theirs = other.status;
  if (ours.st_mode != theirs.st_mode || ours.st_uid != theirs.st_uid || ours.st_gid != theirs.st_gid) return false;
  if (S_ISLNK(ours.st_mode)) {
    const std::string target = TRY(target_of(one, name));
    const std::string other_target = TRY(target_of(other, name));
    return target == other_target;
  }
  if (S_ISREG(ours.st_mode) && ours.st_size != theirs.st_size) return false;
  if (S_ISREG(ours.st_mode) || S_ISDIR(ours.st_mode)) return has_same_inside(one, other, name, has_own_id_only);
  return ours.st_rdev == theirs.st_rdev;
}

// A place of the root that both states may have.
struct Pair {
  std::optional<Found> now;
  std::optional<Found> before;
  std::string name;

  [[nodiscard]] bool is_different() const {
    if (now.has_value() != before.has_value()) return true;
    return now && !is_same_file(now->status, before->status);
  }
};

Result<Pair> look(States& states, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = path.substr(0, slash);
  const std::string name = path.substr(slash + 1);
  Pair pair{.now = TRY(states.now().find(directory, name)), .before = TRY(states.before().find(directory, name))};
  pair.name = name;
  return pair;
}

class Teller {
 public:
  Teller(States& states, bool has_own_id_only, const os::Fd& pipe)
      : states_(states), has_own_id_only_(has_own_id_only), pipe_(pipe) {}

  Status tell_file(const Difference& difference) {
    const std::string name = difference.name();
    const std::optional<Found>& shown = difference.now ? difference.now : difference.before;
    toolbox::FileChange change{.kind = ChangeKind::kChanged, .path = difference.path};
    if (S_ISDIR(shown->status.st_mode)) change.path += '/';
    if (!difference.before) change.kind = ChangeKind::kAdded;
    if (!difference.now) change.kind = ChangeKind::kRemoved;
    if (difference.now && difference.before &&
        TRY(is_same(*difference.now, *difference.before, name, has_own_id_only_))) {
      return {};
    }
    ++count_;
    return put(toolbox::encode(change));
  }

  Status tell_packages() {
    TRY(tell_database(kDpkg, "dpkg", toolbox::parse_dpkg_status));
    for (const char* const path : kApk) TRY(tell_database(path, "apk", toolbox::parse_apk_installed));
    TRY(tell_pacman());
    for (const char* const path : kRpm) {
      const Pair pair = TRY(look(states_, path));
      if (pair.is_different()) return put(toolbox::encode_unread("rpm"));
    }
    return {};
  }

  Status flush() {
    TRY(os::write_all(pipe_.get(), buffer_));
    buffer_.clear();
    return {};
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  using Parse = Packages (*)(std::string_view text);

  // Absent: there is one, and it cannot be read.
  Result<std::optional<Packages>> read_database(const std::optional<Found>& found, const std::string& name,
                                                Parse parse) {
    if (!found) return Packages();
    constexpr auto kMost = static_cast<off_t>(toolbox::kPackageDatabaseLimit);
    if (!S_ISREG(found->status.st_mode) || found->status.st_size > kMost) return std::nullopt;
    const os::Fd file = TRY(open_found(*found, name));
    const std::string text = TRY(os::read_all(file.get(), toolbox::kPackageDatabaseLimit));
    return parse(text);
  }

  Status tell_database(const char* path, const char* manager, Parse parse) {
    const Pair pair = TRY(look(states_, path));
    if (!pair.is_different()) return {};
    const auto now = TRY(read_database(pair.now, pair.name, parse));
    const auto before = TRY(read_database(pair.before, pair.name, parse));
    if (!now || !before) return put(toolbox::encode_unread(manager));
    return compare(*now, *before);
  }

  Status tell_pacman() {
    const auto read = [](Lower& root) -> Result<Packages> {
      Packages packages;
      for (const std::string& name : TRY(root.names(kPacman))) {
        const auto package = toolbox::parse_pacman_directory(name);
        const bool is_there = package && TRY(root.find(kPacman, name)).has_value();
        if (is_there && packages.size() < toolbox::kPackageLimit) packages.insert(*package);
      }
      return packages;
    };
    const Pair pair = TRY(look(states_, kPacman));
    if (!pair.is_different()) return {};
    const Packages now = TRY(read(states_.now()));
    const Packages before = TRY(read(states_.before()));
    return compare(now, before);
  }

  Status compare(const Packages& now, const Packages& before) {
    for (const auto& [name, version] : now) {
      const auto old = before.find(name);
      if (old == before.end()) {
        TRY(put(toolbox::encode(toolbox::PackageChange{ChangeKind::kAdded, name, {}, version})));
      } else if (old->second != version) {
        TRY(put(toolbox::encode(toolbox::PackageChange{ChangeKind::kChanged, name, old->second, version})));
      }
    }
    for (const auto& [name, version] : before) {
      if (now.contains(name)) continue;
      TRY(put(toolbox::encode(toolbox::PackageChange{ChangeKind::kRemoved, name, version, {}})));
    }
    return {};
  }

  Status put(const std::string& record) {
    constexpr std::size_t kPiece = 64u << 10;
    if (records_ >= toolbox::kChangeLimit || bytes_ + record.size() > toolbox::kChangeBytesLimit) return {};
    ++records_;
    bytes_ += record.size();
    buffer_ += record;
    return buffer_.size() < kPiece ? Status() : flush();
  }

  States& states_;
  bool has_own_id_only_;
  const os::Fd& pipe_;
  std::string buffer_;
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace

Result<std::uint64_t> tell_changes(States& states, std::uint64_t entry_limit, bool has_own_id_only,
                                   const os::Fd& pipe) {
  Teller teller(states, has_own_id_only, pipe);
  TRY(teller.tell_packages());
  TRY(states.walk(entry_limit, [&](const Difference& difference) { return teller.tell_file(difference); }));
  TRY(teller.flush());
  return teller.count();
}

}  // namespace hutch::unpack
