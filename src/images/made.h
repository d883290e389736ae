// An image whose manifest hutch makes itself: archives that have none (docker-archive), and imported root file systems.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/image/manifest.h"
#include "images/bag.h"
#include "images/source.h"

namespace hutch::images {

struct MadeImage {
  std::string transport;
  std::string place;
  std::vector<std::string> names;
  std::string config;                          // its bytes
  std::vector<image::Descriptor> layers;       // base first
  std::map<image::Digest, std::string> files;  // where in the bag a layer is; those not here are in the store already
};

[[nodiscard]] std::unique_ptr<Source> make_source(MadeImage image, std::optional<Bag> bag);

}  // namespace hutch::images
