// `explain` of whole profiles, as reviewed.
#include "core/profile/explain.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/profile/merge.h"
#include "core/profile/parse.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The reviewed text; HUTCH_UPDATE_GOLDEN=1 writes what the code says now, for review.
std::string golden(const std::string& name, const std::string& now) {
  const std::string path = std::string(HUTCH_GOLDEN) + "/" + name;
  if (std::getenv("HUTCH_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << now;
  return content(path);
}

// Files named "base/gtk.toml" and so on, relative to the directory they are read from.
std::vector<Layer> read(const std::string& directory, const std::vector<std::pair<std::string, Rank>>& files) {
  std::vector<Layer> layers;
  for (const auto& [name, rank] : files) {
    auto layer = parse(content(directory + "/" + name), name, rank);
    if (!layer) ADD_FAILURE() << layer.error().describe();
    if (layer) layers.push_back(std::move(*layer));
  }
  return layers;
}

void expect_reviewed(const std::string& name, const Profile& profile) {
  const auto sentences = explain(profile);
  const std::string text = format(profile, sentences);
  EXPECT_EQ(text, golden(name + ".txt", text));
  const std::string json = format_json(to_json(profile, sentences));
  EXPECT_EQ(json, golden(name + ".json", json));
}

Profile merged(const std::string& id, const std::vector<Layer>& layers, const Request& request) {
  auto profile = merge(*ProfileName::parse(id), layers, request);
  if (profile) return std::move(*profile);
  ADD_FAILURE() << profile.error().describe();
  return {};
}

Request request_of(const std::vector<std::pair<std::string, std::string>>& flags) {
  Request request;
  request.flags.origin.file = "command line";
  request.flags.rank = Rank::kCommandLine;
  for (const auto& [flag, value] : flags) EXPECT_TRUE(apply_flag(request.flags, flag, value)) << flag;
  return request;
}

TEST(ExplainGolden, Gedit) {
  const auto layers =
      read(HUTCH_PROFILES,
           {{"base/gui.toml", Rank::kBase}, {"base/gtk.toml", Rank::kBase}, {"apps/gedit.toml", Rank::kShipped}});
  expect_reviewed("gedit", merged("gedit", layers, {}));
}

TEST(ExplainGolden, Untrusted) {
  const auto layers = read(HUTCH_PROFILES, {{"base/untrusted.toml", Rank::kBase}});
  expect_reviewed("untrusted", merged("untrusted", layers, {}));
}

TEST(ExplainGolden, MpvOpenedUpOnTheCommandLine) {
  const auto layers = read(HUTCH_PROFILES, {{"base/gui.toml", Rank::kBase}, {"apps/mpv.toml", Rank::kShipped}});
  const Request request = request_of({{"network", "internet"},
                                      {"filesystem", "home:ro"},
                                      {"nofilesystem", "~/.ssh"},
                                      {"nofilesystem", "xdg-music"},
                                      {"socket", "x11"},
                                      {"talk-name", "org.freedesktop.Flatpak"},
                                      {"memory", "2G"},
                                      {"env", "MPV_HOME=/tmp/mpv"}});
  expect_reviewed("mpv-open", merged("mpv", layers, request));
}

TEST(ExplainGolden, EverySourceOfALayer) {
  const auto layers = read(HUTCH_GOLDEN, {{"layers/base.toml", Rank::kBase},
                                          {"layers/office.toml", Rank::kShipped},
                                          {"layers/office-admin.toml", Rank::kAdministrator},
                                          {"layers/office-override.toml", Rank::kOverride}});
  Request request = request_of({{"filesystem", "~/.ssh:ro"}});
  request.box = *BoxName::parse("work");
  expect_reviewed("office", merged("office", layers, request));
}

}  // namespace
}  // namespace hutch::profile
