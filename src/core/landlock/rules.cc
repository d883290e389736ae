#include "core/landlock/rules.h"

#include <map>
#include <set>
#include <variant>

#include "base/overloaded.h"

namespace hutch::landlock {
namespace {

using plan::LandlockAccess;

LandlockAccess writable(bool executable) {
  return executable ? LandlockAccess::kReadWriteExecute : LandlockAccess::kReadWrite;
}

// Rules add up along a path (landlock(7)): a writable directory inside a read-only one is a rule of its own, while a
// read-only mount inside a writable one is left to the mount.
class Rules {
 public:
  void add(const BoxPath& path, LandlockAccess access) { rules_[path].insert(access); }
  void drop(const BoxPath& path) { rules_.erase(path); }
  void drop_writing(const BoxPath& path) {
    const auto found = rules_.find(path);
    if (found == rules_.end()) return;
    found->second.erase(LandlockAccess::kReadWrite);
    found->second.erase(LandlockAccess::kReadWriteExecute);
  }
  [[nodiscard]] std::vector<plan::LandlockRule> take() const {
    std::vector<plan::LandlockRule> result;
    for (const auto& [path, accesses] : rules_) {
      for (const LandlockAccess access : accesses) result.push_back({.path = path, .access = access});
    }
    return result;
  }

 private:
  std::map<BoxPath, std::set<LandlockAccess>> rules_;
};

void add_step(Rules& rules, const plan::Step& step) {
  std::visit(overloaded{
                 [&rules](const plan::Bind& bind) {
                   if (bind.devices) rules.add(bind.target, LandlockAccess::kDevices);
                   if (bind.access == plan::BindAccess::kReadWrite) rules.add(bind.target, writable(bind.executable));
                 },
                 [&rules](const plan::Tmpfs& tmpfs) { rules.add(tmpfs.target, writable(tmpfs.executable)); },
                 // What may be written in /proc is the process's own: comm, oom_score_adj, uid_map.
                 [&rules](const plan::Proc& proc) { rules.add(proc.target, LandlockAccess::kReadWrite); },
                 [&rules](const plan::Dev& dev) {
                   rules.add(dev.target, LandlockAccess::kDevices);
                   rules.add(dev.target / "shm", LandlockAccess::kReadWrite);
                 },
                 [&rules](const plan::Mask& mask) { rules.drop(mask.target); },
                 [&rules](const plan::Seal& seal) { rules.drop_writing(seal.target); },
                 [](const plan::Dir&) {},
                 [](const plan::File&) {},
                 [](const plan::Symlink&) {},
                 [](const plan::AwaitHelpers&) {},
                 [](const plan::ControlGroups&) {},
             },
             step);
}

}  // namespace

plan::Landlock rules_for(const std::vector<plan::Step>& steps, const BoxPath& home, const profile::Profile& profile) {
  plan::Landlock landlock;
  if (profile.has(profile::Kind::kFeature, "nested-sandbox")) {
    landlock.files = false;
    return landlock;
  }
  Rules rules;
  for (const plan::Step& step : steps) add_step(rules, step);
  for (const BoxPath& place : {home, BoxPath::literal("/mnt"), BoxPath::literal("/media"), BoxPath::literal("/srv")}) {
    rules.add(place, LandlockAccess::kReadWriteExecute);
  }
  rules.add(BoxPath(), LandlockAccess::kReadExecute);
  landlock.rules = rules.take();
  return landlock;
}

}  // namespace hutch::landlock
