// hutch-guest: what hutch does inside a toolbox, whatever the image has. Read-only at /run/hutch/hutch-guest; a copy of
// it, setuid root, is `sudo` in images without one.
#include <sys/auxv.h>

#include <array>
#include <string_view>

#include "guest/applets.h"
#include "guest/say.h"

namespace {

using namespace hutch::guest;

struct Applet {
  std::string_view name;
  int (*run)(const Call& call);
};
constexpr auto kApplets =
    std::to_array<Applet>({{"boot", boot}, {"enter", enter}, {"setup", set_up}, {"show", show}, {"sudo", sudo}});

}  // namespace

int main(int argc, char** argv, char** environment) {
  const std::string_view path = argc > 0 ? argv[0] : "";
  std::string_view name = path.substr(path.rfind('/') + 1);
  int used = 1;
  if (name != "sudo" && argc > 1) {
    name = argv[1];
    used = 2;
  }
  if (::getauxval(AT_SECURE) != 0) {  // who starts the setuid copy gets sudo and nothing else, under whatever name
    name = "sudo";
    used = 1;
  }
  Call call;
  for (int index = used; index < argc; ++index) call.words.emplace_back(argv[index]);
  for (char** variable = environment; *variable != nullptr; ++variable) call.environment.emplace_back(*variable);
  for (const Applet& applet : kApplets) {
    if (applet.name == name) return applet.run(call);
  }
  say("hutch-guest is started by hutch");
  return 125;
}
