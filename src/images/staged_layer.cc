#include "images/staged_layer.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "images/worker.h"

namespace hutch::images {
namespace {

constexpr mode_t kDirectoryMode = 0700;

Status make_plain_directory(const HostPath& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) != 0) {
    return unexpected(
        system_error(errno, text::format(_("cannot make the directory '%s'"), text::printable(path.str()).c_str())));
  }
  // An access list that new files inherit would become part of every image (acl(5)); most directories have none.
  (void)::removexattr(path.c_str(), "system.posix_acl_default");
  return {};
}

}  // namespace

Result<std::string> make_staged_layer(const Store& store) {
  const std::string name = "new-" + random_name();
  TRY(make_plain_directory(store.path("staging") / name));
  TRY(make_plain_directory(store.path("staging") / name / "tree"));
  return name;
}

Status publish_layer(const Store& store, const std::string& name, const image::Digest& chain) {
  const HostPath from = store.path("staging") / name;
  const HostPath to = store.path("layers") / chain.hex();
  if (::rename(from.c_str(), to.c_str()) == 0 || errno == EEXIST || errno == ENOTEMPTY) return {};
  return unexpected(system_error(errno, text::format(_("cannot keep the layer %s"), chain.str().c_str())));
}

Result<std::string> discard(const Store& store, const std::string& path) {
  std::string name = "gone-" + random_name();
  if (::rename(store.path(path).c_str(), (store.path("staging") / name).c_str()) == 0) return name;
  return unexpected(system_error(errno, text::format(_("cannot take '%s' out of the store"), path.c_str())));
}

bool has_own_id_only(const Store& store, const std::string& tree) {
  struct stat status {};
  // The root of a layer is root's, whoever that is outside.
  return ::stat(store.path(tree).c_str(), &status) == 0 && status.st_uid == ::geteuid();
}

image::Order unpack_order(const Store& store, const std::string& name, const std::vector<std::string>& lowers,
                          const image::Digest& diff_id) {
  image::Order order;
  order.act = image::Act::kUnpack;
  order.tree = Worker::path("staging/" + name + "/tree");
  for (auto lower = lowers.rbegin(); lower != lowers.rend(); ++lower) order.lowers.push_back(Worker::path(*lower));
  order.diff_id = diff_id;
  order.has_own_id_only = !lowers.empty() && has_own_id_only(store, lowers.front());
  return order;
}

}  // namespace hutch::images
