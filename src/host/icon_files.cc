#include "host/icon_files.h"

#include "core/desktop/badge.h"
#include "os/file.h"

namespace hutch::host {
namespace {

// Large ones first: a badge is drawn over 128 pixels.
constexpr const char* kPlaces[] = {"icons/hicolor/scalable/apps", "icons/hicolor/256x256/apps",
                                   "icons/hicolor/512x512/apps",  "icons/hicolor/128x128/apps",
                                   "icons/hicolor/64x64/apps",    "icons/hicolor/48x48/apps",
                                   "icons/hicolor/32x32/apps",    "pixmaps"};

}  // namespace

std::optional<HostPath> find_icon(const facts::Facts& facts, const std::string& icon) {
  if (icon.starts_with('/')) {
    auto path = HostPath::parse(icon);
    if (!path || !desktop::media_type_of(icon) || !os::exists(*path)) return std::nullopt;
    return std::move(*path);
  }
  if (icon.empty() || icon.find('/') != std::string::npos) return std::nullopt;
  const bool has_suffix = desktop::media_type_of(icon).has_value();  // against the specification, but seen
  std::vector<HostPath> directories = {facts.directories.data};
  directories.insert(directories.end(), facts.directories.data_search.begin(), facts.directories.data_search.end());
  for (const char* const place : kPlaces) {
    for (const HostPath& directory : directories) {
      for (const char* const suffix : {".svg", ".png"}) {
        auto path = (directory / place).join(icon + (has_suffix ? "" : suffix));
        if (path && os::exists(*path)) return std::move(*path);
      }
    }
  }
  return std::nullopt;
}

}  // namespace hutch::host
