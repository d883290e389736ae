// The box that a request means, and what moving an app's data in and out of it takes.
#pragma once

#include <string>
#include <vector>

#include "app/ask.h"
#include "core/facts/facts.h"
#include "core/profile/model.h"
#include "core/profile/request.h"
#include "host/boxes.h"

namespace hutch::app {

struct BoxedApp {
  profile::Profile profile;
  host::Box box;
  std::string title;  // what people call the app
};
[[nodiscard]] Result<BoxedApp> boxed_app(facts::Facts& facts, const profile::Request& request);
// kConflict while an instance of the box runs, or while the app runs outside of any.
[[nodiscard]] Status refuse_running(const facts::Facts& facts, const BoxedApp& app, bool also_outside);

// Brings these paths of the user's home into the box and remembers it.
[[nodiscard]] Status adopt(const facts::Facts& facts, const BoxedApp& app, const std::vector<std::string>& paths,
                           host::Transfer transfer);
// At a start: where the app's data is outside and nothing of it in its box, asks what is to become of it. Costs a few
// looks at the file system.
[[nodiscard]] Status offer_adoption(const facts::Facts& facts, const profile::Profile& profile);
// At an end: says which files the app made in the private home and offers to move them out. `home` is the box's,
// `since` the start of the run.
void offer_saved_files(const HostPath& home, host::Moment since, Channel channel);
// That some of the files are none to be moved out.
void tell_what_stays();

// "~/.mozilla", "~/.mozilla and ~/.cache/mozilla", "a, b and 5 more".
[[nodiscard]] std::string named(const std::vector<std::string>& things);

}  // namespace hutch::app
