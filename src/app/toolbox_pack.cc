#include "app/start.h"
#include "app/toolbox.h"
#include "app/toolbox_carry.h"
#include "host/probe.h"

namespace hutch::app {

Result<int> diff_toolbox(const std::string& name, const std::string& snapshot, bool json) {
  const facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(find_toolbox(facts, name));
  std::vector<std::string> words = {"diff"};
  if (json) words.emplace_back("--json");
  words.insert(words.end(), {"--", toolbox.name.str()});
  if (!snapshot.empty()) words.push_back(snapshot);
  return image(words);
}

Result<int> pack_toolbox(const PackOptions& options) {
  const facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(find_toolbox(facts, options.name));
  const os::Fd lock = TRY(host::lock_toolbox(toolbox));
  std::vector<std::string> words = {"export"};
  if (!options.image.empty()) words.push_back("--image=" + options.image);
  if (!options.output.empty()) words.push_back("--output=" + options.output);
  if (options.uses_zstd) words.emplace_back("--zstd");
  if (options.json) words.emplace_back("--json");
  words.insert(words.end(), {"--", toolbox.name.str()});
  return have_images_do(std::move(words));
}

}  // namespace hutch::app
