#include "host/profile_index.h"

#include <sys/stat.h>

#include <map>

#include "base/text.h"
#include "host/profile_files.h"
#include "host/profiles.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::string_view kHeader = "hutch-profiles 1";
constexpr std::size_t kIndexLimit = 4u << 20;

// A file as it was when its entry was made: stat(2) identity, size, times of content and of change.
std::string fingerprint(const struct stat& status) {
  return text::format("%llu:%llu:%lld:%lld.%09ld:%lld.%09ld", static_cast<unsigned long long>(status.st_dev),
                      static_cast<unsigned long long>(status.st_ino), static_cast<long long>(status.st_size),
                      static_cast<long long>(status.st_mtim.tv_sec), status.st_mtim.tv_nsec,
                      static_cast<long long>(status.st_ctim.tv_sec), status.st_ctim.tv_nsec);
}

// What the cache says of one file.
struct Cached {
  std::string fingerprint;
  profile::Match match;
  bool is_broken = false;
};
using Cache = std::map<std::string, Cached>;

HostPath cache_file(const facts::Facts& facts) {
  return facts.directories.cache / "hutch/profiles.index";
}

// Lines: "F FINGERPRINT PATH", then of that file "D DESKTOP-ID", "C COMMAND" or "B". Anything else: no cache at all.
Cache read_cache(const facts::Facts& facts) {
  Cache cache;
  const auto content = os::read_file(cache_file(facts), kIndexLimit);
  if (!content) return {};
  const auto lines = text::split(*content, '\n');
  if (lines.front() != kHeader) return {};
  Cached* current = nullptr;
  for (std::size_t index = 1; index < lines.size(); ++index) {
    const std::string_view line = lines[index];
    if (line.empty()) continue;
    const std::string_view value = line.size() > 2 ? line.substr(2) : std::string_view();
    const std::size_t blank = value.find(' ');
    if (line.front() == 'F' && blank != std::string_view::npos) {
      current = &cache[std::string(value.substr(blank + 1))];
      current->fingerprint = value.substr(0, blank);
    } else if (line.front() == 'D' && current != nullptr) {
      current->match.desktop.emplace_back(value);
    } else if (line.front() == 'C' && current != nullptr) {
      auto command = HostPath::parse(value);
      if (!command) return {};
      current->match.command.push_back(std::move(*command));
    } else if (line == "B" && current != nullptr) {
      current->is_broken = true;
    } else {
      return {};
    }
  }
  return cache;
}

void write_cache(const facts::Facts& facts, const Cache& cache) {
  std::string content = std::string(kHeader) + "\n";
  for (const auto& [path, cached] : cache) {
    content += "F " + cached.fingerprint + " " + path + "\n";
    for (const std::string& id : cached.match.desktop) content += "D " + id + "\n";
    for (const HostPath& command : cached.match.command) content += "C " + command.str() + "\n";
    if (cached.is_broken) content += "B\n";
  }
  const HostPath file = cache_file(facts);
  // Without a cache every run reads the files again; that is all.
  if (os::make_directories(file.parent(), 0700)) (void)os::replace_file(file, content, 0600, os::Lasting::kProcess);
}

Cached read_again(const HostPath& file, profile::Rank rank, std::string fingerprint) {
  auto layer = read_layer(file, rank);
  Cached cached{.fingerprint = std::move(fingerprint), .match = {}, .is_broken = !layer};
  if (layer) cached.match = std::move(layer->match);
  return cached;
}

}  // namespace

Result<std::vector<IndexEntry>> read_index(const facts::Facts& facts, Freshness freshness) {
  const Cache known = freshness == Freshness::kCached ? read_cache(facts) : Cache();
  Cache current;
  bool has_changed = false;
  std::vector<IndexEntry> entries;
  for (const Listed& listed : TRY(list_profiles(facts))) {
    struct stat status {};
    if (::stat(listed.file.c_str(), &status) != 0) continue;  // gone since it was listed
    std::string mark = fingerprint(status);
    const auto found = known.find(listed.file.str());
    const bool is_known = found != known.end() && found->second.fingerprint == mark;
    Cached cached = is_known ? found->second : read_again(listed.file, listed.rank, std::move(mark));
    has_changed = has_changed || !is_known;
    entries.push_back({.id = listed.id,
                       .file = listed.file,
                       .rank = listed.rank,
                       .match = cached.match,
                       .is_broken = cached.is_broken});
    // A line break in a name would read as another entry.
    if (listed.file.str().find('\n') == std::string::npos) current.emplace(listed.file.str(), std::move(cached));
  }
  if (has_changed || current.size() != known.size()) write_cache(facts, current);
  return entries;
}

}  // namespace hutch::host
