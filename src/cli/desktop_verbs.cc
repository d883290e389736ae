#include "cli/desktop_verbs.h"

#include "base/i18n.h"
#include "cli/acts.h"

namespace hutch::cli {
namespace {

const Option kJson = {.name = "json", .help = N_("print JSON")};
const Option kNoLegend = {.name = "no-legend", .help = N_("leave out the line of column names")};
const Option kNoPager = {.name = "no-pager", .help = N_("accepted for scripts: hutch never starts a pager")};

}  // namespace

std::vector<Verb> desktop_verbs() {
  return {
      {.name = "desktop export",
       .synopsis = "[OPTIONS] APP[@BOX]...|--all",
       .summary = N_("make the desktop start apps in their sandboxes"),
       .options = {{.name = "all", .help = N_("all apps that are installed and have a profile")},
                   {.name = "no-path", .help = N_("no commands in ~/.local/bin")},
                   kJson},
       .complete = Complete::kApps,
       .most = -1,
       .act = act_desktop_export},
      {.name = "desktop unexport",
       .synopsis = "[OPTIONS] APP[@BOX]...|--all",
       .summary = N_("put back what was there before an export"),
       .options = {{.name = "all", .help = N_("all exports")}, kJson},
       .complete = Complete::kApps,
       .most = -1,
       .act = act_desktop_unexport},
      {.name = "desktop refresh",
       .synopsis = "[OPTIONS] [APP[@BOX]...]",
       .summary = N_("write exports again from what is installed now"),
       .options = {kJson},
       .complete = Complete::kApps,
       .most = -1,
       .act = act_desktop_refresh},
      {.name = "desktop list",
       .synopsis = "[OPTIONS] [APP[@BOX]...]",
       .summary = N_("show the ways into apps, and which pass by their sandbox"),
       .options = {{.name = "all", .help = N_("also apps that are not exported")}, kJson, kNoLegend, kNoPager},
       .complete = Complete::kApps,
       .most = -1,
       .act = act_desktop_list},
  };
}

}  // namespace hutch::cli
