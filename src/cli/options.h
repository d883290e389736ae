// The command line as a table: parsing, help, completion and the manual's lint test all read it.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::cli {

class Parsed;

enum class Complete {
  kNothing,
  kApps,
  kInstances,
  kProfiles,
  kImages,
  kToolboxes,
  kFiles,
  kDirectories,
  kShells,
  kVerbs,
  kSignals
};

struct Option {
  const char* name;             // "cwd": spelled --cwd
  char letter = '\0';           // 'p': also -p
  const char* value = nullptr;  // N_(): what the value is called; null for a flag
  const char* help = "";        // N_()
  Complete complete = Complete::kNothing;
  bool repeats = false;
};

struct Verb {
  const char* name;                        // "run", "profile list"
  const char* synopsis;                    // what follows the name
  const char* summary;                     // N_()
  std::vector<Option> options;             // besides the common ones
  Complete complete = Complete::kNothing;  // its arguments
  int least = 0;                           // arguments
  int most = 0;                            // -1: any number
  bool takes_permissions = false;          // the flags of profile::flags() too
  bool takes_limits = false;               // of these flags the limits only
  bool takes_command = false;              // the first argument ends our options: the rest belongs to a command
  bool runs_program = false;               // exit status 125 and above are ours, below the program's
  bool is_harmless = false;                // also for root
  Result<int> (*act)(const Parsed& parsed);
};

[[nodiscard]] const std::vector<Verb>& verbs();
// Options of every verb: --help, --allow-root.
[[nodiscard]] const std::vector<Option>& common_options();
// All options of one verb in the order of the manual, permission flags last.
[[nodiscard]] std::vector<Option> options_of(const Verb& verb);
// The verb with this name; kUsage with a "did you mean".
[[nodiscard]] Result<const Verb*> find_verb(std::string_view name);

}  // namespace hutch::cli
