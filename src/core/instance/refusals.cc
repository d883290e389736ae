#include "core/instance/refusals.h"

#include <charconv>
#include <limits>

#include "base/text.h"

namespace hutch::instance {
namespace {

constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();

void add_call(Refusals& refusals, const std::vector<std::string_view>& words) {
  const auto number = text::parse_number(words[1], kMost);
  std::uint32_t architecture = 0;
  const char* const end = words[2].data() + words[2].size();
  if (!number || std::from_chars(words[2].data(), end, architecture, 16).ptr != end) return;
  refusals.list.push_back({.kind = Refusal::Kind::kSystemCall,
                           .number = static_cast<std::uint32_t>(*number),
                           .architecture = architecture});
}

void add_line(Refusals& refusals, const std::vector<std::string_view>& words) {
  if (words.size() < 2) return;
  const auto number = text::parse_number(words[1], std::numeric_limits<std::uint64_t>::max());
  if (words[0] == "unroutable" && number) refusals.unroutable += *number;
  if (words[0] == "blocked" && number) refusals.blocked += *number;
  if (words[0] == "more" && number) refusals.left_out += *number;
  if (words.size() < 3) return;
  if (words[0] == "times" && number) {
    const auto index = text::parse_number(words[2], kMost);
    if (index && *index < refusals.list.size()) refusals.list[static_cast<std::size_t>(*index)].times = *number;
  }
  if (words[0] == "call" && refusals.list.size() < kRefusalLimit) add_call(refusals, words);
  const bool is_bus_call = words[0] == "refused";
  if ((!is_bus_call && words[0] != "unseen") || refusals.list.size() >= kRefusalLimit) return;
  refusals.list.push_back({.kind = is_bus_call ? Refusal::Kind::kBusCall : Refusal::Kind::kUnseenName,
                           .name = std::string(words[1]),
                           .member = std::string(words[2])});
}

}  // namespace

Refusals parse_refusals(std::string_view text) {
  Refusals refusals;
  for (const std::string_view line : text::split(text, '\n')) add_line(refusals, text::split(line, ' '));
  return refusals;
}

}  // namespace hutch::instance
