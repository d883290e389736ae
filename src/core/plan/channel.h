// How the processes of one run talk: SOCK_SEQPACKET messages of fixed layout, one struct a message, no text.
//
//   coordinator <-> supervisor   kCoordinatorDescriptor, closed by the coordinator after kReady
//   supervisor  <-> PID 1        a socketpair made before the clone; its end inside is close-on-exec
//   client      <-> supervisor   INSTANCE/control, one connection per `exec`; peers are checked with SO_PEERCRED
//
// Barriers: #1 id maps written (only with id ranges), #2 helpers ready (only when the steps hold an AwaitHelpers).
// kill -9 of the supervisor closes its end; PID 1 polls it and exits, which ends every process of the pid namespace.
#pragma once

#include <cstdint>

#include "core/plan/report.h"

namespace hutch::plan {

// Descriptor numbers hutch-launch is started with. It is given nothing by argv or environment but its mode, argv[1].
enum Inherited : int {
  kPlanDescriptor = 3,     // sealed memfd: an encoded Sandbox
  kSeccompDescriptor = 4,  // sealed memfd: struct sock_filter[]
  kSelfDescriptor = 5,     // O_RDONLY of the hutch-launch binary, for the re-exec inside
  kFrontEndDescriptor =
      6,                // O_PATH of the hutch binary, executed as `hutch --report STAGE STEP ERRNO` on failure; -1 ok
  kLockDescriptor = 7,  // the instance lock, held as long as the supervisor lives; may be closed
  kControlDescriptor = 8,      // listening socket INSTANCE/control; may be closed
  kCoordinatorDescriptor = 9,  // may be closed: then there is no barrier
  kLifeDescriptor =
      10,  // our end of the life socket pair: helpers and compositor see a hang-up when it closes; may be closed
  kDataDescriptor = 11,  // a lock on data that one sandbox at a time may use, held as the instance lock; may be closed
  kLogDescriptor =
      12,  // a file below a name of its own that gets what the app prints; may be closed: it prints to 1 and 2
  kFirstPassed = 13,  // descriptors of Sandbox::descriptors are at their own numbers, all above this
};

// Sockets of a service: as many of Sandbox::descriptors, the first ones, as LISTEN_FDS in its environment says become
// the command's 3, 4, ..., and it gets LISTEN_PID (sd_listen_fds(3)).
inline constexpr std::int32_t kFirstSocket = 3;
inline constexpr std::size_t kSocketMost = 64;

inline constexpr std::uint64_t kLogLimit = 512u << 10;  // bytes of a log; the one before it is kept as well, as NAME.1

// Of a system with an init (ControlGroups): its own command's end of a pair of sockets. It writes the number of the
// signal that asks the init to end, in decimal, and closes it by executing the init: then the system is ready.
inline constexpr std::int32_t kReadyDescriptor = kFirstPassed + 1;

// argv[1] of hutch-launch.
//   supervise   the sandbox with PID 1 and supervisor
//   init        PID 1 after its re-exec; started by hutch-launch itself only
//   helper      a Sandbox without supervisor: unshare user and mount namespaces in place, build, lock down, exec. With
//               kCoordinatorDescriptor it says kCloned there and waits for a kGo once its ids are mapped
//   guard       argv[2...]: a program that is killed when kLifeDescriptor, here the helpers' end, reports a hang-up;
//   for
//               programs that do not watch a descriptor themselves (pasta)
inline constexpr const char* kModeSupervise = "supervise";
inline constexpr const char* kModeInit = "init";
inline constexpr const char* kModeHelper = "helper";
inline constexpr const char* kModeGuard = "guard";

// Descriptor numbers hutch-coordinator is started with; argv[1] is "coordinate". Other modes of that program answer the
// questions that need a heavy library, on demand: see coordinate/main.cc.
enum CoordinatorInherited : int {
  kCoordinatorSocket = 4,     // to the front end, which becomes the supervisor
  kCoordinatorLife = 5,       // the supervisor's end of the life pair, to read the helpers' ready bytes from
  kCoordinatorLifeChild = 6,  // the helpers' end, to pass on
};

enum class Message : std::uint32_t {
  // coordinator <-> front end, then supervisor
  kPlan,    // -> coordinator: the encoded Plan, a sealed memfd, is attached
  kCloned,  // -> coordinator: value = pid of PID 1 as seen by the supervisor
  kMapped,  // <- barrier #1
  kReady,   // <- barrier #2; the cgroup of the scope may be attached, a directory
  kAbort,   // <- the coordinator failed and has printed why
  // supervisor <-> PID 1
  kGo,        // -> a barrier is passed; <- the set-up is done and the plan's own command is being started
  kFailed,    // <- report
  kStarted,   // <- command id runs; value = pid inside
  kExited,    // <- command id; value = wait status (waitpid(2) encoding)
  kStopped,   // <- command id was stopped by a terminal signal; value = signal
  kContinue,  // -> continue command id
  kSignal,    // -> send signal `value` to command id's process group leader
  kExecute,   // -> start a command: payload ExecRequest bytes, descriptors 0-2 attached
  kTerminal,  // <- the pty master of command id is attached
  kIdle,      // <- a system is ready and nothing runs in it; value = the last command it was asked for
  // client <-> supervisor: kExecute, kSignal, kContinue from the client, and kAbort to end everything inside; kStarted,
  // kFailed, kExited, kStopped, kTerminal back
  kAttach,  // -> the plan's own command as if it were the client's; value 1: with its terminal, until the client goes
};

struct Packet {
  Message kind = Message::kGo;
  std::uint32_t command = 0;  // 0 is the plan's own command
  std::int32_t value = 0;
  StepReport report;
};

inline constexpr std::size_t kPacketPayloadLimit = 128u << 10;  // encoded ExecRequest behind a Packet

// A command for a running sandbox. It gets the same walls as the first one; nothing here can widen them.
struct ExecRequest {
  bool has_terminal = false;             // give it a pty, its master comes back with kTerminal
  std::vector<std::string> environment;  // added to and overriding the plan's
  Command command;                       // program without a slash is looked up in the sandbox's PATH
  bool operator==(const ExecRequest&) const = default;
};

[[nodiscard]] std::string encode(const ExecRequest& request);
[[nodiscard]] Result<ExecRequest> decode_exec_request(std::string_view bytes);

}  // namespace hutch::plan
