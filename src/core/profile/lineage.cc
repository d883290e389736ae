#include "core/profile/lineage.h"

#include <algorithm>
#include <tuple>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::profile {
namespace {

using LayersByName = std::map<std::string, std::vector<const Layer*>>;

class Tracer {
 public:
  explicit Tracer(const LayersByName& known) : known_(known) {}

  Status visit(const ProfileName& name, const Layer* by) {
    if (lineage_.ancestors.contains(name.str())) return {};
    const auto found = known_.find(name.str());
    if (found == known_.end()) return unexpected(missing(name, by));
    if (!open_.insert(name.str()).second) return unexpected(cycle(name, by));
    if (open_.size() > kLineageLimit) {
      return failure(ErrorKind::kInvalid, text::format(_("profile '%s' extends too many others"), name.c_str()));
    }
    std::set<std::string> above;
    for (const Layer* layer : found->second) {
      std::vector<ProfileName> bases = layer->extends;
      std::sort(bases.begin(), bases.end());
      for (const ProfileName& base : bases) {
        TRY(visit(base, layer));
        above.insert(base.str());
        above.insert(lineage_.ancestors[base.str()].begin(), lineage_.ancestors[base.str()].end());
      }
    }
    open_.erase(name.str());
    lineage_.ancestors[name.str()] = std::move(above);
    lineage_.order.push_back(name);
    return {};
  }

  [[nodiscard]] Lineage take() { return std::move(lineage_); }

 private:
  [[nodiscard]] static Error missing(const ProfileName& name, const Layer* by) {
    if (by == nullptr) {
      return Error{.kind = ErrorKind::kNotFound,
                   .code = 0,
                   .message = text::format(_("there is no profile '%s'"), name.c_str()),
                   .context = {},
                   .hint = _("'hutch profile list' shows those there are")};
    }
    return Error{.kind = ErrorKind::kInvalid,
                 .code = 0,
                 .message = text::format(_("%s: extends '%s', which does not exist"),
                                         text::printable(by->origin.file).c_str(), name.c_str()),
                 .context = {},
                 .hint = {}};
  }

  [[nodiscard]] static Error cycle(const ProfileName& name, const Layer* by) {
    return Error{.kind = ErrorKind::kInvalid,
                 .code = 0,
                 .message = text::format(_("%s: extends '%s', which extends it in turn"),
                                         text::printable(by->origin.file).c_str(), name.c_str()),
                 .context = {},
                 .hint = {}};
  }

  const LayersByName& known_;
  std::set<std::string> open_;
  Lineage lineage_;
};

bool layer_comes_before(const Layer* left, const Layer* right) {
  const auto key = [](const Layer* layer) { return std::tie(layer->id, layer->origin.file); };
  if (left->rank != right->rank) return left->rank > right->rank;
  if (left->box.empty() != right->box.empty()) return right->box.empty();
  return key(left) < key(right);
}

Result<LayersByName> group(const std::vector<Layer>& layers) {
  LayersByName known;
  for (const Layer& layer : layers) {
    if (!layer.id.empty()) known[layer.id.str()].push_back(&layer);
  }
  for (auto& [name, named] : known) {
    std::sort(named.begin(), named.end(), layer_comes_before);
    for (std::size_t index = 1; index < named.size(); ++index) {
      if (named[index]->rank != named[index - 1]->rank) continue;
      return failure(
          ErrorKind::kConflict,
          text::format(_("both %s and %s define profile '%s'"), text::printable(named[index - 1]->origin.file).c_str(),
                       text::printable(named[index]->origin.file).c_str(), name.c_str()));
    }
  }
  return known;
}

}  // namespace

bool outranks(const Lineage& lineage, const Layer& left, const Layer& right) {
  if (left.rank != right.rank) return left.rank > right.rank;
  if (left.box.empty() != right.box.empty()) return right.box.empty();
  const auto found = lineage.ancestors.find(left.id.str());
  return found != lineage.ancestors.end() && found->second.contains(right.id.str());
}

Result<Lineage> trace_lineage(const ProfileName& id, const std::vector<Layer>& layers) {
  const LayersByName known = TRY(group(layers));
  Tracer tracer(known);
  TRY(tracer.visit(id, nullptr));
  Lineage lineage = tracer.take();
  for (const Layer& layer : layers) {
    if (layer.id.empty() || lineage.ancestors.contains(layer.id.str())) lineage.layers.push_back(&layer);
  }
  std::sort(lineage.layers.begin(), lineage.layers.end(), layer_comes_before);
  return lineage;
}

}  // namespace hutch::profile
