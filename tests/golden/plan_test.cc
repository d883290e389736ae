// Every shipped profile as a plan on a made-up host, compared with plan/NAME.txt and, for some, plan/NAME.json.
// HUTCH_UPDATE_GOLDEN=1 writes them anew; the change is then reviewed like code.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/json.h"
#include "base/text.h"
#include "core/plan/describe.h"
#include "core/profile/merge.h"
#include "core/profile/parse.h"
#include "fake_host.h"
#include "os/file.h"

namespace hutch::test {
namespace {

constexpr std::size_t kGoldenLimit = 1u << 20;
constexpr const char* kWithJson[] = {"cli", "gedit"};

HostPath source() {
  return HostPath::literal(HUTCH_SOURCE);
}

std::vector<std::string> names_in(const HostPath& directory) {
  auto names = os::list_directory(directory);
  EXPECT_TRUE(names) << directory.str();
  return names ? std::move(*names) : std::vector<std::string>();
}

std::vector<profile::Layer> shipped_layers() {
  std::vector<profile::Layer> layers;
  for (const auto& [directory, rank] :
       {std::pair("base", profile::Rank::kBase), std::pair("apps", profile::Rank::kShipped)}) {
    const HostPath folder = source() / "profiles" / directory;
    for (const std::string& name : names_in(folder)) {
      if (!name.ends_with(".toml")) continue;
      const auto text = os::read_file(folder / name, profile::kFileLimit);
      auto layer = profile::parse(*text, "profiles/" + std::string(directory) + "/" + name, rank);
      EXPECT_TRUE(layer) << (layer ? "" : layer.error().describe());
      if (layer) layers.push_back(std::move(*layer));
    }
  }
  return layers;
}

void add_lineage(const ProfileName& id, const std::vector<profile::Layer>& all, std::vector<profile::Layer>& layers) {
  for (const profile::Layer& layer : all) {
    const auto is_it = [&](const profile::Layer& other) { return other.origin.file == layer.origin.file; };
    if (layer.id != id || std::any_of(layers.begin(), layers.end(), is_it)) continue;
    layers.push_back(layer);
    for (const ProfileName& base : layer.extends) add_lineage(base, all, layers);
  }
}

// The profile with its bases, each once, as the front end would load them.
std::vector<profile::Layer> lineage_of(const ProfileName& id, const std::vector<profile::Layer>& all) {
  std::vector<profile::Layer> layers;
  add_lineage(id, all, layers);
  return layers;
}

void compare(const std::string& name, const std::string& text) {
  const HostPath file = source() / "tests/golden/plan" / name;
  if (std::getenv("HUTCH_UPDATE_GOLDEN") != nullptr) {
    const auto written = os::replace_file(file, text, 0644);
    ASSERT_TRUE(written) << written.error().describe();
    return;
  }
  const auto expected = os::read_file(file, kGoldenLimit);
  ASSERT_TRUE(expected) << expected.error().describe() << "\nwrite it with HUTCH_UPDATE_GOLDEN=1";
  const auto before = text::split(*expected, '\n');
  const auto after = text::split(text, '\n');
  for (std::size_t line = 0; line < std::max(before.size(), after.size()); ++line) {
    const std::string_view was = line < before.size() ? before[line] : "(end)";
    const std::string_view is = line < after.size() ? after[line] : "(end)";
    ASSERT_EQ(was, is) << name << ":" << line + 1
                       << ": if this is meant, write it anew with HUTCH_UPDATE_GOLDEN=1 and review the change";
  }
}

void check_profile(const profile::Layer& layer, const std::vector<profile::Layer>& all) {
  SCOPED_TRACE(layer.id.str());
  FakeHost host = FakeHost::desktop();
  const bool has_program = !layer.match.command.empty();
  const std::string program = has_program ? layer.match.command.front().str() : "/usr/bin/true";
  host.add_program(program);
  profile::Request request;
  request.arguments = {"Documents/letter.txt"};
  const auto merged = profile::merge(layer.id, lineage_of(layer.id, all), request);
  ASSERT_TRUE(merged) << merged.error().describe();
  request.files = {
      {.index = 0, .file = HostPath::literal("/home/alice/Documents/letter.txt"), .is_writable = merged->open == "rw"}};
  const auto plan = host.compose(*merged, request, launch_of(program, request.arguments));
  ASSERT_TRUE(plan) << plan.error().describe();
  compare(layer.id.str() + ".txt", plan::describe(*plan));
  if (std::find(std::begin(kWithJson), std::end(kWithJson), layer.id.str()) != std::end(kWithJson)) {
    compare(layer.id.str() + ".json", format_json(plan::to_json(*plan)));
  }
}

TEST(GoldenPlan, EveryShippedProfileComesToThePlanThatWasReviewed) {
  const std::vector<profile::Layer> all = shipped_layers();
  ASSERT_FALSE(all.empty());
  for (const profile::Layer& layer : all) check_profile(layer, all);
}

TEST(GoldenPlan, NoGoldenFileIsLeftBehindByAProfileThatIsGone) {
  const std::vector<profile::Layer> all = shipped_layers();
  for (const std::string& name : names_in(source() / "tests/golden/plan")) {
    const std::string id = name.substr(0, name.rfind('.'));
    const auto is_it = [&](const profile::Layer& layer) { return layer.id.str() == id; };
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), is_it)) << name;
  }
}

}  // namespace
}  // namespace hutch::test
