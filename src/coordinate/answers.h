// Questions of the front end that need a heavy library; each answer is one document on standard output.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace hutch::coordinate {

// The encoded plan on standard input; struct sock_filter[].
[[nodiscard]] Result<std::string> answer_seccomp();
// JSON of the entry, {} when there is none.
[[nodiscard]] Result<std::string> answer_desktop_entry(const std::string& id);
// A derived profile as the text of a file; nothing for programs that show nothing.
[[nodiscard]] Result<std::string> answer_derive(const std::string& program);
// Arguments: an app id, then "ro:/path" or "rw:/path" for each file. JSON {"paths": [...]}: where the app finds them.
[[nodiscard]] Result<std::string> answer_documents(const std::vector<std::string>& arguments);
// Arguments "ARCHITECTURE:NUMBER", the first in hexadecimal; a line with the name of each.
[[nodiscard]] Result<std::string> answer_syscalls(const std::vector<std::string>& arguments);
// Arguments: title, text, "KEY=LABEL" for each button. The key of the one that was pressed within two minutes.
[[nodiscard]] Result<std::string> answer_choice(const std::vector<std::string>& arguments);
// JSON {"observations": [{"name", "verdict", "detail"}...]}.
[[nodiscard]] Result<std::string> answer_doctor();

// Shows a notification on the desktop.
[[nodiscard]] Status reload_bus();
[[nodiscard]] Status unpack(const std::string& image);
[[nodiscard]] Status notify(const std::string& title, const std::string& text);

}  // namespace hutch::coordinate
