// Asks the policy about an image and checks the signatures it demands.
#pragma once

#include <string>

#include "core/image/policy.h"
#include "images/source.h"

namespace hutch::images {

struct PolicyFile {
  std::string place;  // for messages
  image::Policy policy;
};

// `named` when it is not "", else the user's, the system's, the shipped one.
[[nodiscard]] Result<PolicyFile> read_policy(const std::string& named);

// What let the image in, as `image list` shows it: "unchecked" when anything is accepted, "gpg:FINGERPRINT",
// "sigstore:KEYFILE". kDenied when the policy does not let it in.
[[nodiscard]] Result<std::string> judge(const PolicyFile& policy, Source& source, const Document& top,
                                        const Document& chosen);

}  // namespace hutch::images
