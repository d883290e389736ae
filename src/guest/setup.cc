// setup: makes an image fit for its user, from inside, before anybody is in it. Whatever is right already is left
// alone; nothing of the image is run or needed.
#include <sys/stat.h>

#include "guest/applets.h"
#include "guest/files.h"
#include "guest/settings.h"
#include "guest/setup_parts.h"

namespace hutch::guest {

int set_up(const Call&) {
  ::umask(0);
  auto settings = read_settings();
  if (!settings) {
    say(settings.error());
    return 1;
  }
  Work::tolerate(keep_directory("/etc", 0755));
  const Stamp before = read_stamp();
  Work work{.settings = std::move(*settings), .before = before, .after = before};
  work.after.is_there = true;
  const Status user = make_user(work);
  Work::tolerate(user);
  allow_administration(work.settings);
  name_machine(work);
  prepare_places(work.settings);
  fill_home(work.settings);
  write_profile(work);
  if (user && work.after != work.before) Work::tolerate(write_stamp(work.after));
  return user ? 0 : 1;
}

}  // namespace hutch::guest
