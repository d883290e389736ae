#include "witness/proxy_log.h"

namespace hutch::witness {
namespace {

// The word at the front, without the blank behind it.
std::string_view take_word(std::string_view& line) {
  const std::size_t end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

}  // namespace

void ProxyLog::take(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      if (!is_too_long_) take_line({line_, size_});
      size_ = 0;
      is_too_long_ = false;
    } else if (size_ < sizeof line_) {
      line_[size_++] = c;
    } else {
      is_too_long_ = true;
    }
  }
}

void ProxyLog::note(std::string_view kind) {
  if (name_.empty()) return;
  Text line;
  line.word(kind).word(argument_.empty() ? name_.view() : argument_.view()).word(member_.view());
  tally_.note(line);
}

void ProxyLog::take_line(std::string_view line) {
  constexpr std::string_view kQuestion = "Filtering message due to arg0 ";
  if (line.starts_with("*HIDDEN*") || line.starts_with("*DENIED*")) {
    note("refused");
    name_.clear();
    return argument_.clear();
  }
  if (line.starts_with(kQuestion)) {
    line.remove_prefix(kQuestion.size());
    argument_.word(line.substr(0, line.find(", policy")));
    return;
  }
  if (!argument_.empty()) note("unseen");  // answered in the bus's place: there is no such name
  name_.clear();
  member_.clear();
  argument_.clear();
  if (!line.starts_with('C')) return;
  (void)take_word(line);
  if (take_word(line) != "->") return;
  const std::string_view name = take_word(line);
  const std::string_view kind = take_word(line);
  if (kind != "call" && kind != "signal") return;
  name_.word(name);
  member_.word(take_word(line));
}

}  // namespace hutch::witness
