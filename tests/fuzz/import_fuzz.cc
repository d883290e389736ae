// Files of other sandboxes from anywhere: whatever the bytes, what an importer makes of them is a profile that parses
// and composes no more than it says.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/import/import.h"
#include "core/profile/lint.h"
#include "core/profile/parse.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const hutch::import::Imported& imported) {
  const std::string text = hutch::profile::format_profile(imported.layer);
  if (text.size() > hutch::profile::kFileLimit) return;
  const auto layer = hutch::profile::parse(text, "app.toml", hutch::profile::Rank::kUser);
  if (!layer) std::fprintf(stderr, "%s\n%s\n", layer.error().describe().c_str(), text.c_str());
  // The one reason to refuse what was made: too much of it.
  require(layer.has_value() ||
          imported.layer.grants.size() + imported.layer.revokes.size() > hutch::profile::kGrantLimit);
  if (layer) (void)hutch::profile::lint(*layer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto name = hutch::ProfileName::parse("app");
  const auto include = [&](const std::string& file) -> std::optional<hutch::import::Included> {
    if (file.size() % 2 == 0) return std::nullopt;
    return hutch::import::Included{.file = "included", .text = text};
  };
  check(hutch::import::from_flatpak(text, "metadata", *name));
  if (text.size() < 4096) check(hutch::import::from_firejail(text, "app.profile", *name, include));
  if (const auto imported = hutch::import::from_bubblejail(text, "services.toml", *name)) check(*imported);
  return 0;
}
