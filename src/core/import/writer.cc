#include "core/import/writer.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/lint.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"

namespace hutch::import {

Writer::Writer(const ProfileName& id, const std::string& file) {
  imported_.layer.id = id;
  imported_.layer.rank = profile::Rank::kUser;
  imported_.layer.origin.file = file;
}

void Writer::at(const std::string& file, std::uint32_t line, std::string text) {
  current_ = {.file = file, .line = line, .text = std::move(text), .verdict = Verdict::kExact, .reason = {}};
}

bool Writer::grant(std::string_view flag, std::string_view value, Verdict verdict, const char* reason) {
  if (text::printable(value) != value) {
    note(Verdict::kDropped, N_("it holds control characters or is no UTF-8"));
    return false;
  }
  profile::Layer asked;
  asked.rank = imported_.layer.rank;
  asked.origin = {.file = current_.file, .line = current_.line, .column = 0};
  auto applied = profile::apply_flag(asked, flag, value);
  if (!applied) {
    imported_.accounts.push_back(current_);
    imported_.accounts.back().verdict = Verdict::kDropped;
    imported_.accounts.back().reason = text::printable(applied.error().message);
    return false;
  }
  for (const profile::Finding& finding : profile::lint(asked)) {
    if (finding.severity != profile::Severity::kError) continue;
    note(Verdict::kDropped, N_("it lies in a directory that the sandbox makes itself"));
    return false;
  }
  const std::string origin =
      text::printable(current_.file.substr(current_.file.rfind('/') + 1)) + ":" + std::to_string(current_.line);
  for (profile::Grant& grant : asked.grants) {
    grant.reason = "imported from " + origin;
    auto& grants = imported_.layer.grants;
    std::erase_if(grants, [&](const profile::Grant& said) { return profile::is_same_subject(said, grant); });
    grants.push_back(std::move(grant));
  }
  for (profile::Revoke& revoke : asked.revokes) {
    revoke.reason = "imported from " + origin;
    auto& revokes = imported_.layer.revokes;
    std::erase_if(revokes,
                  [&](const profile::Revoke& said) { return said.kind == revoke.kind && said.name == revoke.name; });
    revokes.push_back(std::move(revoke));
  }
  note(verdict, reason);
  return true;
}

void Writer::imply(std::string_view flag, std::string_view value, const char* reason) {
  profile::Layer asked;
  asked.rank = imported_.layer.rank;
  asked.origin = imported_.layer.origin;
  if (!profile::apply_flag(asked, flag, value)) return;
  for (profile::Grant& grant : asked.grants) {
    grant.reason = reason;
    if (!has(grant.kind, grant.name)) imported_.layer.grants.push_back(std::move(grant));
  }
}

void Writer::note(Verdict verdict, const char* reason) {
  imported_.accounts.push_back(current_);
  imported_.accounts.back().verdict = verdict;
  imported_.accounts.back().reason = reason;
}

bool Writer::has(profile::Kind kind, std::string_view name) const {
  const auto& grants = imported_.layer.grants;
  return std::any_of(grants.begin(), grants.end(),
                     [&](const profile::Grant& grant) { return grant.kind == kind && grant.name == name; });
}

Imported Writer::take() && {
  // What is there or not cannot be both granted and taken back by one file: the narrower stays.
  auto& layer = imported_.layer;
  std::erase_if(layer.grants, [&](const profile::Grant& grant) {
    return std::any_of(layer.revokes.begin(), layer.revokes.end(), [&](const profile::Revoke& revoke) {
      return revoke.kind == grant.kind && revoke.name == grant.name;
    });
  });
  return std::move(imported_);
}

}  // namespace hutch::import
