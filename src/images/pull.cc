#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "images/acquire.h"
#include "images/archive.h"
#include "images/credentials.h"
#include "images/import.h"
#include "images/registry.h"
#include "images/settings.h"
#include "images/trust.h"
#include "images/verbs.h"
#include "images/wish.h"

namespace hutch::images {
namespace {

Show show_of(const Words& words) {
  if (words.has("json")) return Show::kJson;
  return words.has("quiet") || ::isatty(STDERR_FILENO) == 0 ? Show::kNothing : Show::kLine;
}

Result<image::Platform> platform_of(const Words& words) {
  if (words.has("platform")) return image::parse_platform(words.value("platform"));
  utsname machine{};
  (void)::uname(&machine);  // cannot fail with a good pointer
  return image::platform_of_machine(machine.machine);
}

void announce(const Words& words, const image::Record& record) {
  if (words.has("json")) {
    const Json line = {{"event", "image"},
                       {"names", record.names},
                       {"digest", record.manifest.digest.str()},
                       {"source", record.source},
                       {"trust", record.trust}};
    (void)std::fprintf(stdout, "%s\n", format_json_line(line).c_str());  // main() looks at what standard output took
    return;
  }
  (void)std::fprintf(stdout, "%s\n", record.manifest.digest.str().c_str());  // as above
}

Result<int> bring(const Words& words, const Store& store, Source& source, std::vector<std::string> names,
                  const Interrupt& interrupt) {
  const PolicyFile policy = TRY(read_policy(words.value("policy")));
  Progress progress(show_of(words), text::printable(source.spelling()));
  const AcquireOptions options{.platform = TRY(platform_of(words)),
                               .names = std::move(names),
                               .judge = [&](Source& from, const Document& top, const Document& chosen) {
                                 return judge(policy, from, top, chosen);
                               }};
  const image::Record record =
      TRY_IN(text::printable(source.spelling()), acquire(store, source, options, progress, interrupt));
  announce(words, record);
  return 0;
}

}  // namespace

Result<RegistryOptions> registry_options(const Words& words) {
  return RegistryOptions{.registries = TRY(read_registries()),
                         .auth_files = TRY(auth_files(words.value("authfile"))),
                         .certificates = words.value("cert-dir"),
                         .insecure = words.has("insecure")};
}

namespace {

// Most texts that are no name are the place of an archive.
Result<image::Reference> name_to_pull(const RegistryOptions& options, std::string name) {
  constexpr std::string_view kRegistry = "docker://";
  if (name.starts_with(kRegistry)) name = name.substr(kRegistry.size());
  auto reference = image::resolve_name(options.registries, name);
  const bool is_place = name.starts_with('/') || name.starts_with('.') || name.find(":/") != name.npos;
  if (!reference && is_place && name.find("://") == name.npos) {
    reference.error().hint = _("'hutch image load' reads archives and directories");
  }
  return reference;
}

}  // namespace

Result<int> pull(const Words& words) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  Http http = TRY(Http::create());
  const RegistryOptions options = TRY(registry_options(words));
  const image::Reference reference = TRY(name_to_pull(options, words.arguments.front()));
  const Store store = TRY(open_own_store());
  // A mirror that sends wrong blobs, or breaks down half-way, is left for the next one, which sends what is missing.
  for (std::size_t place = 0;;) {
    const Opened opened = TRY(open_registry(http, interrupt, options, store, reference, place));
    auto brought = bring(words, store, *opened.source, {}, interrupt);
    const bool is_final = brought || !opened.has_next || brought.error().kind == ErrorKind::kDenied;
    if (is_final) return brought;
    TRY(interrupt.check());
    const std::string reason = text::printable(brought.error().describe());
    (void)std::fprintf(stderr, "hutch: %s\n", text::format(_("%s: trying the next place"), reason.c_str()).c_str());
    place = opened.next;
  }
}

Result<int> load(const Words& words) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  std::vector<std::string> names;
  if (words.has("name")) {
    const std::string said = words.value("name");
    names.push_back(TRY(image::parse_reference(said)).str());
  }
  const Store store = TRY(open_own_store());
  const auto source = TRY(open_archive(words.arguments.front(), store));
  return bring(words, store, *source, std::move(names), interrupt);
}

Result<int> import(const Words& words) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  const image::Reference name = TRY(image::parse_reference(words.arguments.back()));
  const Store store = TRY(open_own_store());
  const image::Platform platform = TRY(platform_of(words));
  const auto source = TRY(import_tree(store, words.arguments.front(), platform, interrupt));
  return bring(words, store, *source, {name.str()}, interrupt);
}

}  // namespace hutch::images
