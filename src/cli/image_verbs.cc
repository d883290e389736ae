#include "cli/image_verbs.h"

#include <iterator>
#include <string>

#include "app/verbs.h"
#include "base/i18n.h"
#include "cli/parse.h"

namespace hutch::cli {
namespace {

const Option kJson = {.name = "json", .help = N_("print JSON")};
const Option kNoLegend = {.name = "no-legend", .help = N_("leave out the line of column names")};
const Option kNoPager = {.name = "no-pager", .help = N_("accepted for scripts: hutch never starts a pager")};
const Option kQuiet = {.name = "quiet", .letter = 'q', .help = N_("no progress")};
const Option kPlatform = {.name = "platform",
                          .value = N_("OS/ARCHITECTURE"),
                          .help = N_("the image for this platform instead of this computer's")};
const Option kPolicy = {.name = "policy",
                        .value = N_("FILE"),
                        .help = N_("the policy of trust, instead of the user's or the system's"),
                        .complete = Complete::kFiles};

// Of the verbs that talk to registries.
std::vector<Option> with_registry(std::vector<Option> options) {
  options.push_back({.name = "authfile",
                     .value = N_("FILE"),
                     .help = N_("credentials, instead of those podman and docker keep"),
                     .complete = Complete::kFiles});
  options.push_back({.name = "cert-dir",
                     .value = N_("DIRECTORY"),
                     .help = N_("certificates of the registry, instead of those in certs.d"),
                     .complete = Complete::kDirectories});
  options.push_back({.name = "insecure", .help = N_("talk without TLS, or to whoever answers")});
  return options;
}

Result<int> act(const char* verb, const Parsed& parsed) {
  std::vector<std::string> words = {verb};
  for (const auto& [name, values] : parsed.options) {
    if (name == "allow-root") continue;
    if (values.empty()) words.push_back("--" + name);
    for (const std::string& value : values) words.push_back("--" + name + "=" + value);
  }
  words.emplace_back("--");
  words.insert(words.end(), parsed.arguments.begin(), parsed.arguments.end());
  return app::image(words);
}

std::vector<Verb> incoming() {
  return {
      {.name = "image pull",
       .synopsis = "[OPTIONS] NAME",
       .summary = N_("get an image from a registry"),
       .options = with_registry({kPlatform, kPolicy, kQuiet, kJson}),
       .least = 1,
       .most = 1,
       .act = [](const Parsed& parsed) { return act("pull", parsed); }},
      {.name = "image load",
       .synopsis = "[OPTIONS] FILE|DIRECTORY|-",
       .summary = N_("get images from an archive or directory that 'save', podman, docker or skopeo wrote"),
       .options = {{.name = "name", .value = N_("NAME"), .help = N_("what to call the image")},
                   kPlatform,
                   kPolicy,
                   kQuiet,
                   kJson},
       .complete = Complete::kFiles,
       .least = 1,
       .most = 1,
       .act = [](const Parsed& parsed) { return act("load", parsed); }},
  };
}

Verb import_verb() {
  return {.name = "image import",
          .synopsis = "[OPTIONS] FILE|DIRECTORY|- NAME",
          .summary = N_("make an image of a root file system: a tar archive or a directory"),
          .options = {kPlatform, kPolicy, kQuiet, kJson},
          .complete = Complete::kFiles,
          .least = 2,
          .most = 2,
          .act = [](const Parsed& parsed) { return act("import", parsed); }};
}

std::vector<Verb> outgoing() {
  return {
      {.name = "image push",
       .synopsis = "[OPTIONS] NAME [TARGET]",
       .summary = N_("send an image to a registry"),
       .options = with_registry({kQuiet, kJson}),
       .complete = Complete::kImages,
       .least = 1,
       .most = 2,
       .act = [](const Parsed& parsed) { return act("push", parsed); }},
      {.name = "image save",
       .synopsis = "[OPTIONS] NAME",
       .summary = N_("write an image into an archive"),
       .options = {{.name = "output",
                    .letter = 'o',
                    .value = N_("FILE"),
                    .help = N_("the archive; standard output unless said otherwise"),
                    .complete = Complete::kFiles},
                   {.name = "format", .value = N_("FORMAT"), .help = N_("oci-archive, or docker-archive for docker")}},
       .complete = Complete::kImages,
       .least = 1,
       .most = 1,
       .act = [](const Parsed& parsed) { return act("save", parsed); }},
  };
}

std::vector<Verb> looking() {
  return {
      {.name = "image list",
       .synopsis = "[OPTIONS]",
       .summary = N_("list images and what vouches for them"),
       .options = {kJson, kNoLegend, kNoPager},
       .act = [](const Parsed& parsed) { return act("list", parsed); }},
      {.name = "image inspect",
       .synopsis = "[OPTIONS] NAME...",
       .summary = N_("show all about images"),
       .options = {kJson, kNoPager},
       .complete = Complete::kImages,
       .least = 1,
       .most = -1,
       .act = [](const Parsed& parsed) { return act("inspect", parsed); }},
      {.name = "image verify",
       .synopsis = "[OPTIONS] NAME...",
       .summary = N_("ask the policy of trust about images that are here"),
       .options = with_registry({kPolicy, kJson}),
       .complete = Complete::kImages,
       .least = 1,
       .most = -1,
       .act = [](const Parsed& parsed) { return act("verify", parsed); }},
      {.name = "image tag",
       .synopsis = "NAME NEW-NAME",
       .summary = N_("give an image one more name"),
       .complete = Complete::kImages,
       .least = 2,
       .most = 2,
       .act = [](const Parsed& parsed) { return act("tag", parsed); }},
      {.name = "image rm",
       .synopsis = "NAME...",
       .summary = N_("take names away, or with a digest whole images"),
       .complete = Complete::kImages,
       .least = 1,
       .most = -1,
       .act = [](const Parsed& parsed) { return act("rm", parsed); }},
  };
}

std::vector<Verb> tending() {
  return {
      {.name = "image check",
       .synopsis = "[OPTIONS]",
       .summary = N_("compare everything in the image store with its digest"),
       .options = with_registry(
           {{.name = "repair", .help = N_("take out what is damaged, and get it again")}, kPolicy, kJson}),
       .act = [](const Parsed& parsed) { return act("check", parsed); }},
      {.name = "image prune",
       .synopsis = "[OPTIONS]",
       .summary = N_("delete what no image needs"),
       .options = {{.name = "unpacked-blobs", .help = N_("also compressed layers that are unpacked")}, kJson},
       .act = [](const Parsed& parsed) { return act("prune", parsed); }},
      {.name = "image du",
       .synopsis = "[OPTIONS]",
       .summary = N_("say how much room images take, alone and shared"),
       .options = {kJson, kNoLegend, kNoPager},
       .act = [](const Parsed& parsed) { return act("du", parsed); }},
  };
}

}  // namespace

std::vector<Verb> image_verbs() {
  std::vector<Verb> all = incoming();
  all.push_back(import_verb());
  for (std::vector<Verb> more : {outgoing(), looking(), tending()}) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return all;
}

}  // namespace hutch::cli
