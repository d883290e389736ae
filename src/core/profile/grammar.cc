#include "core/profile/grammar.h"

#include <algorithm>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/files.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// [A-Za-z_][A-Za-z0-9_]*: elements of interfaces, members, variable names.
bool is_identifier(std::string_view text) {
  if (text.empty() || is_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

Error refuse(const char* what, std::string_view text, std::string hint) {
  constexpr std::size_t kShown = 100;
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("'%s' is no valid %s"), text::printable(text.substr(0, kShown)).c_str(), what),
               .context = {},
               .hint = std::move(hint)};
}

Result<Value> read_word(Kind kind, std::string_view name) {
  if (find_word(kind, name) != nullptr) return Value{.name = std::string(name), .access = ""};
  const std::vector<std::string_view> known = names_of(kind);
  Error error{.kind = ErrorKind::kNotFound,
              .code = 0,
              .message = text::format(_("unknown %s '%s'"), noun(kind), text::printable(name.substr(0, 100)).c_str()),
              .context = {},
              .hint = {}};
  if (const auto near = text::nearest(name, known)) {
    error.hint = text::format(_("did you mean '%s'?"), std::string(*near).c_str());
  } else {
    std::vector<std::string> list(known.begin(), known.end());
    error.hint = text::format(_("known are: %s"), text::join(list, ", ").c_str());
  }
  return unexpected(std::move(error));
}

Result<Value> read_device(std::string_view name) {
  if (!name.starts_with("usb:")) return read_word(Kind::kDevice, name);
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto parts = text::split(std::string_view(lower).substr(4), ':');
  const auto is_id = [](std::string_view part) {
    return part.size() == 4 && part.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  if (parts.size() == 2 && is_id(parts[0]) && is_id(parts[1])) return Value{.name = lower, .access = ""};
  return unexpected(
      refuse(_("USB device"), name.substr(4), _("use VENDOR:PRODUCT, four hexadecimal digits each, as lsusb shows")));
}

// dbus-specification, "Valid Names": bus names, here without unique names, with ".*" allowed at the end.
bool is_bus_name(std::string_view name) {
  if (name.ends_with(".*")) name.remove_suffix(2);
  if (name.size() > 255) return false;
  const auto elements = text::split(name, '.');
  if (elements.size() < 2) return false;
  return std::all_of(elements.begin(), elements.end(), [](std::string_view element) {
    if (element.empty() || is_digit(element.front())) return false;
    return std::all_of(element.begin(), element.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
  });
}

// "*", "interface.*" or "interface.member"; an interface has two elements at least.
bool is_method(std::string_view method) {
  if (method == "*") return true;
  if (method.size() > 511) return false;
  auto elements = text::split(method, '.');
  if (elements.size() < 3) return false;
  if (elements.back() == "*") elements.pop_back();
  return std::all_of(elements.begin(), elements.end(), is_identifier);
}

// An object path, or one with "/*" behind it for everything below.
bool is_object_path(std::string_view path) {
  if (path == "/" || path == "/*") return true;
  if (path.ends_with("/*")) path.remove_suffix(2);
  if (path.empty() || path.front() != '/') return false;
  const auto elements = text::split(path.substr(1), '/');
  return std::all_of(elements.begin(), elements.end(), [](std::string_view element) {
    return !element.empty() &&
           std::all_of(element.begin(), element.end(), [](char c) { return is_letter(c) || is_digit(c); });
  });
}

Result<Value> read_bus(std::string_view name, std::string_view access) {
  if (!is_bus_name(name)) {
    return unexpected(
        refuse(_("bus name"), name, _("use a well-known name such as org.example.Name or org.example.*")));
  }
  constexpr std::string_view kCall = "call:";
  if (access == "see" || access == "talk" || access == "own") {
    return Value{.name = std::string(name), .access = std::string(access)};
  }
  if (!access.starts_with(kCall)) return unexpected(refuse(_("bus access"), access, _("use see, talk, own or call")));
  const std::string_view rule = access.substr(kCall.size());
  const std::size_t at = rule.find('@');
  const std::string_view method = rule.substr(0, at);
  const bool is_path_good = at == std::string_view::npos || is_object_path(rule.substr(at + 1));
  if (is_method(method) && is_path_good) return Value{.name = std::string(name), .access = std::string(access)};
  return unexpected(refuse(_("call rule"), rule, _("use interface.member, interface.* or *, then @/path or @/path/*")));
}

Result<Value> read_environment(std::string_view name, std::string_view access) {
  if (!is_identifier(name) || name.size() > 255) {
    return unexpected(refuse(_("variable name"), name, _("use letters, digits and _, not beginning with a digit")));
  }
  if (access.size() > kValueLimit || access.find('\0') != std::string_view::npos) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("the value of '%s' is too long or holds a NUL byte"), std::string(name).c_str()));
  }
  return Value{.name = std::string(name), .access = std::string(access)};
}

