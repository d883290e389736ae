#include "launch/inherit.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "core/plan/wire.h"
#include "launch/failure.h"
#include "os/memfile.h"

extern "C" char __executable_start;  // by the linker, ld(1): where the program's file begins in memory,
extern "C" char __etext;             // and where its code ends

namespace hutch::launch {
namespace {

constexpr std::size_t kEnvironmentLimit = 32;

}  // namespace

Start take_start(int argc, char** argv, char** environment) {
  Start start;
  start.has_filter = is_open(plan::kSeccompDescriptor);
  start.has_control = is_open(plan::kControlDescriptor);
  start.has_coordinator = is_open(plan::kCoordinatorDescriptor);
  start.has_life = is_open(plan::kLifeDescriptor);
  start.has_log = is_open(plan::kLogDescriptor);
  start.waives_filter = argc > 2 && std::strcmp(argv[2], kWithoutSeccomp) == 0;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    if (start.environment.size() < kEnvironmentLimit) start.environment.push_back(::strdup(*entry));
    std::memset(*entry, 0, std::strlen(*entry));
  }
  start.environment.push_back(nullptr);
  for (int index = 2; index < argc; ++index) std::memset(argv[index], 0, std::strlen(argv[index]));
  return start;
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

bool open_missing_standards() {
  while (true) {
    const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    if (fd > STDERR_FILENO) return ::close(fd) == 0;
    if (::fcntl(fd, F_SETFD, 0) != 0) return false;
  }
}

bool close_unlisted(std::span<const std::int32_t> passed) {
  std::vector<std::int32_t> kept(passed.begin(), passed.end());
  std::sort(kept.begin(), kept.end());
  unsigned first = plan::kFirstPassed;
  for (const std::int32_t fd : kept) {
    if (fd < static_cast<std::int32_t>(first)) continue;
    const auto number = static_cast<unsigned>(fd);
    if (number > first && ::close_range(first, number - 1, 0) != 0) return false;
    first = number + 1;
  }
  return ::close_range(first, ~0U, 0) == 0 && ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

DescriptorFault find_bad_descriptor(std::span<const std::int32_t> passed) {
  const auto fault_of = [](int fd) -> DescriptorFault {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return {.fd = fd, .error = errno};
    if (S_ISDIR(status.st_mode)) return {.fd = fd, .error = EISDIR};
    return {};
  };
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
    if (const DescriptorFault fault = fault_of(fd); fault.error != 0) return fault;
  }
  for (const std::int32_t fd : passed) {
    if (const DescriptorFault fault = fault_of(fd); fault.error != 0) return fault;
  }
  return {};
}

std::uint64_t parse_ignored_signals(std::string_view status) {
  constexpr std::string_view kField = "\nSigIgn:\t";
  const std::size_t found = status.find(kField);
  std::uint64_t mask = ~std::uint64_t{0};
  if (found == std::string_view::npos) return mask;
  const std::string_view digits = status.substr(found + kField.size(), 16);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), mask, 16);
  return error == std::errc() && end == digits.data() + digits.size() && digits.size() == 16 ? mask : ~std::uint64_t{0};
}

void reset_signals(std::span<const int> blocked) {
  char status[4096];
  const os::Fd file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  const ssize_t size = ::read(file.get(), status, sizeof status);
  const std::uint64_t ignored = parse_ignored_signals({status, static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    if ((ignored >> (signal - 1) & 1) != 0) (void)::sigaction(signal, &plain, nullptr);  // KILL and STOP refuse
  }
  sigset_t set;
  (void)::sigemptyset(&set);
  for (const int signal : blocked) (void)::sigaddset(&set, signal);
  (void)::sigprocmask(SIG_SETMASK, &set, nullptr);
}

plan::Sandbox decode_plan_or_fail() {
  const auto fail = [](int error) { end_with_line({.stage = plan::Stage::kInherit, .step = -1, .error = error}); };
  const auto file = os::MappedFile::map(plan::kPlanDescriptor, plan::kWireLimit, true);
  if (!file) fail(file.error().code);
  auto sandbox = plan::decode_sandbox(file->bytes());
  if (!sandbox) fail(EBADMSG);
  return std::move(*sandbox);
}

void release_program_pages() {
  const auto page = static_cast<std::uintptr_t>(::getpagesize());
  const auto begin = reinterpret_cast<std::uintptr_t>(&__executable_start) & ~(page - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(&__etext) & ~(page - 1);
  (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);  // merely a saving
}

}  // namespace hutch::launch
