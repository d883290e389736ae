// What a run was refused, as people are told.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "core/facts/facts.h"
#include "core/instance/refusals.h"
#include "core/profile/model.h"
#include "core/profile/request.h"
#include "host/instances.h"

namespace hutch::app {

// Whoever `hutch why` is asked about: an instance that runs, or the last run of that name.
struct Subject {
  InstanceId id;
  ProfileName profile;
  BoxName box;
  std::string program;                   // argv[0]
  std::optional<host::Running> running;  // absent: it is over
  Json run;                              // of the history, when it is over
};
[[nodiscard]] Result<Subject> find_subject(const facts::Facts& facts, const std::string& name);
// Its profile as it is now.
[[nodiscard]] Result<profile::Profile> profile_of(const facts::Facts& facts, const Subject& subject);
// The request that would start it again.
[[nodiscard]] Result<profile::Request> request_of(const facts::Facts& facts, const Subject& subject);
// "firefox" or "firefox@work", as `grant` takes it.
[[nodiscard]] std::string name_of(const Subject& subject);

// "hutch grant APP --FLAG" and its risk.
struct Remedy {
  std::string command;
  std::string risk;
};
[[nodiscard]] Remedy remedy_of(const Subject& subject, const profile::Grant& grant);
[[nodiscard]] Json to_json(const std::vector<Remedy>& remedies);
[[nodiscard]] std::string format(const std::vector<Remedy>& remedies);

[[nodiscard]] Result<int> why_path(const facts::Facts& facts, const Subject& subject, const std::string& path,
                                   bool json);

}  // namespace hutch::app
