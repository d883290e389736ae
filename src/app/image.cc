#include <unistd.h>

#include <cerrno>

#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/queries.h"

namespace hutch::app {

Result<int> image(const std::vector<std::string>& words) {
  const HostPath program = TRY(host::find_program("hutch-images"));
  std::vector<std::string> arguments = {"hutch-images"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  (void)::execv(program.c_str(), pointers.data());
  return unexpected(system_error(errno, text::format(_("cannot start '%s'"), program.c_str())));
}

}  // namespace hutch::app
