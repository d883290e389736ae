#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "app/print.h"
#include "app/start.h"
#include "app/toolbox.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/overrides.h"
#include "host/probe.h"
#include "host/queries.h"
#include "os/file.h"
#include "os/process.h"

namespace hutch::app {
namespace {

Result<InstanceId> new_id() {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<unsigned char, 10> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return unexpected(system_error(errno, _("cannot get random numbers")));
  }
  std::string id = "tb";
  for (const unsigned char byte : random) id += kAlphabet[byte % kAlphabet.size()];
  return InstanceId::parse(id);
}

// "registry/library/debian:13" -> "debian-13"
std::string name_after(const std::string& image) {
  std::string_view last = image;
  last.remove_prefix(last.rfind('/') + 1);  // npos + 1 is 0
  last = last.substr(0, last.find('@'));
  std::string name;
  for (const char c : last) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                          c == '_' || c == '+' || c == '-';
    name += is_plain ? c : '-';
  }
  return name.empty() ? "toolbox" : name;
}

Status run_images(std::vector<std::string> words) {
  const HostPath program = TRY(host::find_program("hutch-images"));
  words.insert(words.begin(), "hutch-images");
  os::Process process = TRY(os::Process::spawn({.program = program,
                                                .arguments = std::move(words),
                                                .environment = host::own_environment(),
                                                .descriptors = {{STDERR_FILENO, STDOUT_FILENO}},
                                                .new_session = false}));
  const os::Ending ending = TRY(process.wait());
  if (!ending.was_signalled && ending.value == 0) return {};
  return failure(ErrorKind::kSystem, _("the image did not come"));
}

Result<HostPath> absolute(const std::string& path) {
  if (path.front() == '/') return HostPath::parse(path);
  char here[kPathLimit + 1];
  if (::getcwd(here, sizeof here) == nullptr) return unexpected(system_error(errno, _("cannot find the directory")));
  return TRY(HostPath::parse(here)).join(path);
}

// A path becomes an image of this name; anything else is one already, or is pulled.
Result<std::string> have_image(const std::string& image, const std::string& name) {
  if (image.find('/') == 0 || image.starts_with("./") || image.starts_with("../")) {
    const std::string called = "localhost/" + name + ":latest";
    const HostPath path = TRY(absolute(image));
    const bool is_layout = os::exists(path / "oci-layout");
    if (is_layout) {
      TRY(run_images({"load", "--name=" + called, "--", path.str()}));
    } else {
      TRY(run_images({"import", "--", path.str(), called}));
    }
    return called;
  }
  return image;
}

Result<ImageParts> hold_or_pull(const std::string& image, const std::string& user) {
  auto parts = TRY(hold_image_if_present(image, user));
  if (parts) return std::move(*parts);
  TRY(run_images({"pull", "--", image}));
  return hold_image(image, user);
}

Status refuse_taken(const facts::Facts& facts, const std::string& name) {
  if (!os::exists(host::toolboxes_directory(facts) / name)) return {};
  return failure(ErrorKind::kConflict, text::format(_("there is a toolbox '%s' already"), name.c_str()),
                 _("choose another name"));
}

// Adds it to what there is, while the caller holds the store and the image has its user.
Status add(const facts::Facts& facts, host::Toolbox& toolbox, const profile::Layer& permissions) {
  const bool is_plain = permissions.grants.empty() && permissions.revokes.empty();
  profile::Layer kept = permissions;
  kept.rank = profile::Rank::kOverride;
  const auto do_add = [&]() -> Status {
    toolbox.stack.upper = TRY(host::make_upper(facts));
    return host::add_toolbox(facts, toolbox, is_plain ? std::string() : host::override_text(kept));
  };
  auto added = do_add();
  if (!added) (void)release_image(toolbox.declared.manifest, toolbox.user());  // the first error matters
  return added;
}

Result<host::Toolbox> make(const facts::Facts& facts, const CreateOptions& options) {
  host::Toolbox toolbox;
  toolbox.name = TRY(BoxName::parse(options.name.empty() ? name_after(options.image) : options.name));
  TRY(refuse_taken(facts, toolbox.name.str()));
  toolbox.directory = host::toolboxes_directory(facts) / toolbox.name.str();
  toolbox::Toolbox& declared = toolbox.declared;
  declared.id = TRY(new_id());
  declared.profile = TRY(ProfileName::parse(options.profile));
  declared.hostname = options.hostname;
  declared.shell = options.shell;
  declared.has_init = options.has_init;
  declared.created = static_cast<std::int64_t>(::time(nullptr));
  const std::string image = TRY(have_image(options.image, toolbox.name.str()));
  const os::Fd store = TRY(host::hold_store(facts));  // no sweep takes the image for nobody's meanwhile
  ImageParts parts = TRY(hold_or_pull(image, toolbox.user()));
  declared.image = parts.name;
  declared.manifest = parts.manifest.str();
  declared.environment = std::move(parts.environment);
  toolbox.stack.base = std::move(parts.chain);
  declared.has_own_id_only = TRY(host::has_own_id_only(facts, toolbox.stack));
  TRY(add(facts, toolbox, options.permissions));
  return toolbox;
}

}  // namespace

Result<int> create_toolbox(const CreateOptions& options) {
  const facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(make(facts, options));
  if (options.json) {
    print_json({{"toolbox", toolbox.name.str()}, {"id", toolbox.declared.id.str()}, {"image", toolbox.declared.image}});
    return kSucceeded;
  }
  print_note(text::format(_("toolbox '%s' is made of %s; enter it: hutch enter %s"), toolbox.name.c_str(),
                          text::printable(toolbox.declared.image).c_str(), toolbox.name.c_str()));
  if (toolbox.declared.has_own_id_only) {
    print_note(
        _("it has your own id only, and that is root's: 'hutch doctor' says what this costs and how to have more"));
  }
  return kSucceeded;
}

// Shares all of the source's root as it is now, and none of its home.
Result<int> clone_toolbox(const std::string& name, const std::string& other) {
  const facts::Facts facts = TRY(host::probe());
  host::Toolbox source = TRY(host::read_toolbox(facts, name));
  host::Toolbox clone;
  clone.name = TRY(BoxName::parse(other));
  TRY(refuse_taken(facts, clone.name.str()));
  clone.directory = host::toolboxes_directory(facts) / clone.name.str();
  clone.declared = source.declared;
  clone.declared.id = TRY(new_id());
  clone.declared.created = static_cast<std::int64_t>(::time(nullptr));
  const profile::Layer permissions = TRY(host::read_override(source.permissions()));
  const os::Fd store = TRY(host::hold_store(facts));  // no sweep until the clone names what it shares
  TRY(hold_image(source.declared.manifest, clone.user()));
  const auto freeze = [&](toolbox::Stack& stack) -> Status {
    const std::string upper = TRY(host::make_upper(facts));
    toolbox::freeze(stack, upper);
    return {};
  };
  TRY(change_stack(facts, source, freeze));
  clone.stack.base = source.stack.base;
  clone.stack.frozen = source.stack.frozen;
  TRY(add(facts, clone, permissions));
  return kSucceeded;
}

Result<int> run_toolbox(const EnterOptions& options, const std::string& image) {
  const facts::Facts facts = TRY(host::probe());
  const InstanceId id = TRY(new_id());
  CreateOptions creation;
  creation.name = id.str();
  creation.image = image;
  const host::Toolbox toolbox = TRY(make(facts, creation));
  EnterOptions inside = options;
  inside.name = toolbox.name.str();
  auto status = enter(inside);
  TRY(remove_toolboxes({inside.name}, true));
  return status;
}

}  // namespace hutch::app
