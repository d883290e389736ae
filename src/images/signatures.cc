#include "images/signatures.h"

#include <cstdlib>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/lookaside.h"
#include "core/image/policy.h"
#include "images/settings.h"
#include "os/file.h"

namespace hutch::images {
namespace {

constexpr std::string_view kFile = "file://";

Status add_directory(const std::string& text, image::Lookaside& lookaside) {
  const HostPath directory = TRY(HostPath::parse(text));
  if (!os::exists(directory)) return {};
  for (const std::string& name : TRY(os::list_directory(directory))) {
    if (!name.ends_with(".yaml")) continue;
    const HostPath path = TRY(directory.join(name));
    const std::string bytes = TRY(os::read_file(path, image::kLookasideFileLimit));
    TRY(image::add_lookaside_file(lookaside, bytes, path.str()));
  }
  return {};
}

// The user's directory takes the place of the system's (containers-registries.d(5)).
Result<image::Lookaside> read_lookaside() {
  image::Lookaside lookaside;
  const std::string own = user_containers_directory() + "/registries.d";
  const auto directory = HostPath::parse(own);
  const bool has_own = directory && os::exists(*directory);
  TRY(add_directory(has_own ? own : "/etc/containers/registries.d", lookaside));
  return lookaside;
}

// Where skopeo and podman keep signatures of rootless users when no file says otherwise.
std::string usual_place() {
  const char* const data = std::getenv("XDG_DATA_HOME");
  const char* const home = std::getenv("HOME");
  if (data != nullptr && *data == '/') return std::string(kFile) + data + "/containers/sigstore";
  return home != nullptr && *home == '/' ? std::string(kFile) + home + "/.local/share/containers/sigstore"
                                         : std::string();
}

Result<std::optional<std::string>> read_signature_file(const std::string& url) {
  const HostPath path = TRY(HostPath::parse(std::string_view(url).substr(kFile.size())));
  if (!os::exists(path)) return std::nullopt;
  return TRY(os::read_file(path, image::kSignatureLimit));
}

Result<std::optional<std::string>> fetch_signature(Http& http, const Interrupt& interrupt, const Security& security,
                                                   const std::string& url) {
  Exchange exchange({.url = url}, security);
  TRY(http.begin(exchange));
  const bool has_ended = TRY(http.finish(exchange, interrupt.descriptor()));
  if (!has_ended) TRY(interrupt.check());
  const bool is_absent =
      exchange.line == Line::kFine && (exchange.response.status == 404 || exchange.response.status == 403);
  if (is_absent) return std::nullopt;
  if (exchange.line == Line::kFine && exchange.response.status == 200) return std::move(exchange.response.body);
  return failure(ErrorKind::kUnavailable, text::format(_("cannot talk to '%s': %s"), text::printable(url).c_str(),
                                                       text::printable(exchange.problem).c_str()));
}

}  // namespace

Result<std::vector<std::string>> find_signatures(Http& http, const Interrupt& interrupt, const Security& security,
                                                 const image::Reference& reference, const image::Digest& manifest) {
  const image::Lookaside lookaside = TRY(read_lookaside());
  std::string place = image::place_of_signatures(lookaside, reference);
  if (place.empty()) place = usual_place();
  std::vector<std::string> signatures;
  if (place.empty()) return signatures;
  const bool is_file = place.starts_with(kFile);
  const std::string origin = image::origin_of(place);
  if (!is_file && origin.empty()) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("signatures cannot be fetched from '%s'"), text::printable(place).c_str()));
  }
  Security allowed = security;
  allowed.allow_plain = !is_file && image::is_loopback(origin.substr(origin.find("//") + 2));
  for (int number = 1; number <= kSignatureCount; ++number) {
    const std::string url = image::signature_url(place, reference, manifest, number);
    auto bytes = is_file ? TRY(read_signature_file(url)) : TRY(fetch_signature(http, interrupt, allowed, url));
    if (!bytes) break;
    signatures.push_back(std::move(*bytes));
  }
  return signatures;
}

}  // namespace hutch::images
