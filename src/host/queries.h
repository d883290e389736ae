// Questions that need a heavy library (libseccomp, sd-bus, glib), answered by `hutch-coordinator MODE` on demand so
// that `hutch` itself links none of them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/doctor/checks.h"
#include "core/plan/plan.h"

namespace hutch::host {

// The program that is running: hutch itself.
[[nodiscard]] Result<HostPath> own_program();
// The installed sibling programs: next to the running hutch in a build tree, else in libexec.
[[nodiscard]] Result<HostPath> find_program(const char* name);

// The variables of this process, as "NAME=value".
[[nodiscard]] std::vector<std::string> own_environment();

inline constexpr std::size_t kSeccompInstructionSize = 8;                            // struct sock_filter
inline constexpr std::size_t kSeccompProgramLimit = 4096 * kSeccompInstructionSize;  // BPF_MAXINSNS, seccomp(2)

// mode "seccomp": the encoded Plan on standard input, BPF on standard output.
[[nodiscard]] Result<std::string> ask_seccomp(const plan::Plan& plan);
// mode "desktop-entry ID": JSON {"id","name","exec":[...],"icon","startup_wm_class","dbus_activatable"}.
struct DesktopEntry {
  std::string id;
  std::string name;
  std::vector<std::string> command;  // Exec without field codes
  std::string snap;                  // its name, when the entry starts one
  std::string flatpak;
};
[[nodiscard]] Result<std::optional<DesktopEntry>> ask_desktop_entry(const std::string& id);
// mode "derive PROGRAM": the text of a derived profile, nothing for programs that show nothing.
[[nodiscard]] Result<std::string> ask_derived(const HostPath& program);
// mode "unpack IMAGE": an AppImage is unpacked, for find_unpacked(). What it has to say about a failure is printed.
[[nodiscard]] Status ask_unpacking(const HostPath& image);
// mode "documents APPID ro:PATH...": where the app finds files that the document portal hands over, in their order.
[[nodiscard]] Result<std::vector<std::string>> ask_documents(const AppId& app,
                                                             const std::vector<plan::DocumentGrant>& grants);
// mode "limit": new limits for a running unit. What it has to say about a failure is printed already.
[[nodiscard]] Status ask_limits(const std::string& unit, const plan::Limits& limits);
// modes "freeze" and "thaw"
[[nodiscard]] Status ask_freeze(const std::string& unit, bool is_frozen);
// mode "reload-bus": the session bus reads its service files again.
[[nodiscard]] Status ask_reload();
// mode "notify": a notification of the desktop (org.freedesktop.Notifications).
[[nodiscard]] Status ask_notify(const std::string& title, const std::string& text);
// mode "choose TITLE TEXT KEY=LABEL...": the same with buttons; the key of the one that was pressed, nothing when the
// notification went away without.
[[nodiscard]] Result<std::string> ask_choice(const std::string& title, const std::string& text,
                                             const std::vector<std::pair<std::string, std::string>>& choices);
// mode "syscalls": names of system calls by their architecture (AUDIT_ARCH_*) and number, in their order.
struct NumberedCall {
  std::uint32_t architecture = 0;
  std::uint32_t number = 0;
};
[[nodiscard]] Result<std::vector<std::string>> ask_call_names(const std::vector<NumberedCall>& calls);
// mode "doctor": JSON {"observations":[{"name","verdict","detail"}...]}: user manager, buses, proxy self-test, portals,
// Wayland security context.
[[nodiscard]] Result<std::vector<doctor::Observation>> ask_doctor();

}  // namespace hutch::host
