#include "base/path.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch {
namespace {

Result<std::string> normalize(std::string_view text) {
  const auto refuse = [&](const char* reason) {
    return failure(ErrorKind::kInvalid, text::format(_("path '%s' %s"), text::printable(text).c_str(), reason));
  };
  if (text.empty() || text.front() != '/') return refuse(_("is not absolute"));
  if (text.size() > kPathLimit) return refuse(_("is too long"));
  if (text.find('\0') != std::string_view::npos) return refuse(_("contains a NUL byte"));
  std::string normal;
  for (std::size_t start = 1; start <= text.size();) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view part = text.substr(start, end - start);
    start = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") return refuse(_("contains '..'"));
    if (part.size() > kPathNameLimit) return refuse(_("has a name that is too long"));
    normal += '/';
    normal += part;
  }
  return normal.empty() ? "/" : normal;
}

[[noreturn]] void reject_literal(std::string_view text) {
  std::fprintf(stderr, "hutch: '%.*s' in the source is no path\n", static_cast<int>(text.size()), text.data());
  std::abort();
}

}  // namespace

template <class Side>
Result<AbsolutePath<Side>> AbsolutePath<Side>::parse(std::string_view text) {
  return AbsolutePath(TRY(normalize(text)));
}

template <class Side>
AbsolutePath<Side> AbsolutePath<Side>::literal(const char* text) {
  auto normal = normalize(text);
  if (!normal) reject_literal(text);
  return AbsolutePath(std::move(*normal));
}

template <class Side>
AbsolutePath<Side> AbsolutePath<Side>::parent() const {
  const std::size_t slash = text_.rfind('/');
  return slash == 0 ? AbsolutePath() : AbsolutePath(text_.substr(0, slash));
}

template <class Side>
std::string_view AbsolutePath<Side>::name() const {
  return std::string_view(text_).substr(text_.rfind('/') + 1);
}

template <class Side>
std::vector<std::string_view> AbsolutePath<Side>::components() const {
  if (is_root()) return {};
  return text::split(std::string_view(text_).substr(1), '/');
}

template <class Side>
Result<AbsolutePath<Side>> AbsolutePath<Side>::join(std::string_view relative) const {
  return parse(text_ + "/" + std::string(relative));
}

template <class Side>
AbsolutePath<Side> AbsolutePath<Side>::operator/(std::string_view relative) const {
  auto joined = join(relative);
  if (!joined) reject_literal(relative);
  return std::move(*joined);
}

template <class Side>
bool AbsolutePath<Side>::is_at_or_below(const AbsolutePath& ancestor) const {
  return *this == ancestor || is_below(ancestor);
}

template <class Side>
bool AbsolutePath<Side>::is_below(const AbsolutePath& ancestor) const {
  if (ancestor.is_root()) return !is_root();
  return text_.size() > ancestor.text_.size() && text_.starts_with(ancestor.text_) &&
         text_[ancestor.text_.size()] == '/';
}

template <class Side>
std::string_view AbsolutePath<Side>::relative_to(const AbsolutePath& ancestor) const {
  if (*this == ancestor) return {};
  return std::string_view(text_).substr(ancestor.is_root() ? 1 : ancestor.text_.size() + 1);
}

template class AbsolutePath<HostSide>;
template class AbsolutePath<BoxSide>;

BoxPath same_in_box(const HostPath& path) {
  return *BoxPath::parse(path.str());
}
HostPath same_on_host(const BoxPath& path) {
  return *HostPath::parse(path.str());
}

}  // namespace hutch
