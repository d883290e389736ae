// Desktop entries from anywhere: what is read is written back byte for byte; of what is led through hutch every command
// is, whoever reads it, and doing it twice says the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/desktop/exec.h"
#include "core/desktop/launcher.h"

namespace {

using namespace hutch;

void require(bool holds) {
  if (!holds) std::abort();
}

desktop::Launcher launcher() {
  return {.hutch = HostPath::literal("/opt/a b/hutch"), .app = "app", .box = {}, .icon = {}, .origin = {}};
}

std::optional<HostPath> find(const std::string& word) {
  if (word.size() % 2 == 0) return std::nullopt;
  return HostPath::literal("/usr/bin/it's 50%");
}

void check_commands(const desktop::KeyFile& file, const char* group_name) {
  for (const desktop::KeyGroup& group : file.groups) {
    if (group_name != nullptr && group.name != group_name) continue;
    for (const desktop::KeyLine& line : group.lines) {
      if (line.key != "Exec") continue;
      const auto words = desktop::split_command(line.value);
      // A quote without an end in the arguments is there before and after.
      if (!words) continue;
      require(words->size() > 3 && words->at(0) == "/opt/a b/hutch" && words->at(1) == "run");
      require(words->at(2).starts_with("--command=") && words->at(3) == "app");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  require(desktop::unescape(desktop::escape(text)) == text);
  (void)desktop::split_list(text);
  if (text.find('\0') == std::string::npos) {
    const auto words = desktop::split_command("x " + desktop::service_word(text));
    require(words && words->size() == 2 && words->at(1) == text);
  }
  const auto file = desktop::parse_key_file(text);
  if (!file) return 0;
  require(desktop::format(*file) == text);
  if (const auto entry = desktop::sandboxed_entry(*file, launcher(), find)) {
    const auto again = desktop::parse_key_file(desktop::format(*entry));
    require(again && *again == *entry);
    check_commands(*again, nullptr);
  }
  if (const auto service = desktop::sandboxed_service(*file, launcher(), find)) {
    const auto again = desktop::parse_key_file(desktop::format(*service));
    require(again && *again == *service);
    check_commands(*again, desktop::kServiceGroup);
  }
  return 0;
}
