#include "host/dpkg.h"

#include <cctype>

#include "base/text.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr const char* kInfo = "/var/lib/dpkg/info";
constexpr const char* kStatus = "/var/lib/dpkg/status";
constexpr std::size_t kListLimit = 8u << 20;
constexpr std::size_t kStatusLimit = 64u << 20;

std::string read_list(const std::string& name) {
  const auto path = HostPath::literal(kInfo).join(name);
  if (!path) return {};
  auto content = os::read_file(*path, kListLimit);
  return content ? std::move(*content) : std::string();
}

// Lists name files as their package holds them, so before /bin became a link to /usr/bin.
std::vector<std::string> spellings(const HostPath& file) {
  std::vector<std::string> lines = {file.str()};
  if (file.is_below(HostPath::literal("/usr"))) lines.push_back(file.str().substr(4));
  return lines;
}

bool holds_line(const std::string& list, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    for (std::size_t at = list.find(line); at != std::string::npos; at = list.find(line, at + 1)) {
      const bool begins = at == 0 || list[at - 1] == '\n';
      const std::size_t end = at + line.size();
      if (begins && (end == list.size() || list[end] == '\n')) return true;
    }
  }
  return false;
}

// "gedit.list", "libc6:amd64.list"
std::string package_of_list(std::string_view name) {
  if (!name.ends_with(".list")) return {};
  name.remove_suffix(5);
  return std::string(name.substr(0, name.find(':')));
}

bool is_package_name(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos && name.front() != '.';
}

}  // namespace

std::string package_of(const HostPath& file, const std::vector<std::string>& likely) {
  const std::vector<std::string> lines = spellings(file);
  for (const std::string& name : likely) {
    if (is_package_name(name) && holds_line(read_list(name + ".list"), lines)) return name;
  }
  const auto names = os::list_directory(HostPath::literal(kInfo));
  if (!names) return {};
  for (const std::string& name : *names) {
    const std::string package = package_of_list(name);
    if (!package.empty() && holds_line(read_list(name), lines)) return package;
  }
  return {};
}

std::vector<HostPath> files_of_package(const std::string& package) {
  std::vector<HostPath> files;
  if (!is_package_name(package)) return files;
  std::string list = read_list(package + ".list");
  if (list.empty()) list = read_list(package + ":" HUTCH_DEBIAN_ARCHITECTURE ".list");
  for (const std::string_view line : text::split(list, '\n')) {
    if (auto path = HostPath::parse(line)) files.push_back(std::move(*path));
  }
  return files;
}

namespace {

// The value of a field of a package's entry; "" when it has none.
std::string field_of(const std::string& package, std::string_view field) {
  const auto status = os::read_file(HostPath::literal(kStatus), kStatusLimit);
  if (!status || package.empty()) return {};
  const std::string text = "\n" + *status;
  const std::size_t begin = text.find("\nPackage: " + package + "\n");
  if (begin == std::string::npos) return {};
  const std::string_view block = std::string_view(text).substr(begin, text.find("\n\n", begin + 1) - begin);
  const std::string head = "\n" + std::string(field) + ": ";
  const std::size_t at = block.find(head);
  if (at == std::string_view::npos) return {};
  const std::size_t start = at + head.size();
  return std::string(block.substr(start, block.find('\n', start) - start));
}

}  // namespace

std::string source_of_package(const std::string& package) {
  const std::string source = field_of(package, "Source");
  return source.empty() ? package : source.substr(0, source.find(' '));
}

std::set<std::string> dependencies_of_package(const std::string& package) {
  std::set<std::string> names;
  const std::string value = field_of(package, "Depends");
  std::string name;
  bool is_reading = true;  // versions and architectures behind a name are passed over
  for (const char c : value) {
    const bool is_part = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '+';
    if (c == ',' || c == '|') {
      if (!name.empty()) names.insert(std::move(name));
      name.clear();
      is_reading = true;
    } else if (is_reading && is_part) {
      name += c;
    } else if (!name.empty()) {
      is_reading = false;
    }
  }
  if (!name.empty()) names.insert(std::move(name));
  return names;
}

}  // namespace hutch::host
