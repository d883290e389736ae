// A toolbox as an image: the layers of its own image, and one more of all that was changed since.
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "core/image/config.h"
#include "core/image/derive.h"
#include "core/image/reference.h"
#include "images/acquire.h"
#include "images/interrupt.h"
#include "images/made.h"
#include "images/save.h"
#include "images/uppers.h"
#include "images/verbs.h"
#include "os/pipe.h"

namespace hutch::images {
namespace {

constexpr const char* kZstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd";
constexpr const char* kGzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

std::string time_now() {
  const std::time_t now = ::time(nullptr);
  std::tm parts{};
  char text[32];
  if (::gmtime_r(&now, &parts) == nullptr) return "1970-01-01T00:00:00Z";
  return std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0 ? text : "1970-01-01T00:00:00Z";
}

// The image whose layers are the lowest of the toolbox's.
Result<image::Record> find_base(const Store& store, const toolbox::Stack& stack) {
  for (const image::Record& record : TRY(store.images())) {
    const std::vector<image::Digest> chain = TRY(chain_ids(record.layers));
    if (chain == stack.base) return record;
  }
  return failure(ErrorKind::kNotFound, _("the image that the toolbox is made of is not in the store"));
}

// All that comes out of a pipe.
Status take(const os::Fd& pipe, BlobWriter& writer, const Interrupt& interrupt) {
  constexpr std::size_t kPiece = 256u << 10;
  std::string buffer(kPiece, '\0');
  while (true) {
    TRY(interrupt.check());
    const ssize_t count = ::read(pipe.get(), buffer.data(), buffer.size());
    if (count == 0) return {};
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read")));
    TRY(writer.append(std::string_view(buffer).substr(0, static_cast<std::size_t>(count))));
  }
}

// The new layer, whose blob is in the store afterwards.
Result<image::Layer> pack(const Store& store, const toolbox::Stack& stack, bool uses_zstd, const Interrupt& interrupt) {
  Worker worker(store);
  image::Order order;
  order.act = image::Act::kPack;
  toolbox::Uppers uppers = stack.frozen;
  uppers.push_back(stack.upper);
  order.trees = trees_of(stack.base, uppers);
  order.lowers = trees_of(stack.base, {});
  order.uses_zstd = uses_zstd;
  os::Pipe pipe = TRY(os::make_pipe());
  TRY(worker.send(std::move(order), {pipe.write.get()}));
  pipe.write.reset();
  BlobWriter writer = TRY(store.begin_new_blob());
  Status taken = take(pipe.read, writer, interrupt);
  pipe.read.reset();  // one that cannot be taken from ends
  const auto answer = worker.receive();
  TRY(std::move(taken));
  if (!answer) return unexpected(answer.error());
  TRY(writer.commit());
  return image::Layer{
      .blob = {.media_type = uses_zstd ? kZstdLayer : kGzipLayer, .digest = writer.digest(), .size = writer.size()},
      .diff_id = answer->diff_id};
}

Result<image::Record> enter_image(const Store& store, const image::Record& base, const image::Layer& layer,
                                  const std::string& toolbox, std::vector<std::string> names,
                                  const Interrupt& interrupt) {
  const std::string config = TRY(store.read_blob(base.config.digest, image::kConfigLimit));
  const image::Config parsed = TRY(image::parse_config(config));
  MadeImage made{.transport = "toolbox",
                 .place = toolbox,
                 .names = {},
                 .config = TRY(image::add_layer(
                     config, {.diff_id = layer.diff_id, .created = time_now(), .made_by = "hutch toolbox export"})),
                 .layers = {},
                 .files = {}};
  for (const image::Layer& one : base.layers) made.layers.push_back(one.blob);
  made.layers.push_back(layer.blob);
  const auto source = make_source(std::move(made), std::nullopt);
  Progress progress(Show::kNothing, {});
  // The user's own work comes from nobody whom a policy could ask about.
  const AcquireOptions options{
      .platform = parsed.platform,
      .names = std::move(names),
      .judge = [](Source&, const Document&, const Document&) -> Result<std::string> { return std::string(); }};
  return acquire(store, *source, options, progress, interrupt);
}

}  // namespace

// TOOLBOX: --image=NAME keeps it in the store, --output=FILE writes an archive of it. The caller keeps the toolbox
// idle.
Result<int> export_toolbox(const Words& words) {
  if (words.arguments.size() != 1) return failure(ErrorKind::kUsage, _("export takes a toolbox"));
  const Interrupt interrupt = TRY(Interrupt::watch());
  std::vector<std::string> names;
  if (words.has("image")) {
    const std::string said = words.value("image");
    names.push_back(TRY(image::parse_reference(said)).str());
  }
  const bool is_kept = !names.empty();
  const Store store = TRY(open_own_store());
  const std::string& toolbox = words.arguments.front();
  const toolbox::Stack stack = TRY(read_stack(store, toolbox));
  const image::Record base = TRY(find_base(store, stack));
  const image::Layer layer = TRY(pack(store, stack, words.has("zstd"), interrupt));
  const image::Record record = TRY(enter_image(store, base, layer, toolbox, std::move(names), interrupt));
  if (words.has("output")) TRY(save_archive(store, record, "oci-archive", words.value("output"), interrupt));
  const image::Record entered = TRY(store.find_image(record.manifest.digest.str()));
  if (entered.names.empty() && entered.users.empty()) TRY(store.remove_image(record.manifest.digest.str()));
  if (words.has("json")) {
    const Json line = {{"names", record.names}, {"digest", record.manifest.digest.str()}, {"size", layer.blob.size}};
    (void)std::fputs(format_json(line).c_str(), stdout);  // main() looks at what standard output took
  } else if (is_kept) {
    (void)std::fprintf(stdout, "%s\n", record.manifest.digest.str().c_str());  // as above
  }
  return 0;
}

}  // namespace hutch::images
