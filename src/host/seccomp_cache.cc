#include "host/seccomp_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "core/seccomp/policy.h"
#include "host/queries.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::string_view kMagic = "hutchbp1";
constexpr std::size_t kKeyLimit = 256u << 10;

struct Header {
  char magic[8];
  std::uint64_t checksum;  // of key and program
  std::uint64_t key_size;
  std::uint64_t program_size;
};

// FNV-1a. It finds damage and names files; that an entry is the right one is decided by comparing keys.
std::uint64_t digest(std::string_view bytes, std::uint64_t basis) {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  for (const char byte : bytes) basis = (basis ^ static_cast<unsigned char>(byte)) * kPrime;
  return basis;
}
constexpr std::uint64_t kBasis = 0xcbf29ce484222325;
constexpr std::uint64_t kOtherBasis = 0x84222325cbf29ce4;

// Everything the compiled bytes depend on. A new hutch-coordinator may compile the same policy to other bytes.
Result<std::string> key_of(const plan::Plan& plan) {
  const HostPath compiler = TRY(find_program("hutch-coordinator"));
  struct stat status {};
  if (::stat(compiler.c_str(), &status) != 0) return unexpected(system_error(errno, compiler.str()));
  return text::format("%s libseccomp %s, compiler %llu %lld.%09ld\n", HUTCH_ARCHITECTURE, HUTCH_LIBSECCOMP,
                      static_cast<unsigned long long>(status.st_size), static_cast<long long>(status.st_mtim.tv_sec),
                      status.st_mtim.tv_nsec) +
         seccomp::canonical(plan.seccomp);
}

HostPath entry_of(const facts::Facts& facts, std::string_view key) {
  return facts.directories.cache / "hutch/seccomp" /
         text::format("%016llx%016llx.bpf", static_cast<unsigned long long>(digest(key, kBasis)),
                      static_cast<unsigned long long>(digest(key, kOtherBasis)));
}

std::string entry_bytes(std::string_view key, std::string_view program) {
  const std::string body = std::string(key) + std::string(program);
  Header header{.magic = {}, .checksum = digest(body, kBasis), .key_size = key.size(), .program_size = program.size()};
  std::memcpy(header.magic, kMagic.data(), sizeof header.magic);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + body;
}

// Absent for whatever reason: no entry, damaged, not ours alone to write, of another key.
std::optional<std::string> cached(const HostPath& entry, std::string_view key) {
  const auto fd = os::open_path(entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd) return std::nullopt;
  struct stat status {};
  if (::fstat(fd->get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (status.st_uid != ::geteuid() || (status.st_mode & 022) != 0) return std::nullopt;
  const auto bytes = os::read_all(fd->get(), sizeof(Header) + kKeyLimit + kSeccompProgramLimit);
  if (!bytes || bytes->size() < sizeof(Header)) return std::nullopt;
  Header header{};
  std::memcpy(&header, bytes->data(), sizeof header);
  const std::string_view body = std::string_view(*bytes).substr(sizeof header);
  if (std::string_view(header.magic, sizeof header.magic) != kMagic || header.checksum != digest(body, kBasis)) {
    return std::nullopt;
  }
  if (header.key_size != key.size() || body.substr(0, key.size()) != key) return std::nullopt;
  const std::string_view program = body.substr(key.size());
  if (program.size() != header.program_size || program.empty() || program.size() % kSeccompInstructionSize != 0) {
    return std::nullopt;
  }
  return std::string(program);
}

}  // namespace

Result<std::string> seccomp_program(const facts::Facts& facts, const plan::Plan& plan) {
  const std::string key = TRY(key_of(plan));
  const HostPath entry = entry_of(facts, key);
  if (auto program = cached(entry, key)) return std::move(*program);
  const std::string program = TRY(ask_seccomp(plan));
  // A cache that cannot be written only costs time.
  if (os::make_directories(entry.parent(), 0700)) (void)os::replace_file(entry, entry_bytes(key, program), 0600);
  return program;
}

}  // namespace hutch::host
