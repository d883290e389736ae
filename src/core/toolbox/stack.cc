#include "core/toolbox/stack.h"

#include <algorithm>
#include <utility>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"

namespace hutch::toolbox {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kNameLimit = 64;

Error broken(const char* key) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("a toolbox's stack has no usable '%s'"), key),
               .context = {},
               .hint = {}};
}

// Names of directories are hexadecimal digits: never a path.
bool is_upper(const std::string& name) {
  return !name.empty() && name.size() <= kNameLimit && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<std::string> text_at(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (found == json.end() || !found->is_string()) return unexpected(broken(key));
  return found->get<std::string>();
}

Result<std::int64_t> number_at(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (found == json.end() || !found->is_number_integer()) return unexpected(broken(key));
  return found->get<std::int64_t>();
}

Result<const Json*> list_at(const Json& json, const char* key, std::size_t limit) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (found == json.end() || !found->is_array() || found->size() > limit) return unexpected(broken(key));
  return &*found;
}

Result<std::string> upper_at(const Json& json, const char* key) {
  std::string name = TRY(text_at(json, key));
  if (!is_upper(name)) return unexpected(broken(key));
  return name;
}

Result<Uppers> uppers_at(const Json& json, const char* key) {
  Uppers uppers;
  for (const Json& one : *TRY(list_at(json, key, kDepthLimit))) {
    if (!one.is_string() || !is_upper(one.get<std::string>())) return unexpected(broken(key));
    uppers.push_back(one.get<std::string>());
  }
  return uppers;
}

Result<std::vector<image::Digest>> base_at(const Json& json, const char* key) {
  std::vector<image::Digest> base;
  for (const Json& one : *TRY(list_at(json, key, kDepthLimit))) {
    if (!one.is_string()) return unexpected(broken(key));
    base.push_back(TRY(image::Digest::parse(one.get<std::string>())));
  }
  return base;
}

Json to_json(const std::vector<image::Digest>& base) {
  Json list = Json::array();
  for (const image::Digest& digest : base) list.push_back(digest.str());
  return list;
}

Status check_depth(const Stack& stack) {
  if (stack.base.size() + stack.frozen.size() + 1 < kDepthLimit) return {};
  return failure(ErrorKind::kConflict, _("the toolbox has too many snapshots on top of each other"),
                 _("make an image of it (hutch toolbox export) and start a new one from that"));
}

void remember(Stack& stack, const std::string& act, std::int64_t now) {
  stack.past.push_back({.act = act, .left = now, .base = stack.base, .frozen = stack.frozen, .upper = stack.upper});
  if (stack.past.size() > kPastLimit) stack.past.erase(stack.past.begin());
}

}  // namespace

std::string format(const Stack& stack) {
  Json snapshots = Json::array();
  for (const Snapshot& one : stack.snapshots) {
    snapshots.push_back(
        {{"name", one.name}, {"created", one.created}, {"base", to_json(one.base)}, {"frozen", one.frozen}});
  }
  Json past = Json::array();
  for (const Past& one : stack.past) {
    past.push_back({{"act", one.act},
                    {"left", one.left},
                    {"base", to_json(one.base)},
                    {"frozen", one.frozen},
                    {"upper", one.upper}});
  }
  return format_json({{"version", kVersion},
                      {"base", to_json(stack.base)},
                      {"frozen", stack.frozen},
                      {"upper", stack.upper},
                      {"snapshots", std::move(snapshots)},
                      {"past", std::move(past)}});
}

Result<Stack> parse_stack(std::string_view text) {
  const Json json = TRY(parse_json(text));
  if (TRY(number_at(json, "version")) != kVersion) {
    return failure(ErrorKind::kInvalid, _("the toolbox was made by a newer hutch"));
  }
  Stack stack;
  stack.base = TRY(base_at(json, "base"));
  stack.frozen = TRY(uppers_at(json, "frozen"));
  stack.upper = TRY(upper_at(json, "upper"));
  for (const Json& one : *TRY(list_at(json, "snapshots", kSnapshotLimit))) {
    Snapshot snapshot;
    snapshot.name = TRY(text_at(one, "name"));
    snapshot.created = TRY(number_at(one, "created"));
    snapshot.base = TRY(base_at(one, "base"));
    snapshot.frozen = TRY(uppers_at(one, "frozen"));
    stack.snapshots.push_back(std::move(snapshot));
  }
  for (const Json& one : *TRY(list_at(json, "past", kPastLimit))) {
    Past past;
    past.act = TRY(text_at(one, "act"));
    past.left = TRY(number_at(one, "left"));
    past.base = TRY(base_at(one, "base"));
    past.frozen = TRY(uppers_at(one, "frozen"));
    past.upper = TRY(upper_at(one, "upper"));
    stack.past.push_back(std::move(past));
  }
  return stack;
}

