// What is different in a toolbox: against its image, or against a snapshot of it.
#include <algorithm>
#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "core/toolbox/changes.h"
#include "images/uppers.h"
#include "images/verbs.h"
#include "os/file.h"
#include "os/pipe.h"

namespace hutch::images {
namespace {

using toolbox::ChangeKind;

struct Answer {
  toolbox::Changes changes;
  std::uint64_t count = 0;  // of files, those that are not in `changes` included
};

Result<image::Order> order_for(const toolbox::Stack& stack, const std::string& snapshot) {
  image::Order order;
  order.act = image::Act::kTell;
  toolbox::Uppers uppers = stack.frozen;
  uppers.push_back(stack.upper);
  order.trees = trees_of(stack.base, uppers);
  order.lowers = trees_of(stack.base, {});
  if (snapshot.empty()) return order;
  const toolbox::Snapshot* const found = TRY(toolbox::find_snapshot(stack, snapshot));
  order.lowers = trees_of(found->base, found->frozen);
  return order;
}

Result<Answer> ask(Worker& worker, image::Order order) {
  os::Pipe pipe = TRY(os::make_pipe());
  TRY(worker.send(std::move(order), {pipe.write.get()}));
  pipe.write.reset();
  const auto bytes = os::read_all(pipe.read.get(), 2 * toolbox::kChangeBytesLimit);
  pipe.read.reset();  // a worker that says too much ends
  const image::Answer answer = TRY(worker.receive());
  if (!bytes) return unexpected(bytes.error());
  toolbox::Changes changes = TRY(toolbox::decode_changes(*bytes));
  std::ranges::sort(changes.files, {}, &toolbox::FileChange::path);
  std::ranges::sort(changes.packages, {}, &toolbox::PackageChange::name);
  return Answer{.changes = std::move(changes), .count = answer.entries};
}

const char* word_of(ChangeKind kind) {
  constexpr const char* kWords[] = {"added", "changed", "removed"};
  return kWords[static_cast<std::size_t>(kind)];
}

Json to_json(const Answer& answer) {
  Json files = Json::array();
  for (const toolbox::FileChange& one : answer.changes.files) {
    files.push_back({{"path", "/" + one.path}, {"change", word_of(one.kind)}});
  }
  Json packages = Json::array();
  for (const toolbox::PackageChange& one : answer.changes.packages) {
    packages.push_back({{"name", one.name}, {"change", word_of(one.kind)}, {"before", one.before}, {"now", one.now}});
  }
  return {{"packages", std::move(packages)},
          {"unread", answer.changes.unread},
          {"files", std::move(files)},
          {"count", answer.count}};
}

void print(const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);  // main() looks at what standard output took
}

std::string describe(const toolbox::PackageChange& change) {
  const std::string name = text::printable(change.name);
  const std::string before = text::printable(change.before);
  const std::string now = text::printable(change.now);
  if (change.kind == ChangeKind::kAdded) return text::format(_("package %s %s added\n"), name.c_str(), now.c_str());
  if (change.kind == ChangeKind::kRemoved) {
    return text::format(_("package %s %s removed\n"), name.c_str(), before.c_str());
  }
  return text::format(_("package %s %s, was %s\n"), name.c_str(), now.c_str(), before.c_str());
}

void print(const Answer& answer) {
  constexpr const char* kSigns = "+~-";
  for (const toolbox::PackageChange& one : answer.changes.packages) print(describe(one));
  for (const std::string& one : answer.changes.unread) {
    print(text::format(_("packages of %s: not read\n"), text::printable(one).c_str()));
  }
  for (const toolbox::FileChange& one : answer.changes.files) {
    print(text::format("%c /%s\n", kSigns[static_cast<std::size_t>(one.kind)], text::printable(one.path).c_str()));
  }
  if (answer.count > answer.changes.files.size()) {
    print(text::format(_("and %llu more\n"),
                       static_cast<unsigned long long>(answer.count - answer.changes.files.size())));
  }
}

}  // namespace

// TOOLBOX [SNAPSHOT]
Result<int> diff(const Words& words) {
  if (words.arguments.empty() || words.arguments.size() > 2) {
    return failure(ErrorKind::kUsage, _("diff takes a toolbox and a snapshot"));
  }
  const Store store = TRY(open_own_store());
  const toolbox::Stack stack = TRY(read_stack(store, words.arguments.front()));
  image::Order order = TRY(order_for(stack, words.arguments.size() == 2 ? words.arguments.back() : std::string()));
  Worker worker(store);
  const Answer answer = TRY(ask(worker, std::move(order)));
  if (words.has("json")) {
    print(format_json(to_json(answer)));
  } else {
    print(answer);
  }
  return 0;
}

}  // namespace hutch::images
