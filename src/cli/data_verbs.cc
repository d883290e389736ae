#include "cli/data_verbs.h"

#include "app/data.h"
#include "base/i18n.h"
#include "cli/acts.h"

namespace hutch::cli {
namespace {

Result<app::DataRequest> data_request_of(const Parsed& parsed) {
  app::DataRequest request{.app = {},
                           .copies = parsed.has("copy"),
                           .moves = parsed.has("move"),
                           .saved = parsed.has("saved"),
                           .is_sure = parsed.has("yes"),
                           .to = parsed.value("to").value_or(""),
                           .from = parsed.arguments.size() > 1 ? parsed.arguments[1] : std::string()};
  TRY(read_app(parsed.arguments.front(), request.app));
  if (request.copies && request.moves) return failure(ErrorKind::kUsage, _("say --copy or --move, one of the two"));
  return request;
}

Result<int> act_list(const Parsed& parsed) {
  return app::list_data(parsed.arguments, {.json = parsed.has("json"), .legend = !parsed.has("no-legend")});
}

Result<int> act_adopt(const Parsed& parsed) {
  return app::adopt_data(TRY(data_request_of(parsed)));
}

Result<int> act_export(const Parsed& parsed) {
  return app::export_data(TRY(data_request_of(parsed)));
}

Result<int> act_import(const Parsed& parsed) {
  return app::import_data(TRY(data_request_of(parsed)));
}

Result<int> act_remove(const Parsed& parsed) {
  return app::remove_data(TRY(data_request_of(parsed)));
}

const Option kCopy = {.name = "copy", .help = N_("leave what is there, and copy it")};
const Option kMove = {.name = "move", .help = N_("move it")};

}  // namespace

std::vector<Verb> data_verbs() {
  return {
      {.name = "data list",
       .synopsis = "[OPTIONS] [APP[@BOX]...]",
       .summary = N_("list boxes: how much is in them, and what came from the home"),
       .options = {{.name = "json", .help = N_("print JSON")},
                   {.name = "no-legend", .help = N_("leave out the line of column names")},
                   {.name = "no-pager", .help = N_("accepted for scripts: hutch never starts a pager")}},
       .complete = Complete::kApps,
       .most = -1,
       .act = act_list},
      {.name = "data adopt",
       .synopsis = "--copy|--move APP[@BOX]",
       .summary = N_("bring the data an app has in the home into its box"),
       .options = {kCopy, kMove},
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .act = act_adopt},
      {.name = "data export",
       .synopsis = "[OPTIONS] APP[@BOX]",
       .summary = N_("give an app's data back to the home"),
       .options = {kCopy,
                   kMove,
                   {.name = "to",
                    .value = N_("DIRECTORY"),
                    .help = N_("put it there instead"),
                    .complete = Complete::kDirectories},
                   {.name = "saved", .help = N_("move out the files you saved, instead of the app's own")}},
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .act = act_export},
      {.name = "data import",
       .synopsis = "APP[@BOX] DIRECTORY",
       .summary = N_("copy what is in a directory into the home of a box"),
       .complete = Complete::kApps,
       .least = 2,
       .most = 2,
       .act = act_import},
      {.name = "data rm",
       .synopsis = "[OPTIONS] APP[@BOX]",
       .summary = N_("remove a box with all that is in it"),
       .options = {{.name = "yes", .help = N_("do not ask")}},
       .complete = Complete::kApps,
       .least = 1,
       .most = 1,
       .act = act_remove},
  };
}

}  // namespace hutch::cli
