// An image in a registry (distribution specification): read from its mirrors and itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/image/registries.h"
#include "images/session.h"
#include "images/source.h"

namespace hutch::images {

// What the user said, and what the host's files say.
struct RegistryOptions {
  image::Registries registries;
  std::vector<HostPath> auth_files;
  std::string certificates;  // directory, instead of certs.d/HOST
  bool insecure = false;     // plain HTTP and unverified certificates for any host
};

// Who may be spoken to, and how.
[[nodiscard]] Result<Access> access_of(const RegistryOptions& options, const image::Endpoint& endpoint);

struct Opened {
  std::unique_ptr<Source> source;
  std::size_t next = 0;   // the endpoint to try when this one turns out to be no good
  bool has_next = false;  // there is one
};
// The image under the first endpoint that has it, from that with the number `first` on: mirrors come before the
// registry itself. `shown` is the name that was asked for. A manifest that `store` has is asked for with HEAD only,
// which registries do not count against what they let one fetch.
[[nodiscard]] Result<Opened> open_registry(Http& http, const Interrupt& interrupt, const RegistryOptions& options,
                                           const Store& store, const image::Reference& shown, std::size_t first = 0);

// The same without asking for the image: for the signatures of what is in the store already.
[[nodiscard]] Result<std::unique_ptr<Source>> registry_without_manifest(Http& http, const Interrupt& interrupt,
                                                                        const RegistryOptions& options,
                                                                        const image::Reference& shown);

}  // namespace hutch::images
