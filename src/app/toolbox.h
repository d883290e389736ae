// What the verbs of toolboxes share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/verbs.h"
#include "core/image/digest.h"
#include "host/instances.h"
#include "host/toolboxes.h"

namespace hutch::app {

// The toolbox of this name; without one, the only one there is.
[[nodiscard]] Result<host::Toolbox> find_toolbox(const facts::Facts& facts, const std::string& name);
// Its sandbox, while somebody is inside.
[[nodiscard]] Result<std::optional<host::Running>> running_toolbox(const facts::Facts& facts,
                                                                   const host::Toolbox& toolbox);
// What a run of it would do.
[[nodiscard]] Result<plan::Plan> plan_toolbox(facts::Facts& facts, const host::Toolbox& toolbox);
// Starts it in the background, detached from this terminal. Its supervisor is ready to be connected to when this
// returns; what it has to say about a start that failed comes from messages(). Nothing is done when it runs already.
class StartingToolbox {
 public:
  [[nodiscard]] static Result<StartingToolbox> start(facts::Facts& facts, const host::Toolbox& toolbox);
  [[nodiscard]] bool is_ours() const { return static_cast<bool>(messages_); }
  [[nodiscard]] std::string messages() const;

 private:
  os::Fd messages_;
};

// One change of a stack: the toolbox is idle and is not started meanwhile, the store keeps the directories that are
// made, and one rename makes it so. `toolbox` is then as it was written.
[[nodiscard]] Status change_stack(const facts::Facts& facts, host::Toolbox& toolbox,
                                  const std::function<Status(toolbox::Stack& stack)>& change);

// Everything of it that is exported goes.
[[nodiscard]] Status take_back_exports(const facts::Facts& facts, const host::Toolbox& toolbox);

// Ends it, politely first.
[[nodiscard]] Status stop_toolbox(const facts::Facts& facts, const host::Toolbox& toolbox,
                                  std::chrono::milliseconds timeout);

// What an image gives to a toolbox that is made of it.
struct ImageParts {
  image::Digest manifest;
  std::string name;
  std::vector<image::Digest> chain;  // base first
  std::vector<std::string> environment;
};
// The store keeps the image as long as it has this user.
[[nodiscard]] Result<ImageParts> hold_image(const std::string& name, const std::string& user);
[[nodiscard]] Result<std::optional<ImageParts>> hold_image_if_present(const std::string& name, const std::string& user);
// hutch-images does this and says so; the value is its status.
[[nodiscard]] Result<int> have_images_do(std::vector<std::string> words);
[[nodiscard]] Status release_image(const std::string& manifest, const std::string& user);
// Removes what no toolbox needs any more. Returns the bytes that came free.
[[nodiscard]] Result<std::uint64_t> sweep_store();

}  // namespace hutch::app
