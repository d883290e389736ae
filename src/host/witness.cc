#include "host/witness.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "core/plan/witness.h"
#include "host/queries.h"
#include "os/file.h"
#include "os/process.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

constexpr const char* kProgram = "hutch-witness";

Status start(const char* mode, std::vector<std::pair<int, int>> descriptors) {
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDWR));
  for (int fd = 0; fd <= 2; ++fd) descriptors.emplace_back(nothing.get(), fd);
  const HostPath program = TRY(find_program(kProgram));
  os::Process process = TRY(os::Process::spawn({.program = program,
                                                .arguments = {kProgram, mode},
                                                .environment = {},
                                                .descriptors = std::move(descriptors),
                                                .new_session = true}));
  process.release();
  return {};
}

}  // namespace

Result<os::Pipe> make_log_pipe() {
  os::Pipe pipe = TRY(os::make_pipe());
  // A descriptor that could read as well keeps the pipe from breaking (fifo(7)).
  const HostPath end = HostPath::literal("/proc/self/fd") / std::to_string(pipe.write.get());
  pipe.write = TRY(os::open_path(end, O_RDWR | O_NONBLOCK));
  return pipe;
}

Result<std::vector<os::Fd>> open_counters(pid_t init) {
  std::vector<os::Fd> files;
  const HostPath process = HostPath::literal("/proc") / std::to_string(init);
  for (const HostPath& known : {process / "net/snmp", process / "net/snmp6", process / "net/xfrm_stat",
                                process / "task" / std::to_string(init) / "children"}) {
    HostPath file = known;
    if (!os::exists(file)) file = HostPath::literal("/dev/null");  // a kernel without them
    files.push_back(TRY(os::open_path(file, O_RDONLY)));
  }
  return files;
}

Status start_log_witness(int source, int record, const std::vector<os::Fd>& counters) {
  std::vector<std::pair<int, int>> descriptors = {{source, plan::kWitnessSource}, {record, plan::kWitnessRecord}};
  int number = plan::kWitnessCounters;
  for (const os::Fd& file : counters) descriptors.emplace_back(file.get(), number++);
  return start(plan::kModeLog, std::move(descriptors));
}

Result<os::Fd> start_trace_witness(int record) {
  os::SocketPair pair = TRY(os::make_packet_pair());
  TRY(start(plan::kModeTrace, {{pair.right.get(), plan::kWitnessSource}, {record, plan::kWitnessRecord}}));
  return std::move(pair.left);
}

std::string asking_filter(std::string program) {
  for (std::size_t offset = 0; offset + sizeof(sock_filter) <= program.size(); offset += sizeof(sock_filter)) {
    sock_filter instruction{};
    std::memcpy(&instruction, program.data() + offset, sizeof instruction);
    if (instruction.code != (BPF_RET | BPF_K) || instruction.k != (SECCOMP_RET_ERRNO | EPERM)) continue;
    instruction.k = SECCOMP_RET_USER_NOTIF;
    std::memcpy(program.data() + offset, &instruction, sizeof instruction);
  }
  return program;
}

}  // namespace hutch::host
