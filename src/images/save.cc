#include "images/save.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <set>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "core/image/manifest.h"
#include "core/image/reference.h"
#include "core/image/tar_header.h"
#include "images/bag.h"
#include "images/verbs.h"
#include "os/file.h"
#include "os/sha256.h"

namespace hutch::images {
namespace {

// A tar archive that is written from front to back.
class Writer {
 public:
  Writer(int fd, const Interrupt& interrupt) : fd_(fd), interrupt_(interrupt) {}

  [[nodiscard]] Status add(const std::string& name, std::string_view bytes) const {
    TRY(os::write_all(fd_, image::format_tar_header(name, bytes.size(), false)));
    TRY(os::write_all(fd_, bytes));
    return os::write_all(fd_, image::tar_padding(bytes.size()));
  }
  [[nodiscard]] Status add_directory(const std::string& name) const {
    return os::write_all(fd_, image::format_tar_header(name, 0, true));
  }
  [[nodiscard]] Status add_blob(const std::string& name, const Store& store, const image::Descriptor& blob) const {
    const Slice slice{.file = TRY(store.open_blob(blob.digest)), .offset = 0, .size = blob.size};
    TRY(os::write_all(fd_, image::format_tar_header(name, blob.size, false)));
    const auto write = [&](std::string_view bytes) -> Status {
      TRY(interrupt_.check());
      return os::write_all(fd_, bytes);
    };
    TRY(read_slice(slice, 0, write));
    return os::write_all(fd_, image::tar_padding(blob.size));
  }
  [[nodiscard]] Status end() const { return os::write_all(fd_, std::string(2 * image::kTarBlock, '\0')); }

 private:
  int fd_;
  const Interrupt& interrupt_;
};

std::string layout_name(const image::Digest& digest) {
  return "blobs/sha256/" + digest.hex();
}

// The descriptors of index.json: one for each name, one without when there is none.
image::Index index_of(const image::Record& record) {
  image::Index index{.media_type = image::kOciIndex, .manifests = {}, .annotations = {}};
  image::Descriptor entry = record.manifest;
  if (record.names.empty()) index.manifests.push_back(entry);
  for (const std::string& name : record.names) {
    entry.annotations = {{"org.opencontainers.image.ref.name", name}, {"io.containerd.image.name", name}};
    index.manifests.push_back(entry);
  }
  // Readers that want a single image take the first name.
  if (index.manifests.size() > 1) index.manifests.resize(1);
  return index;
}

Status write_layout(const Writer& writer, const Store& store, const image::Record& record) {
  TRY(writer.add("oci-layout", R"({"imageLayoutVersion":"1.0.0"})"));
  TRY(writer.add("index.json", image::format(index_of(record))));
  TRY(writer.add_directory("blobs/"));
  TRY(writer.add_directory("blobs/sha256/"));
  TRY(writer.add_blob(layout_name(record.manifest.digest), store, record.manifest));
  TRY(writer.add_blob(layout_name(record.config.digest), store, record.config));
  std::set<image::Digest> written;
  for (const image::Layer& layer : record.layers) {
    if (!written.insert(layer.blob.digest).second) continue;
    TRY(writer.add_blob(layout_name(layer.blob.digest), store, layer.blob));
  }
  return writer.end();
}

// What `docker load` reads. Layers stay as they are compressed: docker and podman look at their first bytes.
Status write_docker(const Writer& writer, const Store& store, const image::Record& record) {
  Json layers = Json::array();
  std::set<image::Digest> written;
  for (const image::Layer& layer : record.layers) {
    const std::string name = layer.blob.digest.hex() + ".tar";
    layers.push_back(name);
    if (written.insert(layer.blob.digest).second) TRY(writer.add_blob(name, store, layer.blob));
  }
  const std::string config = record.config.digest.hex() + ".json";
  TRY(writer.add_blob(config, store, record.config));
  Json tags = Json::array();
  for (const std::string& name : record.names) {
    const auto reference = image::parse_reference(name);
    if (reference && !reference->tag.empty()) tags.push_back(reference->repository() + ":" + reference->tag);
  }
  const Json manifest = Json::array({{{"Config", config}, {"RepoTags", tags}, {"Layers", layers}}});
  TRY(writer.add("manifest.json", format_json_line(manifest)));
  return writer.end();
}

Status demand_blobs(const Store& store, const image::Record& record) {
  for (const image::Layer& layer : record.layers) {
    if (store.has_blob(layer.blob.digest)) continue;
    return failure(ErrorKind::kNotFound,
                   text::format(_("layer '%s' is only there unpacked"), layer.blob.digest.str().c_str()),
                   _("pull the image again, which fetches what is missing"));
  }
  return {};
}

}  // namespace

Status save_archive(const Store& store, const image::Record& record, const std::string& format,
                    const std::string& target, const Interrupt& interrupt) {
  TRY(demand_blobs(store, record));
  if (format != "oci-archive" && format != "docker-archive") {
    return failure(ErrorKind::kUsage, text::format(_("no format '%s'"), text::printable(format).c_str()),
                   _("there are: oci-archive, docker-archive"));
  }
  const bool is_standard = target.empty() || target == "-";
  if (is_standard && ::isatty(STDOUT_FILENO) != 0) {
    return failure(ErrorKind::kUsage, _("an archive is nothing for a terminal"), _("name a file: --output FILE"));
  }
  const std::string beside = target + ".part";
  os::Fd file;
  if (!is_standard) {
    file = TRY(os::open_at(AT_FDCWD, beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644, 0));
  }
  const Writer writer(is_standard ? STDOUT_FILENO : file.get(), interrupt);
  Status written = format == "oci-archive" ? write_layout(writer, store, record) : write_docker(writer, store, record);
  if (is_standard) return written;
  if (written && ::fsync(file.get()) != 0) written = unexpected(system_error(errno, _("cannot write")));
  if (written && ::rename(beside.c_str(), target.c_str()) != 0) {
    written = unexpected(system_error(errno, text::format(_("cannot write '%s'"), text::printable(target).c_str())));
  }
  if (!written) (void)::unlink(beside.c_str());  // the first error matters
  return written;
}

Result<int> save(const Words& words) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  const Store store = TRY(open_own_store());
  const image::Record record = TRY(find_by_any_name(store, words.arguments.front()));
  const std::string format = words.has("format") ? words.value("format") : "oci-archive";
  TRY(save_archive(store, record, format, words.value("output"), interrupt));
  return 0;
}

}  // namespace hutch::images
