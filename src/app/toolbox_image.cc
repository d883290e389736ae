// What toolboxes ask of hutch-images.
#include <fcntl.h>
#include <unistd.h>

#include "app/start.h"
#include "app/toolbox.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "host/queries.h"
#include "os/process.h"

namespace hutch::app {
namespace {

constexpr std::size_t kAnswerLimit = 1u << 20;

// Its errors are printed by itself.
Result<std::string> ask_images(std::vector<std::string> words) {
  const HostPath program = TRY(host::find_program("hutch-images"));
  words.insert(words.begin(), "hutch-images");
  os::Captured answer = TRY(os::run_and_capture(
      {.program = program, .arguments = std::move(words), .environment = host::own_environment()}, kAnswerLimit));
  if (answer.ending.was_signalled || answer.ending.value != 0) {
    return failure(ErrorKind::kSystem, _("the image store could not do its part"));
  }
  return std::move(answer.output);
}

Error broken_answer() {
  return Error{.kind = ErrorKind::kSystem,
               .code = 0,
               .message = _("the image store sent an answer that makes no sense"),
               .context = {},
               .hint = {}};
}

Result<ImageParts> read_parts(const Json& json) {
  ImageParts parts;
  const auto text = [&](const char* key) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  parts.manifest = TRY(image::Digest::parse(text("manifest")));
  parts.name = text("name");
  for (const char* const key : {"chain", "environment"}) {
    const auto list = json.find(key);
    if (list == json.end() || !list->is_array()) return unexpected(broken_answer());
    for (const Json& one : *list) {
      if (!one.is_string()) return unexpected(broken_answer());
      if (std::string_view(key) == "environment") {
        parts.environment.push_back(one.get<std::string>());
      } else {
        parts.chain.push_back(TRY(image::Digest::parse(one.get<std::string>())));
      }
    }
  }
  return parts;
}

}  // namespace

Result<ImageParts> hold_image(const std::string& name, const std::string& user) {
  const std::string answer = TRY(ask_images({"hold", "--", name, user}));
  const Json json = TRY(parse_json(answer));
  return read_parts(json);
}

Result<std::optional<ImageParts>> hold_image_if_present(const std::string& name, const std::string& user) {
  const std::string answer = TRY(ask_images({"hold", "--if-present", "--", name, user}));
  const Json json = TRY(parse_json(answer));
  if (json.is_null()) return std::optional<ImageParts>();
  return std::optional(TRY(read_parts(json)));
}

Result<int> have_images_do(std::vector<std::string> words) {
  const HostPath program = TRY(host::find_program("hutch-images"));
  words.insert(words.begin(), "hutch-images");
  os::Process process = TRY(os::Process::spawn({.program = program,
                                                .arguments = std::move(words),
                                                .environment = host::own_environment(),
                                                .descriptors = {},
                                                .new_session = false}));
  const os::Ending ending = TRY(process.wait());
  return ending.was_signalled ? kFailed : ending.value;
}

Status release_image(const std::string& manifest, const std::string& user) {
  if (manifest.empty()) return {};
  TRY(ask_images({"release", "--", manifest, user}));
  return {};
}

Result<std::uint64_t> sweep_store() {
  const std::string answer = TRY(ask_images({"sweep", "--"}));
  const Json json = TRY(parse_json(answer));
  const auto bytes = json.is_object() ? json.find("bytes") : json.end();
  if (bytes == json.end() || !bytes->is_number_unsigned()) return unexpected(broken_answer());
  return bytes->get<std::uint64_t>();
}

}  // namespace hutch::app
