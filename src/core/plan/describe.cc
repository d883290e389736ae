#include "core/plan/describe.h"

#include <algorithm>

#include "base/overloaded.h"
#include "base/text.h"
#include "core/plan/rlimits.h"
#include "core/plan/words.h"

namespace hutch::plan {
namespace {

using text::format;
using text::printable;

std::string shown(const std::string& text) {
  return printable(text);
}
template <class Side>
std::string shown(const AbsolutePath<Side>& path) {
  return printable(path.str());
}

std::string size_text(std::uint64_t bytes) {
  const char* const kUnits[] = {"", "K", "M", "G", "T"};
  std::size_t unit = 0;
  for (; bytes != 0 && bytes % 1024 == 0 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  return format("%llu%s", static_cast<unsigned long long>(bytes), kUnits[unit]);
}

std::string joined(const std::vector<std::string>& words) {
  std::vector<std::string> safe;
  for (const std::string& word : words) safe.push_back(printable(word));
  return text::join(safe, " ");
}

std::string describe_bind(const Bind& bind) {
  std::string line = format("bind %s", shown(bind.source).c_str());
  if (bind.fallback) line += format(" or else %s", shown(*bind.fallback).c_str());
  if (bind.target.str() != bind.source.str()) line += format(" on %s", shown(bind.target).c_str());
  line += bind.access == BindAccess::kReadOnly ? ", read-only" : ", writable";
  if (!bind.executable) line += ", noexec";
  if (bind.devices) line += ", devices";
  if (bind.type != FileType::kDirectory) line += format(", %s", word_of(bind.type));
  return line;
}

class Text {
 public:
  void line(const std::string& text) { text_ += text + "\n"; }
  void field(const char* name, const std::string& value) { line(format("%-18s %s", name, value.c_str())); }
  void section(const char* name) { line(format("\n%s:", name)); }
  void entry(const std::string& text) { line("  " + text); }
  void list(const char* name, const std::vector<std::string>& entries) {
    if (entries.empty()) return;
    section(name);
    for (const std::string& text : entries) entry(printable(text));
  }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

std::string ranges_text(const std::vector<IdRange>& ranges) {
  std::vector<std::string> parts;
  for (const IdRange& range : ranges) parts.push_back(format("%u:%u:%u", range.inside, range.outside, range.count));
  return text::join(parts, " ");
}

void add_head(Text& out, const Plan& plan) {
  const Sandbox& sandbox = plan.sandbox;
  out.field("profile", plan.profile.str() + (plan.box.empty() ? "" : "@" + plan.box.str()));
  out.field("app id", plan.app.str());
  out.field("instance", plan.instance.str());
  out.field("command", joined(sandbox.command.arguments));
  out.field("program", shown(sandbox.command.program));
  out.field("directory", shown(sandbox.command.directory));
  out.field("terminal", sandbox.has_terminal ? "own" : "none");
  out.field("network", plan.network_mode);
  if (plan.scope) out.field("scope", shown(plan.scope->name) + " in " + shown(plan.scope->slice));
  for (const std::string& limit : limit_words(plan)) out.field("limit", limit);
  for (const std::string& flag : plan.weakenings) out.field("weakened by", printable(flag));
  for (const std::string& warning : plan.warnings) out.field("missing", printable(warning));
}

void add_namespaces(Text& out, const Sandbox& sandbox) {
  const Namespaces& namespaces = sandbox.namespaces;
  out.section("namespaces");
  out.entry("own " + text::join(namespace_words(namespaces), " "));
  if (namespaces.uts) out.entry("host name " + shown(namespaces.hostname));
  if (namespaces.time) out.entry(format("clock offset %lld s", static_cast<long long>(namespaces.boottime_offset)));
  out.entry(format("uid %u, gid %u%s", namespaces.uid, namespaces.gid, namespaces.maps_to_root ? ", as root" : ""));
  if (!namespaces.uid_ranges.empty()) out.entry("uids " + ranges_text(namespaces.uid_ranges));
  if (!namespaces.gid_ranges.empty()) out.entry("gids " + ranges_text(namespaces.gid_ranges));
}

void add_root(Text& out, const Sandbox& sandbox) {
  if (!sandbox.system) return out.entry(format("root, %s", size_text(sandbox.root_size).c_str()));
  for (const HostPath& layer : sandbox.system->lowers) out.entry("root of layer " + shown(layer));
  out.entry("root writable in " + shown(sandbox.system->upper));
}

void add_walls(Text& out, const Plan& plan) {
  const Sandbox& sandbox = plan.sandbox;
  out.section("walls");
  const SeccompPolicy& seccomp = plan.seccomp;
  out.entry(format("seccomp: %zu calls allowed%s%s%s", seccomp.allowed.size(),
                   seccomp.allows_new_userns ? ", user namespaces" : "", seccomp.allows_ptrace ? ", ptrace" : "",
                   seccomp.foreign_abi ? ", 32-bit calls" : ""));
  if (!seccomp.answer_success.empty()) {
    out.entry("done without doing anything: " + text::join(seccomp.answer_success, " "));
  }
  out.entry("socket families " + numbers_text(seccomp.socket_families));
  const Landlock& landlock = sandbox.landlock;
  out.entry(format("landlock: %s%s%s", landlock.files ? "files" : "no files", landlock.scope_signals ? ", signals" : "",
                   landlock.scope_abstract ? ", abstract sockets" : ""));
  if (sandbox.capabilities != 0) {
    out.entry(format("capabilities at most %#llx", static_cast<unsigned long long>(sandbox.capabilities)));
  }
  for (const LandlockRule& rule : landlock.rules) {
    out.entry(format("landlock %s %s", word_of(rule.access), shown(rule.path).c_str()));
  }
  for (const NetworkRule& rule : sandbox.network_rules) {
    out.entry(format("network %s %s/%u", rule.allow ? "allow" : "block", shown(rule.address).c_str(), rule.prefix));
  }
  for (const ResourceLimit& limit : sandbox.resource_limits) {
    out.entry(format("%s at most %llu, %llu", name_of_limit(limit.resource),
                     static_cast<unsigned long long>(limit.soft), static_cast<unsigned long long>(limit.hard)));
  }
  for (const NamespaceLimit& limit : sandbox.namespace_limits) {
    out.entry(format("%s %u", shown(limit.name).c_str(), limit.value));
  }
}

void add_helper(Text& out, const Helper& helper) {
  std::visit(
      overloaded{
          [&](const BusProxy& proxy) {
            for (const ProxiedBus& bus : proxy.buses) {
              out.entry(format("%s bus from %s", word_of(bus.bus), shown(bus.address).c_str()));
              for (const std::string& rule : bus.rules) out.entry("  " + printable(rule));
            }
            if (proxy.names) out.entry("names of the box: " + joined(proxy.names->command.arguments));
          },
          [&](const Pasta& pasta) { out.entry("pasta: " + shown(pasta.program) + " " + joined(pasta.arguments)); },
          [&](const WaylandContext& context) {
            out.entry("wayland socket " + shown(context.socket) + " of " + shown(context.compositor));
          },
          [&](const Documents& documents) {
            out.entry("document portal");
            for (std::size_t index = 0; index < documents.grants.size(); ++index) {
              const DocumentGrant& grant = documents.grants[index];
              out.entry(format("  <document:%zu> %s, %s", index, shown(grant.file).c_str(),
                               grant.is_writable ? "writable" : "read-only"));
            }
          },
      },
      helper);
}

}  // namespace

std::string describe(const Step& step) {
  return std::visit(
      overloaded{
          [](const Bind& it) { return describe_bind(it); },
          [](const Tmpfs& it) {
            return format("tmpfs on %s, %s, %llu files, mode %04o%s%s", shown(it.target).c_str(),
                          size_text(it.size).c_str(), static_cast<unsigned long long>(it.inodes), it.mode,
                          it.executable ? "" : ", noexec", it.set_user_id ? ", setuid" : "");
          },
          [](const Proc& it) { return format("proc on %s%s", shown(it.target).c_str(), it.masked ? ", masked" : ""); },
          [](const Dev& it) {
            return format("dev on %s, shared memory %s", shown(it.target).c_str(), size_text(it.shm_size).c_str());
          },
          [](const Dir& it) { return format("directory %s, mode %04o", shown(it.target).c_str(), it.mode); },
          [](const File& it) {
            return format("file %s, %zu bytes, mode %04o", shown(it.target).c_str(), it.content.size(), it.mode);
          },
          [](const Symlink& it) {
            return format("link %s to %s", shown(it.target).c_str(), shown(it.points_to).c_str());
          },
          [](const Mask& it) { return format("mask %s", shown(it.target).c_str()); },
          [](const Seal& it) { return format("seal %s", shown(it.target).c_str()); },
          [](const AwaitHelpers&) { return std::string("wait for the helpers"); },
          [](const ControlGroups& it) { return format("own cgroups on %s", shown(it.target).c_str()); },
      },
      step);
}

std::string describe(const Plan& plan) {
  Text out;
  add_head(out, plan);
  for (const HostPath& path : plan.directories) out.field("makes", shown(path));
  for (const HostPath& path : plan.sandbox.remove_at_end) out.field("removes at the end", shown(path));
  add_namespaces(out, plan.sandbox);
  out.section("files");
  add_root(out, plan.sandbox);
  for (const Step& step : plan.sandbox.steps) out.entry(describe(step));
  out.list("environment", plan.sandbox.environment);
  if (!plan.helpers.empty()) out.section("helpers");
  for (const Helper& helper : plan.helpers) add_helper(out, helper);
  if (plan.identity) {
    out.section("portal identity");
    out.entry(shown(plan.identity->directory));
    for (const std::string_view line : text::split(plan.identity->info, '\n')) {
      if (!line.empty()) out.entry(printable(line));
    }
  }
  add_walls(out, plan);
  return std::move(out).take();
}

}  // namespace hutch::plan
