// hutch-images: what `hutch image` does. It links the network and is therefore a program of its own; hutch parses the
// command line and becomes this program.
#include <clocale>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "images/verbs.h"

namespace hutch::images {
namespace {

struct Entry {
  const char* verb;
  Result<int> (*act)(const Words& words);
};
constexpr Entry kEntries[] = {{"check", check},   {"du", du},           {"prune", prune},
                              {"import", import}, {"inspect", inspect}, {"list", list},
                              {"load", load},     {"pull", pull},       {"push", push},
                              {"rm", rm},         {"save", save},       {"tag", tag},
                              {"verify", verify}, {"hold", hold},       {"release", release},
                              {"sweep", sweep},   {"diff", diff},       {"export", export_toolbox}};

Result<int> perform(const std::vector<std::string>& all) {
  const Words words = TRY(read_words(all));
  for (const Entry& entry : kEntries) {
    if (words.verb == entry.verb) return entry.act(words);
  }
  return failure(ErrorKind::kUsage, text::format(_("unknown verb '%s'"), text::printable(words.verb).c_str()));
}

int main_of(const std::vector<std::string>& words) {
  constexpr int kFailed = 1;
  constexpr int kMisused = 2;
  const Result<int> result = perform(words);
  if (!result) {
    const Error& error = result.error();
    (void)std::fprintf(stderr, "hutch: %s\n", text::printable(error.describe()).c_str());
    if (!error.hint.empty()) (void)std::fprintf(stderr, "%s %s\n", _("hint:"), text::printable(error.hint).c_str());
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    (void)std::fprintf(stderr, "hutch: %s\n", _("cannot write to standard output"));
    return kFailed;
  }
  if (result) return *result;
  return result.error().kind == ErrorKind::kUsage ? kMisused : kFailed;
}

}  // namespace
}  // namespace hutch::images

int main(int count, char** words) {
  (void)std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of the write
  (void)std::setlocale(LC_CTYPE, "");
  (void)std::setlocale(LC_MESSAGES, "");
  (void)bindtextdomain("hutch", HUTCH_LOCALEDIR);
  (void)textdomain("hutch");
  return hutch::images::main_of(std::vector<std::string>(words + (count > 0 ? 1 : 0), words + count));
}
