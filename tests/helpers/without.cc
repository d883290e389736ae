// without NR[,NR...] PROGRAM [ARGUMENT...]: runs a program on a kernel that seems to lack some system calls (ENOSYS),
// to test what happens there. No preloading: a seccomp filter, inherited by everything started from here.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: without NR[,NR...] PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  std::vector<sock_filter> filter = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (char* text = argv[1]; *text != '\0';) {
    const auto number = static_cast<unsigned>(std::strtoul(text, &text, 10));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    if (*text == ',') ++text;
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    std::perror("without");
    return 2;
  }
  (void)::execv(argv[2], argv + 2);
  std::perror(argv[2]);
  return 2;
}
