#include "images/words.h"

#include "base/i18n.h"

namespace hutch::images {

std::string Words::value(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

Result<Words> read_words(const std::vector<std::string>& words) {
  Words result;
  std::size_t index = 1;
  if (!words.empty()) result.verb = words.front();
  for (; index < words.size() && words[index] != "--"; ++index) {
    const std::string& word = words[index];
    const std::size_t equals = word.find('=');
    if (!word.starts_with("--")) break;
    result.options[word.substr(2, equals == std::string::npos ? equals : equals - 2)] =
        equals == std::string::npos ? std::string() : word.substr(equals + 1);
  }
  if (index >= words.size() || words[index] != "--") {
    return failure(ErrorKind::kUsage, _("hutch-images is started by hutch: hutch help image"));
  }
  result.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(index) + 1, words.end());
  return result;
}

}  // namespace hutch::images