Result<Value> read_persist(std::string_view name) {
  const bool is_relative = !name.empty() && name.front() != '/' && name.front() != '~';
  const bool is_plain = text::printable(name) == name;
  if (is_relative && is_plain) {
    const auto path = HostPath::parse("/" + std::string(name));
    if (path && !path->is_root()) return Value{.name = path->str().substr(1), .access = ""};
  }
  return unexpected(refuse(_("directory to keep"), name, _("use a path relative to the home, without '..'")));
}

Result<Value> read_publish(std::string_view name) {
  const auto ports = text::split(name, ':');
  const auto is_port = [](std::string_view port) { return text::parse_number(port, 65535).value_or(0) != 0; };
  if (ports.size() == 2 && is_port(ports[0]) && is_port(ports[1])) {
    const auto outside = static_cast<unsigned>(*text::parse_number(ports[0], 65535));
    const auto inside = static_cast<unsigned>(*text::parse_number(ports[1], 65535));
    return Value{.name = text::format("%u:%u", outside, inside), .access = ""};
  }
  return unexpected(refuse(_("port rule"), name, _("use HOST:INSIDE, two port numbers")));
}

bool is_number_within(std::string_view text, unsigned long long least, unsigned long long most) {
  const auto number = text::parse_number(text, most);
  return number && *number >= least;
}

// What a limit's value has to look like, and the hint that says so.
struct LimitRule {
  bool is_good = false;
  const char* hint = "";
};

LimitRule judge_size(std::string_view name, std::string_view value) {
  const auto size = text::parse_size(value);
  const bool may_be_none = name == "swap" || name == "core";
  return {size && (*size > 0 || may_be_none), N_("use a size such as 512M or 2G")};
}

LimitRule judge_number(std::string_view name, std::string_view value) {
  if (name == "cpu-weight" || name == "io-weight") {  // systemd.resource-control(5)
    return {is_number_within(value, 1, 10000), N_("use a number from 1 to 10000")};
  }
  if (name == "tasks") {  // the kernel's largest pid_max
    return {is_number_within(value, 1, 4194304), N_("use a number from 1 to 4194304")};
  }
  if (name == "oom-score") {  // proc(5); lowering it takes a privilege
    return {is_number_within(value, 0, 1000), N_("use a number from 0 to 1000")};
  }
  // fs.nr_open as the kernel sets it
  return {is_number_within(value, 1, 1048576), N_("use a number from 1 to 1048576")};
}

bool is_domain(std::string_view name) {
  constexpr std::size_t kLongest = 32;
  return !name.empty() && name.size() <= kLongest &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

LimitRule judge_limit(std::string_view name, std::string_view value) {
  const bool is_size = name == "memory" || name == "memory-high" || name == "swap" || name == "core";
  const bool may_be_unlimited = (is_size && name != "core") || name == "cpu" || name == "tasks";
  if (may_be_unlimited && value == "infinity") return {true, ""};
  if (is_size) return judge_size(name, value);
  if (name == "io-read" || name == "io-write") {
    const std::size_t colon = value.rfind(':');
    const bool has_path = colon != std::string_view::npos;
    const bool is_path = !has_path || (HostPath::parse(value.substr(0, colon)) && text::printable(value) == value);
    const auto rate = text::parse_size(has_path ? value.substr(colon + 1) : value);
    return {is_path && rate && *rate > 0, N_("use a size such as 10M, for the home's disk, or PATH:10M for another")};
  }
  if (name == "cpu") {
    return {value.ends_with('%') && is_number_within(value.substr(0, value.size() - 1), 1, 100000),
            N_("use a percentage of one core such as 50% or 150%")};
  }
  if (name == "time" || name == "idle") {
    return {text::parse_duration(value).value_or(0) > 0, N_("use a time such as 90s, 30m, 8h or 2d")};
  }
  if (name == "oomd") return {value == "avoid" || value == "omit", N_("use avoid or omit")};
  if (name == "domain") return {is_domain(value), N_("use up to 32 lower-case letters and digits")};
  return judge_number(name, value);
}

Result<Value> read_limit(std::string_view name, std::string_view value) {
  (void)TRY(read_word(Kind::kLimit, name));
  const LimitRule rule = judge_limit(name, value);
  if (rule.is_good) return Value{.name = std::string(name), .access = std::string(value)};
  return unexpected(refuse(text::format(_("value of %s"), std::string(name).c_str()).c_str(), value, _(rule.hint)));
}

Result<Value> read_network(std::string_view mode) {
  if (mode != "share") (void)TRY(read_word(Kind::kNetwork, mode));
  return Value{.name = "network", .access = std::string(mode)};
}

}  // namespace

