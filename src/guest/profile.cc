#include "core/guest/environment.h"
#include "guest/files.h"
#include "guest/setup_parts.h"

namespace hutch::guest {
namespace {

constexpr const char* kPath = "/etc/profile.d/hutch.sh";

// /etc/profile sets the search path anew.
constexpr const char* kSearchPathPart =
    "# Written by hutch when the toolbox was made; change it as you like.\n"
    "case \":$PATH:\" in\n"
    "  *:/run/hutch/bin:*) ;;\n"
    "  *) PATH=$PATH:/run/hutch/bin ;;\n"
    "esac\n";

// bash: at the prompt, because ~/.bashrc sets PS1 after this, and exported, because a bash that is no login shell does
// not come here.
constexpr const char* kMarkerPart =
    "if [ -n \"${HUTCH_TOOLBOX-}\" ]; then\n"
    "  if [ -n \"${BASH_VERSION-}\" ]; then\n"
    "    case \"${PROMPT_COMMAND-}\" in\n"
    "      *HUTCH_TOOLBOX*) ;;\n"
    "      *) PROMPT_COMMAND='case $PS1 in \"[$HUTCH_TOOLBOX]\"*) ;; *) PS1=\"[$HUTCH_TOOLBOX] $PS1\" ;; esac'"
    "${PROMPT_COMMAND:+\"; $PROMPT_COMMAND\"} ;;\n"
    "    esac\n"
    "    export PROMPT_COMMAND\n"
    "  elif [ -n \"${ZSH_VERSION-}\" ]; then\n"
    "    eval 'hutch_mark() { case $PS1 in \"[$HUTCH_TOOLBOX]\"*) ;; *) PS1=\"[$HUTCH_TOOLBOX] $PS1\" ;; esac; }\n"
    "      precmd_functions+=(hutch_mark)'\n"
    "  elif [ -n \"${PS1-}\" ]; then\n"
    "    PS1=\"[$HUTCH_TOOLBOX] $PS1\"\n"
    "  fi\n"
    "fi\n";

}  // namespace

void write_profile(Work& work) {
  const std::string_view marker = work.settings.has_marker ? "yes" : "no";
  if (!is_directory("/etc/profile.d")) return;
  const bool is_changed = work.changes("marker", marker);
  const bool is_lost = is_there(kPath) && is_empty(kPath);  // a power cut, soon after it was written
  if (!is_changed && !is_lost) return;
  std::string text = kSearchPathPart;
  if (work.settings.has_marker) text += kMarkerPart;
  Work::tolerate(keep_text(kPath, text, 0644));
}

}  // namespace hutch::guest
