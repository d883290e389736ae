#include "images/upload.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "os/sha256.h"

namespace hutch::images {
namespace {

Error misled() {
  return Error{.kind = ErrorKind::kUnavailable,
               .code = 0,
               .message = _("the registry does not say where to upload to"),
               .context = {},
               .hint = {}};
}

// The place as the registry named it; on another host than the registry it would get no credentials, so it is refused.
Result<std::string> location_of(const Response& response) {
  const std::string location = response.header("location");
  if (location.starts_with('/') && !location.starts_with("//")) return location;
  if (image::origin_of(location).empty()) return unexpected(misled());
  return location;
}

std::string with_digest(const std::string& location, const image::Digest& digest) {
  return location + (location.find('?') == std::string::npos ? "?" : "&") +
         "digest=" + image::escape_query(digest.str());
}

}  // namespace

std::string Upload::scope() const {
  std::string scope = "repository:" + target_.path + ":pull,push";
  if (!mount_from_.empty()) scope += " repository:" + mount_from_ + ":pull";
  return scope;
}

Result<bool> Upload::is_there(const image::Digest& digest) {
  Request request{.method = "HEAD", .url = "/v2/" + target_.path + "/blobs/" + digest.str()};
  const Response response = TRY(session_.ask(std::move(request), scope()));
  if (response.status == 200) return true;
  if (response.status == 404) return false;
  return unexpected(session_.refusal(response, digest.str()));
}

Result<std::string> Upload::begin(const image::Digest& digest) {
  Request request{.method = "POST", .url = "/v2/" + target_.path + "/blobs/uploads/"};
  if (!mount_from_.empty()) {
    request.url += "?mount=" + image::escape_query(digest.str()) + "&from=" + image::escape_query(mount_from_);
  }
  const Response response = TRY(session_.ask(std::move(request), scope()));
  if (response.status == 201) return std::string();
  if (response.status != 202) return unexpected(session_.refusal(response, target_.repository()));
  constexpr std::uint64_t kLargest = 1ULL << 30;
  const auto least = text::parse_number(response.header("oci-chunk-min-length"), kLargest);
  piece_ = std::max<std::uint64_t>(kPieceSize, least.value_or(0));
  return location_of(response);
}

Result<std::string> Upload::send_pieces(const image::Descriptor& blob, std::string location) {
  const os::Fd file = TRY(store_.open_blob(blob.digest));
  progress_.begin(blob.digest, 0, blob.size);
  std::uint64_t at = 0;
  while (at < blob.size) {
    const std::uint64_t size = std::min(piece_, blob.size - at);
    Request request{.method = "PATCH", .url = location, .body_file = file.get(), .body_offset = at, .body_size = size};
    request.headers = {"Content-Type: application/octet-stream",
                       text::format("Content-Range: %llu-%llu", static_cast<unsigned long long>(at),
                                    static_cast<unsigned long long>(at + size - 1))};
    const Response response = TRY(session_.ask(std::move(request), scope()));
    if (response.status != 202) return unexpected(session_.refusal(response, blob.digest.str()));
    location = TRY(location_of(response));
    at += size;
    progress_.advance(blob.digest, at);
  }
  return location;
}

Status Upload::send(const image::Descriptor& blob) {
  const bool is_known = TRY(is_there(blob.digest));
  if (is_known) {
    progress_.present(blob.digest, blob.size);
    return {};
  }
  std::string location = TRY(begin(blob.digest));
  if (location.empty()) {
    progress_.present(blob.digest, blob.size);
    return {};
  }
  location = TRY(send_pieces(blob, std::move(location)));
  Request request{.method = "PUT", .url = with_digest(location, blob.digest)};
  const Response response = TRY(session_.ask(std::move(request), scope()));
  if (response.status != 201) return unexpected(session_.refusal(response, blob.digest.str()));
  progress_.complete(blob.digest);
  return {};
}

Status Upload::put_manifest(const std::string& bytes, const std::string& media_type) {
  const image::Digest digest = image::Digest::of_bytes(os::sha256(bytes));
  if (!target_.digest.empty() && target_.digest != digest) {
    return failure(ErrorKind::kInvalid, text::format(_("the image is '%s' and cannot be pushed under another digest"),
                                                     digest.str().c_str()));
  }
  Request request{.method = "PUT", .url = "/v2/" + target_.path + "/manifests/" + target_.version()};
  request.headers = {"Content-Type: " + media_type};
  request.body = bytes;
  const Response response = TRY(session_.ask(std::move(request), scope()));
  if (response.status != 201) return unexpected(session_.refusal(response, target_.str()));
  const std::string got = response.header("docker-content-digest");
  if (got.empty() || got == digest.str()) return {};
  return failure(ErrorKind::kInvalid, _("the registry keeps another manifest than it was sent"));
}

}  // namespace hutch::images
