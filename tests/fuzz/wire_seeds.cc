// Writes the seeds for wire_fuzz: made afresh, since they hold the version and layout of this very build.
#include <cstdio>
#include <string>

#include "core/plan/wire.h"
#include "os/file.h"
#include "sample.h"

int main(int count, char** arguments) {
  using namespace hutch;
  if (count != 2) return 2;
  const auto directory = HostPath::parse(arguments[1]);
  if (!directory || !os::make_directories(*directory, 0755)) return 1;
  plan::Plan small;
  small.sandbox.steps = {plan::Dir{.target = BoxPath::literal("/a")}};
  const std::pair<const char*, std::string> seeds[] = {{"plan-full", plan::encode(test::full_plan())},
                                                       {"plan-small", plan::encode(small)},
                                                       {"request-empty", plan::encode(plan::ExecRequest{})},
                                                       {"request-full", plan::encode(test::full_request())},
                                                       {"sandbox-full", plan::encode(test::full_plan().sandbox)},
                                                       {"sandbox-small", plan::encode(small.sandbox)}};
  for (const auto& [name, bytes] : seeds) {
    if (!os::replace_file(*directory / name, bytes, 0644)) return 1;
  }
  return 0;
}