Result<const Snapshot*> find_snapshot(const Stack& stack, const std::string& name) {
  const auto found = std::find_if(stack.snapshots.begin(), stack.snapshots.end(),
                                  [&](const Snapshot& snapshot) { return snapshot.name == name; });
  if (found != stack.snapshots.end()) return &*found;
  std::vector<std::string> names;
  for (const Snapshot& snapshot : stack.snapshots) names.push_back(text::printable(snapshot.name));
  return failure(ErrorKind::kNotFound, text::format(_("there is no snapshot '%s'"), text::printable(name).c_str()),
                 names.empty() ? std::string() : text::format(_("there are: %s"), text::join(names, ", ").c_str()));
}

Status take_snapshot(Stack& stack, const std::string& name, std::int64_t now, const std::string& upper) {
  TRY(check_depth(stack));
  const bool is_taken = std::any_of(stack.snapshots.begin(), stack.snapshots.end(),
                                    [&](const Snapshot& snapshot) { return snapshot.name == name; });
  if (is_taken) {
    return failure(ErrorKind::kConflict,
                   text::format(_("there is a snapshot '%s' already"), text::printable(name).c_str()));
  }
  if (stack.snapshots.size() >= kSnapshotLimit) return failure(ErrorKind::kConflict, _("there are too many snapshots"));
  freeze(stack, upper);
  stack.snapshots.push_back({.name = name, .created = now, .base = stack.base, .frozen = stack.frozen});
  return {};
}

Status roll_back(Stack& stack, const std::string& name, std::int64_t now, const std::string& upper) {
  const Snapshot snapshot = *TRY(find_snapshot(stack, name));
  remember(stack, "rollback", now);
  stack.base = snapshot.base;
  stack.frozen = snapshot.frozen;
  stack.upper = upper;
  return {};
}

void freeze(Stack& stack, const std::string& upper) {
  stack.frozen.push_back(std::exchange(stack.upper, upper));
}

Status undo(Stack& stack, std::int64_t now) {
  if (stack.past.empty()) return failure(ErrorKind::kNotFound, _("there is nothing to undo"));
  Past last = std::move(stack.past.back());
  stack.past.pop_back();
  remember(stack, last.act, now);
  stack.base = std::move(last.base);
  stack.frozen = std::move(last.frozen);
  stack.upper = std::move(last.upper);
  return {};
}

void change_base(Stack& stack, std::vector<image::Digest> base, const std::string& act, std::int64_t now,
                 const std::string& upper) {
  remember(stack, act, now);
  stack.base = std::move(base);
  stack.frozen.clear();
  stack.upper = upper;
}

Status begin_change(Stack& stack, const std::string& act, const std::string& snapshot, std::int64_t now,
                    const std::string& upper, const std::string& spare) {
  TRY(take_snapshot(stack, snapshot, now, upper));
  remember(stack, act, now);
  stack.past.back().upper = spare;
  return {};
}

std::set<std::string> uppers_of(const Stack& stack) {
  std::set<std::string> names(stack.frozen.begin(), stack.frozen.end());
  names.insert(stack.upper);
  for (const Snapshot& snapshot : stack.snapshots) names.insert(snapshot.frozen.begin(), snapshot.frozen.end());
  for (const Past& past : stack.past) {
    names.insert(past.frozen.begin(), past.frozen.end());
    names.insert(past.upper);
  }
  return names;
}

std::set<image::Digest> layers_of(const Stack& stack) {
  std::set<image::Digest> digests(stack.base.begin(), stack.base.end());
  for (const Snapshot& snapshot : stack.snapshots) digests.insert(snapshot.base.begin(), snapshot.base.end());
  for (const Past& past : stack.past) digests.insert(past.base.begin(), past.base.end());
  return digests;
}

}  // namespace hutch::toolbox
