#include "images/uppers.h"

#include <stdio.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "core/toolbox/stack.h"
#include "os/file.h"

namespace hutch::images {
namespace {

constexpr std::size_t kStackLimit = 4u << 20;  // bytes
constexpr const char* kGone = "gone-";         // in staging/: what somebody removed

HostPath toolboxes_of(const Store& store) {
  return store.root().parent() / "toolboxes";
}

Result<std::vector<std::string>> names_in(const HostPath& directory) {
  auto names = os::list_directory(directory);
  if (!names && names.error().code == ENOENT) return std::vector<std::string>();
  return names;
}

Status set_aside(const Store& store, const HostPath& path) {
  const HostPath place = store.path("staging") / (kGone + random_name());
  if (::rename(path.c_str(), place.c_str()) == 0) return {};
  return unexpected(system_error(errno, text::format(_("cannot remove '%s'"), text::printable(path.str()).c_str())));
}

}  // namespace

Result<toolbox::Stack> read_stack(const Store& store, const std::string& name) {
  const HostPath file = toolboxes_of(store) / name / "stack.json";
  const std::string text = TRY(os::read_file(file, kStackLimit));
  return TRY_IN(file.str(), toolbox::parse_stack(text));
}

std::vector<std::string> trees_of(const std::vector<image::Digest>& base, const toolbox::Uppers& uppers) {
  std::vector<std::string> trees;
  for (auto upper = uppers.rbegin(); upper != uppers.rend(); ++upper) {
    trees.push_back(Worker::path("uppers/" + *upper + "/tree"));
  }
  for (auto layer = base.rbegin(); layer != base.rend(); ++layer) {
    trees.push_back(Worker::path("layers/" + layer->hex() + "/tree"));
  }
  return trees;
}

Result<std::set<std::string>> uppers_in_use(const Store& store) {
  std::set<std::string> used;
  for (const std::string& name : TRY(names_in(toolboxes_of(store)))) {
    if (name.starts_with('.')) continue;
    const toolbox::Stack stack = TRY(read_stack(store, name));
    used.merge(toolbox::uppers_of(stack));
  }
  return used;
}

Status set_aside_unused(const Store& store) {
  const std::set<std::string> used = TRY(uppers_in_use(store));
  for (const std::string& name : TRY(names_in(store.path("uppers")))) {
    if (!used.contains(name)) TRY(set_aside(store, store.path("uppers") / name));
  }
  // Toolboxes that are being made hold the store's lock; one that has a dot now is nobody's.
  for (const std::string& name : TRY(names_in(toolboxes_of(store)))) {
    if (name.starts_with('.')) TRY(set_aside(store, toolboxes_of(store) / name));
  }
  return {};
}

Result<std::uint64_t> sweep_uppers(Store& store, Worker& worker) {
  const bool is_alone = TRY(store.lock(os::LockKind::kExclusive));
  if (!is_alone) return 0;
  TRY(set_aside_unused(store));
  const std::vector<std::string> names = TRY(os::list_directory(store.path("staging")));
  const bool is_shared = TRY(store.lock(os::LockKind::kShared));
  if (!is_shared) return 0;
  std::uint64_t bytes = 0;
  for (const std::string& name : names) {
    if (!name.starts_with(kGone)) continue;
    image::Order order;
    order.act = image::Act::kMeasure;
    order.tree = Worker::path("staging/" + name);
    // What cannot be measured can be removed.
    if (const auto size = worker.perform(order)) bytes += size->bytes;
    order.act = image::Act::kRemove;
    TRY(worker.perform(std::move(order)));
  }
  return bytes;
}

}  // namespace hutch::images
