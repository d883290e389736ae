#include "core/profile/explain.h"

#include <algorithm>

#include "samples.h"

namespace hutch::profile {
namespace {

std::vector<std::string> texts(const Profile& profile, Topic topic) {
  std::vector<std::string> all;
  for (const Sentence& sentence : explain(profile)) {
    if (sentence.topic == topic) all.push_back(sentence.text);
  }
  return all;
}

std::vector<std::string> risks(const Profile& profile) {
  std::vector<std::string> all;
  for (const Sentence& sentence : explain(profile)) {
    if (!sentence.risk.empty()) all.push_back(sentence.risk);
  }
  return all;
}

TEST(Explain, AnEmptyProfileSaysWhatItCannotDo) {
  const Profile profile = merged("x", {file_of("x", "")});
  const std::vector<Sentence> sentences = explain(profile);
  EXPECT_EQ(sentences.size(), 7u);
  for (const Sentence& sentence : sentences) EXPECT_TRUE(sentence.is_denial) << sentence.text;
  EXPECT_EQ(texts(profile, Topic::kNetwork), (std::vector<std::string>{"cannot use the network"}));
  EXPECT_TRUE(risks(profile).empty());
}

TEST(Explain, NoNetworkIsSaidOnceWithItsOrigin) {
  const Profile profile = merged("x", {file_of("x", "[permissions]\nnetwork = \"none\"\n")});
  EXPECT_EQ(texts(profile, Topic::kNetwork), (std::vector<std::string>{"may not use the network"}));
}

TEST(Explain, SoundMeansRecordingAsLongAsNothingFiltersIt) {
  const Profile quiet = merged("x", {file_of("x", "[permissions]\nsockets = [\"pulseaudio\"]\n")});
  EXPECT_EQ(risks(quiet), (std::vector<std::string>{"can record: PulseAudio without a microphone filter"}));
}

TEST(Explain, HiddenFilesAreDenialsAndNoRisk) {
  const Profile profile = merged(
      "x", {file_of("x", "[permissions]\nfiles = [\"~/a\", \"~/.ssh:hidden\", \"xdg-music/Live:ro:noexec\"]\n")});
  EXPECT_EQ(texts(profile, Topic::kFiles),
            (std::vector<std::string>{"may read 'Live' in your Music folder, but run nothing there",
                                      "may read and change ~/a", "does not see ~/.ssh"}));
  EXPECT_TRUE(risks(profile).empty());
}

TEST(Explain, AnX11ProgramIsNotSaidToBeBlind) {
  const Profile profile = merged("x", {file_of("x", "[permissions]\nsockets = [\"wayland\", \"fallback-x11\"]\n")});
  for (const std::string& text : texts(profile, Topic::kScreen)) EXPECT_EQ(text.find("cannot"), std::string::npos);
}

TEST(Explain, NothingSteersTheTerminal) {
  const Profile profile = merged("x", {file_of("x", "[permissions]\nenv = { A = \"\\u001b[2J\" }\n")});
  EXPECT_EQ(format(profile, explain(profile)).find('\x1b'), std::string::npos);
}

TEST(Explain, EveryKindHasASentence) {
  const Profile profile = merged("x", {file_of("x", "")},
                                 request_of({{"socket", "cups"},
                                             {"share", "ipc"},
                                             {"network", "host"},
                                             {"publish", "80:8080"},
                                             {"usb", "1234:5678"},
                                             {"filesystem", "host-etc:ro"},
                                             {"own-name", "a.b"},
                                             {"system-call", "a.b=a.b.c@/x"},
                                             {"portal", "print"},
                                             {"allow", "devel"},
                                             {"env", "A"},
                                             {"persist", "x"},
                                             {"memory", "1G"}}));
  for (const Sentence& sentence : explain(profile)) EXPECT_FALSE(sentence.text.empty());
  EXPECT_EQ(texts(profile, Topic::kLimits), (std::vector<std::string>{"at most 1G of memory"}));
}

}  // namespace
}  // namespace hutch::profile
