// Becomes the ordinary user the sandboxes are for, then runs the tests.
#include <grp.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

bool become_user() {
  if (::getuid() != 0) return true;
  const char* const wanted = std::getenv("HUTCH_TEST_USER");
  const char* const name = wanted == nullptr ? "hutchtest" : wanted;
  const passwd* const user = ::getpwnam(name);
  if (user == nullptr) {
    std::fprintf(stderr, "There is no user '%s' to run as; make one or set HUTCH_TEST_USER.\n", name);
    return false;
  }
  const bool is_done = ::initgroups(name, user->pw_gid) == 0 && ::setgid(user->pw_gid) == 0 &&
                       ::setuid(user->pw_uid) == 0 && ::setenv("HOME", user->pw_dir, 1) == 0;
  // The change of user has cleared it, and a child that is not dumpable cannot write its id maps (proc(5)).
  return is_done && ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!become_user()) return 1;
  return RUN_ALL_TESTS();
}
