// Collects what an importer understood: grants by the flag that spells them, and the account of each line.
#pragma once

#include "core/import/import.h"

namespace hutch::import {

class Writer {
 public:
  Writer(const ProfileName& id, const std::string& file);

  // Where the next entries come from.
  void at(const std::string& file, std::uint32_t line, std::string text);
  // One flag of `run`; a value it refuses is accounted for as dropped, with its message.
  bool grant(std::string_view flag, std::string_view value, Verdict verdict = Verdict::kExact, const char* reason = "");
  // A grant that no line says.
  void imply(std::string_view flag, std::string_view value, const char* reason);
  void note(Verdict verdict, const char* reason);

  [[nodiscard]] bool has(profile::Kind kind, std::string_view name) const;
  [[nodiscard]] profile::Layer& layer() { return imported_.layer; }
  [[nodiscard]] Imported take() &&;

 private:
  Imported imported_;
  Account current_;
};

}  // namespace hutch::import
