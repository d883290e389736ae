#include "launch_fixture.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "core/plan/wire.h"
#include "os/file.h"
#include "os/memfile.h"

namespace hutch::test {
namespace {

constexpr int kDeadline = 20000;  // milliseconds; only a fault gets there

std::string environment_or(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

FileType type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return FileType::kDirectory;
    case S_IFSOCK:
      return FileType::kSocket;
    case S_IFCHR:
      return FileType::kCharacterDevice;
    default:
      return FileType::kRegular;
  }
}

template <class T>
T must(hutch::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "test set-up: %s\n", result.error().describe().c_str());
    std::abort();
  }
  return std::move(*result);
}

}  // namespace

std::string launcher_program() {
  return environment_or("HUTCH_LAUNCH", HUTCH_LAUNCH_PROGRAM);
}
std::string peek_program() {
  return environment_or("HUTCH_PEEK", HUTCH_PEEK_PROGRAM);
}

Place::Place() {
  char name[] = "/tmp/hutch-test-XXXXXX";
  if (::mkdtemp(name) == nullptr) std::abort();
  path_ = *HostPath::parse(name);
}

Place::~Place() {
  (void)os::remove_tree(path_);
}

HostPath Place::file(const char* name, const std::string& content, mode_t mode) const {
  const os::Fd file = must(os::open_path(at(name), O_WRONLY | O_CREAT | O_TRUNC, mode));
  if (!os::write_all(file.get(), content)) std::abort();
  return at(name);
}

HostPath Place::directory(const char* name, mode_t mode) const {
  if (::mkdir(at(name).c_str(), mode) != 0) std::abort();
  return at(name);
}

HostPath Place::link(const char* name, const std::string& points_to) const {
  if (::symlink(points_to.c_str(), at(name).c_str()) != 0) std::abort();
  return at(name);
}

std::string content_of(const HostPath& path) {
  auto text = os::read_file(path, 1u << 20);
  return text ? *text : "";
}

plan::Bind bind_of(const HostPath& source, const std::string& target, plan::BindAccess access) {
  struct stat status {};
  if (::lstat(source.c_str(), &status) != 0) std::abort();
  return plan::Bind{.source = source,
                    .target = *BoxPath::parse(target),
                    .type = type_of(status.st_mode),
                    .access = access,
                    .executable = true,
                    .devices = false,
                    .identity = Identity{.device = status.st_dev, .inode = status.st_ino},
                    .fallback = std::nullopt};
}

plan::Sandbox small_sandbox() {
  plan::Sandbox sandbox;
  sandbox.namespaces.uid = ::getuid();
  sandbox.namespaces.gid = ::getgid();
  sandbox.root_size = 4u << 20;
  sandbox.steps = {
      plan::Proc{.target = BoxPath::literal("/proc"), .masked = true},
      plan::Dev{.target = BoxPath::literal("/dev"), .shm_size = 1u << 20},
      plan::Tmpfs{.target = BoxPath::literal("/tmp"), .size = 1u << 20, .inodes = 1024, .mode = 01777},
      bind_of(*HostPath::parse(peek_program()), "/peek"),
  };
  const auto allow = [&](const char* path, plan::LandlockAccess access) {
    sandbox.landlock.rules.push_back({.path = BoxPath::literal(path), .access = access});
  };
  allow("/", plan::LandlockAccess::kReadExecute);
  allow("/dev", plan::LandlockAccess::kDevices);
  allow("/dev/shm", plan::LandlockAccess::kReadWrite);
  allow("/tmp", plan::LandlockAccess::kReadWriteExecute);
  sandbox.namespace_limits = {{.name = "max_user_namespaces", .value = 0}};
  sandbox.environment = {"PATH=/:/usr/bin:/bin", "HUTCH=inside"};
  sandbox.command = {.program = "/peek", .arguments = {"peek"}, .directory = BoxPath::literal("/")};
  return sandbox;
}

void set_words(plan::Sandbox& sandbox, const std::vector<std::string>& words) {
  sandbox.command.arguments = {"peek"};
  sandbox.command.arguments.insert(sandbox.command.arguments.end(), words.begin(), words.end());
}

std::string small_filter() {
  constexpr auto kNumber = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
  constexpr auto kSecond = static_cast<std::uint32_t>(offsetof(seccomp_data, args[1]));  // its low half
  constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
  const sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kSecond),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, kRefuse),
  };
  return std::string(reinterpret_cast<const char*>(program), sizeof program);
}

namespace {

// In the forked child: descriptors at their numbers, then the launcher.
[[noreturn]] void become_launcher(const Options& options, const std::vector<std::pair<int, int>>& placed) {
  if (options.terminal) {
    (void)::setsid();
    (void)::ioctl(options.terminal->get(), TIOCSCTTY, 0);
  }
  for (const int signal : options.ignored_signals) (void)::signal(signal, SIG_IGN);
  constexpr int kParking = 500;  // above every number in use
  for (const auto& [from, to] : placed) (void)::dup2(from, kParking + to);
  for (int number = plan::kPlanDescriptor; number < plan::kFirstPassed; ++number) (void)::close(number);
  for (const auto& [from, to] : placed) (void)::dup2(kParking + to, to);
  for (const auto& [from, to] : placed) (void)::close(kParking + to);
  std::vector<std::string> words = options.before;
  words.push_back(launcher_program());
  words.insert(words.end(), options.mode.begin(), options.mode.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char environment[] = "SECRET=of-the-host";
  char* const entries[] = {environment, nullptr};
  (void)::execve(arguments[0], arguments.data(), entries);
  ::_exit(99);
}

}  // namespace

Launched::Launched(const plan::Sandbox& sandbox, Options options) {
  const os::Fd plan_file = must(os::make_sealed_file("plan", plan::encode(sandbox)));
  os::Fd filter_file;
  if (options.filter) filter_file = must(os::make_sealed_file("filter", *options.filter));
  const os::Fd self = must(os::open_path(*HostPath::parse(launcher_program()), O_RDONLY));
  os::Fd front_end;
  if (options.gives_front_end) front_end = must(os::open_path(HostPath::literal("/bin/echo"), O_PATH));
  const os::Fd nothing = must(os::open_path(HostPath::literal("/dev/null"), O_RDWR));
  int out[2];
  int err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) std::abort();
  out_ = os::Fd(out[0]);
  err_ = os::Fd(err[0]);
  const os::Fd out_child(out[1]);
  const os::Fd err_child(err[1]);