const char* noun(Kind kind) {
  switch (kind) {
    case Kind::kSocket:
      return _("socket");
    case Kind::kShare:
      return _("shared namespace");
    case Kind::kNetwork:
      return _("network mode");
    case Kind::kPublish:
      return _("port rule");
    case Kind::kDevice:
      return _("device");
    case Kind::kFile:
      return _("path");
    case Kind::kSessionBus:
    case Kind::kSystemBus:
      return _("bus name");
    case Kind::kPortal:
      return _("portal");
    case Kind::kFeature:
      return _("feature");
    case Kind::kEnvironment:
      return _("variable");
    case Kind::kPersist:
      return _("directory to keep");
    case Kind::kLimit:
      return _("limit");
  }
  return "";
}

Result<Value> read_value(Kind kind, std::string_view name, std::string_view access) {
  switch (kind) {
    case Kind::kNetwork:
      return read_network(access);
    case Kind::kPublish:
      return read_publish(name);
    case Kind::kDevice:
      return read_device(name);
    case Kind::kFile: {
      std::string path = TRY(read_path(name));
      return Value{.name = std::move(path), .access = TRY(read_access(access))};
    }
    case Kind::kSessionBus:
    case Kind::kSystemBus:
      return read_bus(name, access);
    case Kind::kEnvironment:
      return read_environment(name, access);
    case Kind::kPersist:
      return read_persist(name);
    case Kind::kLimit:
      return read_limit(name, access);
    case Kind::kSocket:
    case Kind::kShare:
    case Kind::kPortal:
    case Kind::kFeature:
      return read_word(kind, name);
  }
  return failure(ErrorKind::kInvalid, _("unknown kind"));
}

namespace {

// Parts between colons, "\\:" being a colon of its part.
std::vector<std::string> split_at_colons(std::string_view text) {
  std::vector<std::string> parts(1);
  for (std::size_t index = 0; index < text.size(); ++index) {
    const bool is_escaped = text[index] == '\\' && index + 1 < text.size() && text[index + 1] == ':';
    if (is_escaped) {
      parts.back() += ':';
      ++index;
    } else if (text[index] == ':') {
      parts.emplace_back();
    } else {
      parts.back() += text[index];
    }
  }
  return parts;
}

}  // namespace

Result<Value> read_file_value(std::string_view text) {
  std::vector<std::string> parts = split_at_colons(text);
  const std::string path = parts.front();
  parts.erase(parts.begin());
  std::string access = parts.empty() ? "rw" : text::join(parts, ":");
  if (access == "noexec") access = "rw:noexec";
  return read_value(Kind::kFile, path, access);
}

std::string write_path(std::string_view path) {
  std::string text;
  for (const char c : path) {
    if (c == ':') text += '\\';
    text += c;
  }
  return text;
}

Result<Value> read_call_value(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return unexpected(refuse(_("call rule"), text, _("use NAME=METHOD@PATH")));
  }
  return read_value(Kind::kSessionBus, text.substr(0, equals), "call:" + std::string(text.substr(equals + 1)));
}

namespace {

Result<std::string> read_revoked_path(std::string_view text) {
  if (text == "host:reset") return std::string("*");
  const std::vector<std::string> parts = split_at_colons(text);
  if (parts.size() == 1) return read_path(parts.front());
  return unexpected(refuse(_("path to take back"), text, _("name the path alone; write '\\:' for a colon of a path")));
}

}  // namespace

Result<std::string> read_revoked(Kind kind, std::string_view text) {
  if (text == "*" && kind != Kind::kNetwork) return std::string(text);
  switch (kind) {
    case Kind::kFile:
      return read_revoked_path(text);
    case Kind::kNetwork:
      return std::string("network");
    case Kind::kSessionBus:
    case Kind::kSystemBus: {
      const Value value = TRY(read_bus(text, "see"));
      return value.name;
    }
    case Kind::kEnvironment: {
      const Value value = TRY(read_environment(text, "unset"));
      return value.name;
    }
    case Kind::kLimit: {
      const Value value = TRY(read_word(Kind::kLimit, text));
      return value.name;
    }
    default: {
      const Value value = TRY(read_value(kind, text, ""));
      return value.name;
    }
  }
}

}  // namespace hutch::profile
