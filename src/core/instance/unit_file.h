// Units of the user manager for an app: systemd.service(5), systemd.socket(5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::instance {

struct UnitFile {
  std::string name;  // without "hutch-" and the type
  std::string description;
  std::vector<std::string> command;  // argv, the program absolute
  std::string listen;                // ListenStream= of a socket that starts one instance a connection; empty: none
  std::string socket;          // ListenStream= of a socket that the app gets itself (sd_listen_fds(3)); empty: none
  std::string restart;         // Restart=; empty: systemd's default
  bool notifies = false;       // the app says itself when it is ready (sd_notify(3))
  std::uint64_t watchdog = 0;  // seconds within which it has to say that it is alive; 0: need not
};

// "hutch-NAME.service", "hutch-NAME@.service" behind a socket.
[[nodiscard]] std::string service_name(const UnitFile& unit);
[[nodiscard]] bool has_socket(const UnitFile& unit);
[[nodiscard]] std::string socket_name(const UnitFile& unit);
[[nodiscard]] std::string service_text(const UnitFile& unit);
[[nodiscard]] std::string socket_text(const UnitFile& unit);

// One word of ExecStart=, quoted so that systemd changes nothing in it.
[[nodiscard]] std::string quote_word(std::string_view word);

}  // namespace hutch::instance