  std::vector<std::pair<int, int>> placed = {{plan_file.get(), plan::kPlanDescriptor},
                                             {self.get(), plan::kSelfDescriptor}};
  if (filter_file) placed.emplace_back(filter_file.get(), plan::kSeccompDescriptor);
  if (front_end) placed.emplace_back(front_end.get(), plan::kFrontEndDescriptor);
  if (options.control) placed.emplace_back(options.control->get(), plan::kControlDescriptor);
  if (options.coordinator) placed.emplace_back(options.coordinator->get(), plan::kCoordinatorDescriptor);
  if (options.life) placed.emplace_back(options.life->get(), plan::kLifeDescriptor);
  const bool has_terminal = options.terminal.has_value();
  placed.emplace_back(has_terminal ? options.terminal->get() : options.input ? options.input->get() : nothing.get(), 0);
  placed.emplace_back(has_terminal ? options.terminal->get() : out_child.get(), 1);
  placed.emplace_back(has_terminal ? options.terminal->get() : err_child.get(), 2);
  for (const auto& [from, to] : options.descriptors) placed.emplace_back(from, to);
  pid_ = ::fork();
  if (pid_ == 0) become_launcher(options, placed);
  if (pid_ < 0) std::abort();
}

Launched::~Launched() {
  if (status_ >= 0) return;
  (void)::kill(pid_, SIGKILL);
  (void)::waitpid(pid_, nullptr, 0);
}

bool Launched::pump(int milliseconds) {
  pollfd polled[] = {{.fd = out_.get(), .events = POLLIN, .revents = 0},
                     {.fd = err_.get(), .events = POLLIN, .revents = 0}};
  if (::poll(polled, 2, milliseconds) <= 0) return false;
  const auto take = [](os::Fd& from, std::string& to) {
    char buffer[4096];
    const ssize_t count = ::read(from.get(), buffer, sizeof buffer);
    if (count > 0) to.append(buffer, static_cast<std::size_t>(count));
    if (count <= 0) from.reset();
  };
  if (polled[0].revents != 0) take(out_, output_);
  if (polled[1].revents != 0) take(err_, errors_);
  return true;
}

std::string Launched::read_line() {
  while (true) {
    const std::size_t end = output_.find('\n', consumed_);
    if (end != std::string::npos) {
      const std::string line = output_.substr(consumed_, end - consumed_);
      consumed_ = end + 1;
      return line;
    }
    if (!out_ || !pump(kDeadline)) return "";
  }
}

int Launched::wait() {
  int status = 0;
  bool has_ended = false;
  const bool is_over = eventually(
      [&] {
        while ((out_ || err_) && pump(0)) {
        }
        if (!has_ended) has_ended = ::waitpid(pid_, &status, WNOHANG) == pid_;
        return has_ended;
      },
      kDeadline);
  EXPECT_TRUE(is_over) << "the launcher does not end; output: " << output_ << " errors: " << errors_;
  if (!is_over) return -1;
  while ((out_ || err_) && pump(100)) {
  }
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return status_;
}

pid_t Launched::init() const {
  std::vector<pid_t> children;
  const bool is_there = eventually([&] {
    children = children_of(pid_);
    return !children.empty();
  });
  return is_there ? children.front() : 0;
}

Seen run(const plan::Sandbox& sandbox, Options options) {
  Launched launched(sandbox, std::move(options));
  Seen result;
  result.status = launched.wait();
  result.output = launched.output();
  result.errors = launched.errors();
  return result;
}

Seen peek(plan::Sandbox sandbox, const std::vector<std::string>& words, Options options) {
  set_words(sandbox, words);
  return run(sandbox, std::move(options));
}

std::vector<std::string> Seen::all(const std::string& fact) const {
  std::vector<std::string> found;
  for (const std::string_view line : text::split(output, '\n')) {
    if (line.starts_with(fact + ": ")) found.emplace_back(line.substr(fact.size() + 2));
  }
  return found;
}

std::string Seen::one(const std::string& fact) const {
  const auto found = all(fact);
  return found.size() == 1 ? found.front() : "<none>";
}

void pause_briefly() {
  (void)::usleep(2000);
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  auto text = os::read_file(*HostPath::parse(text::format("/proc/%d/task/%d/children", pid, pid)), 65536);
  if (!text) return children;
  for (const std::string_view word : text::split(*text, ' ')) {
    const auto number = text::parse_number(text::trim(word), 1u << 30);
    if (number) children.push_back(static_cast<pid_t>(*number));
  }
  return children;
}

char state_of(pid_t pid) {
  auto text = os::read_file(*HostPath::parse(text::format("/proc/%d/stat", pid)), 65536);
  if (!text) return '-';
  const std::size_t name_end = text->rfind(')');
  return name_end == std::string::npos || name_end + 2 >= text->size() ? '-' : (*text)[name_end + 2];
}

bool is_alive(pid_t pid) {
  const char state = state_of(pid);
  return state != '-' && state != 'Z' && state != 'X';
}

}  // namespace hutch::test
