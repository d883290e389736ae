// usage: bench-drive < SPECIFICATION > RESULTS
//
// Starts commands over and over, one after the other in batches, waiting for a quiet machine before each batch, and
// measures each start. SPECIFICATION is JSON: {"rounds": N, "batch": N, "patience": SECONDS, "cases": [{"name", "argv",
// "env", "sandbox", "filter", "stamped"}]}. A case with `sandbox` and `filter` (files) is hutch-launch: it gets them as
// sealed memory at the descriptors it expects, as the front end would. A stamped case runs bench-stamp inside: what it
// writes splits the time into start and exit. RESULTS: {"cases": [{"name", "failures", "total": [...], "start": [...],
// "exit": [...]}]}, in microseconds.
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "base/json.h"
#include "base/text.h"
#include "core/plan/channel.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/pipe.h"
#include "os/process.h"

namespace hutch {
namespace {

constexpr std::size_t kFileLimit = 16u << 20;
constexpr double kQuiet = 0.08;  // share of the processors' time that others may use

struct Case {
  std::string name;
  os::SpawnOptions options;
  bool stamped = false;
  std::vector<os::Fd> held;
  std::vector<double> total, start, exit;
  int failures = 0;
};

long long now() {
  timespec time{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &time);  // cannot fail for this clock
  return static_cast<long long>(time.tv_sec) * 1000000000 + time.tv_nsec;
}

struct Load {
  unsigned long long busy = 0;
  unsigned long long all = 0;
};

Load load() {
  Load result;
  const auto text = os::read_file(HostPath::literal("/proc/stat"), 1u << 20);
  if (!text) return result;
  unsigned long long user = 0, nice = 0, system = 0, idle = 0, wait = 0;
  if (std::sscanf(text->c_str(), "cpu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &wait) == 5) {
    result.busy = user + nice + system;
    result.all = result.busy + idle + wait;
  }
  return result;
}

void wait_for_quiet(double patience) {
  const long long deadline = now() + static_cast<long long>(patience * 1e9);
  while (now() < deadline) {
    const Load before = load();
    (void)::poll(nullptr, 0, 150);  // the window that is judged
    const Load after = load();
    const double share = static_cast<double>(after.busy - before.busy) / static_cast<double>(after.all - before.all);
    if (share <= kQuiet) return;
  }
}

Result<Case> read_case(const Json& entry) {
  Case one;
  one.name = entry.value("name", "");
  one.stamped = entry.value("stamped", false);
  one.options.arguments = entry.value("argv", std::vector<std::string>{});
  one.options.environment = entry.value("env", std::vector<std::string>{});
  one.options.program = TRY(HostPath::parse(one.options.arguments.at(0)));
  if (!entry.contains("sandbox")) return one;
  const auto hold = [&](os::Fd fd, int number) {
    one.options.descriptors.emplace_back(fd.get(), number);
    one.held.push_back(std::move(fd));
  };
  const HostPath sandbox = TRY(HostPath::parse(entry.value("sandbox", "")));
  const HostPath filter = TRY(HostPath::parse(entry.value("filter", "")));
  const std::string sandbox_bytes = TRY(os::read_file(sandbox, kFileLimit));
  const std::string filter_bytes = TRY(os::read_file(filter, kFileLimit));
  hold(TRY(os::make_sealed_file("sandbox", sandbox_bytes)), plan::kPlanDescriptor);
  hold(TRY(os::make_sealed_file("filter", filter_bytes)), plan::kSeccompDescriptor);
  const HostPath launcher = TRY(HostPath::parse(entry.value("launcher", one.options.program.str())));
  hold(TRY(os::open_path(launcher, O_RDONLY)), plan::kSelfDescriptor);
  return one;
}

// Starts it once; true when it ended with status 0.
Result<bool> measure(Case& one) {
  os::Pipe output = TRY(os::make_pipe());
  os::SpawnOptions options = one.options;
  options.descriptors.emplace_back(output.write.get(), STDOUT_FILENO);
  const long long before = now();
  os::Process process = TRY(os::Process::spawn(options));
  const os::Ending ending = TRY(process.wait());
  const long long after = now();
  output.write.reset();
  const std::string written = TRY(os::read_all(output.read.get(), kFileLimit));
  if (ending.was_signalled || ending.value != 0) return false;
  long long stamp = 0;
  if (one.stamped) {
    if (written.size() != sizeof stamp) return false;
    std::memcpy(&stamp, written.data(), sizeof stamp);
    one.start.push_back(static_cast<double>(stamp - before) / 1e3);
    one.exit.push_back(static_cast<double>(after - stamp) / 1e3);
  }
  one.total.push_back(static_cast<double>(after - before) / 1e3);
  return true;
}

Status drive() {
  const std::string text = TRY(os::read_all(STDIN_FILENO, kFileLimit));
  const Json specification = TRY(parse_json(text));
  std::vector<Case> cases;
  for (const Json& entry : specification.at("cases")) cases.push_back(TRY(read_case(entry)));
  const int rounds = specification.value("rounds", 20);
  const int batch = specification.value("batch", 10);
  for (int round = 0; round < rounds; ++round) {
    for (Case& one : cases) {
      wait_for_quiet(specification.value("patience", 2.0));
      for (int index = 0; index < batch; ++index) {
        const bool succeeded = TRY_IN(one.name, measure(one));
        if (!succeeded) ++one.failures;
      }
    }
  }
  Json results = Json::array();
  for (const Case& one : cases) {
    results.push_back(Json{{"name", one.name},
                           {"failures", one.failures},
                           {"total", one.total},
                           {"start", one.start},
                           {"exit", one.exit}});
  }
  return os::write_all(STDOUT_FILENO, format_json(Json{{"cases", std::move(results)}}));
}

}  // namespace
}  // namespace hutch

int main() {
  const auto driven = hutch::drive();
  if (driven) return 0;
  std::fprintf(stderr, "bench-drive: %s\n", driven.error().describe().c_str());
  return 1;
}
