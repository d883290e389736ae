#include <cstdlib>

#include "base/i18n.h"
#include "images/settings.h"
#include "images/verbs.h"

namespace hutch::images {

Result<Store> open_own_store() {
  const char* const data = std::getenv("XDG_DATA_HOME");
  const char* const home = std::getenv("HOME");
  std::string base;
  if (data != nullptr && *data == '/') {
    base = data;
  } else if (home != nullptr && *home == '/') {
    base = std::string(home) + "/.local/share";
  } else {
    return failure(ErrorKind::kUnavailable, _("there is no home directory: $HOME is not set"));
  }
  const HostPath root = TRY(HostPath::parse(base + "/hutch/images"));
  return Store::open(root);
}

Result<image::Record> find_by_any_name(const Store& store, const std::string& text) {
  auto exact = store.find_image(text);
  if (exact || exact.error().kind != ErrorKind::kNotFound) return exact;
  const image::Registries registries = TRY(read_registries());
  const auto name = image::resolve_name(registries, text);
  if (!name) return exact;
  auto found = store.find_image(name->str());
  return found ? std::move(found) : std::move(exact);
}

std::string familiar_name(const std::string& name) {
  const auto reference = image::parse_reference(name);
  return reference ? reference->familiar() : name;
}

}  // namespace hutch::images
