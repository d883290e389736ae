#include "core/instance/unit_file.h"

#include "base/text.h"

namespace hutch::instance {
namespace {

// A line's value: '%' is a specifier's, and a line has one line.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : text::printable(text)) {
    result += c;
    if (c == '%') result += c;
  }
  return result;
}

std::string command_line(const std::vector<std::string>& command) {
  std::vector<std::string> words;
  for (const std::string& word : command) words.push_back(quote_word(word));
  return text::join(words, " ");
}

}  // namespace

std::string service_name(const UnitFile& unit) {
  return "hutch-" + unit.name + (unit.listen.empty() ? ".service" : "@.service");
}

bool has_socket(const UnitFile& unit) {
  return !unit.listen.empty() || !unit.socket.empty();
}

std::string socket_name(const UnitFile& unit) {
  return "hutch-" + unit.name + ".socket";
}

std::string quote_word(std::string_view word) {
  std::string quoted = "\"";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      quoted += text::format("\\x%02x", byte);
    } else if (c == '"' || c == '\\') {
      quoted += std::string("\\") + c;
    } else if (c == '%' || c == '$') {
      quoted += std::string(2, c);  // specifiers and variables
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string service_text(const UnitFile& unit) {
  std::string text = "# Written by 'hutch unit', which writes it anew; changes belong into a drop-in.\n[Unit]\n";
  text += "Description=" + plain(unit.description) + "\nDocumentation=man:hutch(1)\n\n[Service]\n";
  text += std::string("Type=") + (unit.notifies ? "notify" : "exec") + "\n";
  text += "ExecStart=" + command_line(unit.command) + "\n";
  // The supervisor passes SIGTERM on to the app; what is left after that is killed.
  text += "KillMode=mixed\nSuccessExitStatus=143\n";
  if (unit.notifies) text += "NotifyAccess=all\n";
  if (unit.watchdog != 0) text += "WatchdogSec=" + std::to_string(unit.watchdog) + "\n";
  if (!unit.restart.empty()) text += "Restart=" + plain(unit.restart) + "\n";
  if (!unit.listen.empty()) return text + "StandardInput=socket\nStandardOutput=socket\nStandardError=journal\n";
  // One that has a socket is started by it.
  return unit.socket.empty() ? text + "\n[Install]\nWantedBy=default.target\n" : text;
}

std::string socket_text(const UnitFile& unit) {
  return "# Written by 'hutch unit', which writes it anew; changes belong into a drop-in.\n[Unit]\nDescription=" +
         plain(unit.description) + "\nDocumentation=man:hutch(1)\n\n[Socket]\nListenStream=" +
         text::printable(unit.listen.empty() ? unit.socket : unit.listen) +
         "\nAccept=" + (unit.listen.empty() ? "no" : "yes") + "\n\n[Install]\nWantedBy=sockets.target\n";
}

}  // namespace hutch::instance
