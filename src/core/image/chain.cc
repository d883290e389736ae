#include "core/image/chain.h"

namespace hutch::image {

std::string chain_text(const Digest& parent, const Digest& diff_id) {
  return parent.str() + " " + diff_id.str();
}

}  // namespace hutch::image
