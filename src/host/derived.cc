#include "host/derived.h"

#include <sys/stat.h>

#include "base/text.h"
#include "core/profile/parse.h"
#include "host/queries.h"
#include "os/file.h"

namespace hutch::host {
namespace {

// "# " and what the profile was made from: the program and the package database as stat(2) sees them, and our version
// of the rules.
std::string head_of(const HostPath& program) {
  std::string head = "# 4";
  for (const char* const path : {program.c_str(), "/var/lib/dpkg/status"}) {
    struct stat status {};
    if (::stat(path, &status) != 0) continue;
    head += text::format(" %llu:%llu:%lld:%lld.%09ld", static_cast<unsigned long long>(status.st_dev),
                         static_cast<unsigned long long>(status.st_ino), static_cast<long long>(status.st_size),
                         static_cast<long long>(status.st_mtim.tv_sec), status.st_mtim.tv_nsec);
  }
  return head + " " + text::printable(program.str()) + "\n";
}

HostPath cache_file(const facts::Facts& facts, const HostPath& program) {
  std::string name = program.str().substr(1);
  for (char& c : name) c = c == '/' ? '+' : c;
  return facts.directories.cache / "hutch/derived" / (name + ".toml");
}

std::optional<profile::Layer> layer_of(const std::string& text, const HostPath& program) {
  if (text::split(text, '\n').size() <= 2) return std::nullopt;  // the head alone: no app
  const std::string origin = "derived from " + text::printable(program.str());
  auto layer = profile::parse(text, origin, profile::Rank::kShipped);
  if (!layer) return std::nullopt;
  return std::move(*layer);
}

}  // namespace

std::optional<profile::Layer> derived_profile(const facts::Facts& facts, const HostPath& program) {
  constexpr std::size_t kNameLimit = 240;  // a file's name with what replace_file() adds
  if (program.str().size() > kNameLimit) return std::nullopt;
  const std::string head = head_of(program);
  const HostPath file = cache_file(facts, program);
  const auto known = os::read_file(file, profile::kFileLimit);
  if (known && known->starts_with(head)) return layer_of(*known, program);
  auto answer = ask_derived(program);
  if (!answer) return std::nullopt;
  const std::string text = head + *answer;
  if (os::make_directories(file.parent(), 0700)) (void)os::replace_file(file, text, 0600, os::Lasting::kProcess);
  return layer_of(text, program);
}

}  // namespace hutch::host
