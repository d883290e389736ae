#include "host/libraries.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <deque>

#include "base/text.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::size_t kHeaderLimit = 64;         // program headers
constexpr std::size_t kDynamicLimit = 4096;      // entries of the dynamic section
constexpr std::size_t kStringsLimit = 4u << 20;  // bytes of its strings

class Reader {
 public:
  explicit Reader(int fd) : fd_(fd) {}

  template <class T>
  [[nodiscard]] std::optional<T> read(std::uint64_t offset) const {
    T value{};
    if (!fill(offset, &value, sizeof value)) return std::nullopt;
    return value;
  }

  [[nodiscard]] std::optional<std::string> bytes(std::uint64_t offset, std::size_t size) const {
    std::string content(size, '\0');
    if (!fill(offset, content.data(), size)) return std::nullopt;
    return content;
  }

 private:
  bool fill(std::uint64_t offset, void* to, std::size_t size) const {
    if (offset > static_cast<std::uint64_t>(INT64_MAX) - size) return false;
    return ::pread(fd_, to, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  }
  int fd_;
};

struct Dynamic {
  std::vector<std::uint64_t> needed;  // offsets into the strings
  std::vector<std::uint64_t> places;
  std::uint64_t strings = 0;  // an address
  std::uint64_t size = 0;
};

std::optional<std::vector<Elf64_Phdr>> read_headers(const Reader& file) {
  const auto header = file.read<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB) return std::nullopt;
  if (header->e_phnum > kHeaderLimit || header->e_phentsize != sizeof(Elf64_Phdr)) return std::nullopt;
  std::vector<Elf64_Phdr> headers;
  for (std::size_t index = 0; index < header->e_phnum; ++index) {
    const auto entry = file.read<Elf64_Phdr>(header->e_phoff + index * sizeof(Elf64_Phdr));
    if (!entry) return std::nullopt;
    headers.push_back(*entry);
  }
  return headers;
}

std::optional<Dynamic> read_dynamic(const Reader& file, const Elf64_Phdr& segment) {
  Dynamic dynamic;
  for (std::size_t index = 0; index < kDynamicLimit && (index + 1) * sizeof(Elf64_Dyn) <= segment.p_filesz; ++index) {
    const auto entry = file.read<Elf64_Dyn>(segment.p_offset + index * sizeof(Elf64_Dyn));
    if (!entry) return std::nullopt;
    if (entry->d_tag == DT_NULL) return dynamic;
    if (entry->d_tag == DT_NEEDED) dynamic.needed.push_back(entry->d_un.d_val);
    if (entry->d_tag == DT_RUNPATH || entry->d_tag == DT_RPATH) dynamic.places.push_back(entry->d_un.d_val);
    if (entry->d_tag == DT_STRTAB) dynamic.strings = entry->d_un.d_ptr;
    if (entry->d_tag == DT_STRSZ) dynamic.size = entry->d_un.d_val;
  }
  return dynamic;
}

std::optional<std::uint64_t> offset_of(const std::vector<Elf64_Phdr>& headers, std::uint64_t address) {
  for (const Elf64_Phdr& header : headers) {
    const bool is_inside = address >= header.p_vaddr && address - header.p_vaddr < header.p_filesz;
    if (header.p_type == PT_LOAD && is_inside) return header.p_offset + (address - header.p_vaddr);
  }
  return std::nullopt;
}

std::string string_at(const std::string& strings, std::uint64_t offset) {
  if (offset >= strings.size()) return {};
  const std::size_t end = strings.find('\0', offset);
  return end == std::string::npos ? std::string() : strings.substr(offset, end - offset);
}

std::vector<std::string> places_in(const std::string& value, const HostPath& file) {
  std::vector<std::string> places;
  for (const std::string_view part : text::split(value, ':')) {
    std::string place(part);
    for (const std::string_view word : {"${ORIGIN}", "$ORIGIN"}) {
      const std::size_t at = place.find(word);
      if (at != std::string::npos) place.replace(at, word.size(), file.parent().str());
    }
    if (place.starts_with('/')) places.push_back(std::move(place));
  }
  return places;
}

// Debian's multiarch directories, and those of other distributions.
const std::vector<std::string>& system_places() {
  static const std::vector<std::string> places = {"/usr/lib/" HUTCH_ARCHITECTURE "-linux-gnu", "/usr/lib64", "/usr/lib",
                                                  "/usr/local/lib", "/lib/" HUTCH_ARCHITECTURE "-linux-gnu"};
  return places;
}

std::optional<HostPath> find_library(const std::string& name, const std::vector<std::string>& places) {
  if (name.empty() || name.find('/') != std::string::npos) return std::nullopt;
  for (const auto* const list : {&places, &system_places()}) {
    for (const std::string& place : *list) {
      const std::string path = place + "/" + name;
      if (::access(path.c_str(), R_OK) != 0) continue;
      // A path with ".." of an $ORIGIN is no HostPath; the loader would follow it, so it is made straight first.
      char real[PATH_MAX];
      if (::realpath(path.c_str(), real) == nullptr) continue;
      auto straight = HostPath::parse(real);
      if (straight) return std::move(*straight);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Needed> read_needed(const HostPath& path) {
  const auto fd = os::open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) return std::nullopt;
  const Reader file(fd->get());
  const auto headers = read_headers(file);
  if (!headers) return std::nullopt;
  Needed needed;
  for (const Elf64_Phdr& header : *headers) {
    if (header.p_type != PT_DYNAMIC) continue;
    const auto dynamic = read_dynamic(file, header);
    if (!dynamic || dynamic->size > kStringsLimit) return std::nullopt;
    const auto offset = offset_of(*headers, dynamic->strings);
    const auto strings = offset ? file.bytes(*offset, dynamic->size) : std::nullopt;
    if (!strings) return std::nullopt;
    for (const std::uint64_t name : dynamic->needed) needed.libraries.push_back(string_at(*strings, name));
    for (const std::uint64_t name : dynamic->places) {
      for (std::string& place : places_in(string_at(*strings, name), path)) needed.places.push_back(std::move(place));
    }
  }
  return needed;
}

Closure read_closure(const std::vector<HostPath>& files) {
  Closure closure;
  std::deque<HostPath> waiting(files.begin(), files.end());
  std::size_t own = files.size();
  for (; !waiting.empty(); waiting.pop_front()) {
    const bool is_own = own > 0;
    if (is_own) --own;
    const auto needed = read_needed(waiting.front());
    if (!needed) continue;
    for (const std::string& library : needed->libraries) {
      if (is_own) closure.linked.insert(library);
      if (closure.loaded.size() >= kClosureLimit || !closure.loaded.insert(library).second) continue;
      if (auto path = find_library(library, needed->places)) waiting.push_back(std::move(*path));
    }
  }
  return closure;
}

}  // namespace hutch::host
