#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "core/image/config.h"
#include "images/progress.h"
#include "images/upload.h"
#include "images/verbs.h"
#include "images/wish.h"

namespace hutch::images {
namespace {

// The repository on the same registry that an image came from: its blobs may be mounted from there.
std::string mount_source(const image::Record& record, const image::Reference& target) {
  constexpr std::string_view kRegistry = "docker://";
  if (!record.source.starts_with(kRegistry)) return {};
  const auto from = image::parse_reference(std::string_view(record.source).substr(kRegistry.size()));
  const bool is_other = from && from->domain == target.domain && from->path != target.path;
  return is_other ? from->path : std::string();
}

Show show_of(const Words& words) {
  if (words.has("json")) return Show::kJson;
  return words.has("quiet") || ::isatty(STDERR_FILENO) == 0 ? Show::kNothing : Show::kLine;
}

Status push_all(Session& session, const Store& store, const image::Record& record, const image::Reference& target,
                Progress& progress) {
  Upload upload(session, store, target, mount_source(record, target), progress);
  std::vector<image::Descriptor> blobs = {record.config};
  for (const image::Layer& layer : record.layers) blobs.push_back(layer.blob);
  std::vector<image::Digest> sent;
  for (const image::Descriptor& blob : blobs) {
    if (std::find(sent.begin(), sent.end(), blob.digest) != sent.end()) continue;
    TRY(upload.send(blob));
    sent.push_back(blob.digest);
  }
  const std::string manifest = TRY(store.read_blob(record.manifest.digest, image::kManifestSizeLimit));
  return upload.put_manifest(manifest, record.manifest.media_type);
}

}  // namespace

Result<int> push(const Words& words) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  Http http = TRY(Http::create());
  const RegistryOptions options = TRY(registry_options(words));
  const Store store = TRY(open_own_store());
  const image::Record record = TRY(find_by_any_name(store, words.arguments.front()));
  std::string target = words.arguments.back();
  if (target.starts_with("docker://")) target = target.substr(9);
  if (words.arguments.size() == 1 && !record.names.empty()) target = record.names.front();
  const image::Reference reference = TRY(image::resolve_name(options.registries, target));
  const std::vector<image::Endpoint> endpoints = TRY(image::endpoints_of(options.registries, reference));
  const image::Endpoint& endpoint = endpoints.back();  // never a mirror
  Session session(http, interrupt, TRY(access_of(options, endpoint)));
  Progress progress(show_of(words), text::printable("docker://" + reference.str()));
  TRY_IN(reference.str(), push_all(session, store, record, endpoint.reference, progress));
  progress.clear();
  const std::string digest = record.manifest.digest.str();
  const Json line = {{"event", "image"}, {"name", reference.str()}, {"digest", digest}};
  (void)std::fprintf(stdout, "%s\n",  // main() looks at what standard output took
                     words.has("json") ? format_json_line(line).c_str() : digest.c_str());
  return 0;
}

}  // namespace hutch::images
