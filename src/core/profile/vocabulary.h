// The words of the permission language: which names each kind knows, how flags spell them, what they mean and risk.
// One table serves the parser, the command line, completion, lint and explain.
#pragma once

#include <string_view>
#include <vector>

#include "core/profile/model.h"

namespace hutch::profile {

enum class Risk : std::uint8_t { kNone, kData, kWeakening };

struct Word {
  Kind kind = Kind::kSocket;
  const char* name = "";
  const char* sentence = "";  // N_(): what the app may do, for explain
  Risk risk = Risk::kNone;
  const char* risk_sentence = "";  // N_(): for kData and kWeakening
};

[[nodiscard]] const std::vector<Word>& words();
[[nodiscard]] const Word* find_word(Kind kind, std::string_view name);
[[nodiscard]] std::vector<std::string_view> names_of(Kind kind);

// A flag of `run`, `plan`, `grant`, `revoke`, without the leading "--": "socket=wayland", "nofilesystem=home",
// "talk-name=org.x", "no-talk-name=org.x". Adds to grants or revokes of `layer` with rank and origin of the layer.
// Errors name the flag and offer a "did you mean".
[[nodiscard]] Status apply_flag(Layer& layer, std::string_view flag, std::string_view value);
// The flag that spells a grant, for messages, overrides and `plan`'s weakenings: "--socket=wayland".
[[nodiscard]] std::string spell(const Grant& grant);

struct Flag {
  const char* name;         // "socket"
  const char* placeholder;  // "NAME"
  const char* help;         // N_()
};
// Every flag apply_flag knows, in the order of the manual.
[[nodiscard]] const std::vector<Flag>& flags();

}  // namespace hutch::profile
