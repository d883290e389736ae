#include "core/plan/wire.h"

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <utility>

#include "base/i18n.h"
#include "core/plan/channel.h"
#include "core/plan/check.h"

namespace hutch::plan {
namespace {

constexpr std::size_t kElementLimit = kArgumentLimit;  // of one list

// How many members each record has. A record that grew does not compile until its count here has grown too, and all
// members then travel in the order they are declared in.
template <class T>
inline constexpr std::size_t kMembers = 0;
template <>
inline constexpr std::size_t kMembers<Identity> = 2;
template <>
inline constexpr std::size_t kMembers<IdRange> = 3;
template <>
inline constexpr std::size_t kMembers<Bind> = 8;
template <>
inline constexpr std::size_t kMembers<Tmpfs> = 6;
template <>
inline constexpr std::size_t kMembers<Proc> = 2;
template <>
inline constexpr std::size_t kMembers<Dev> = 2;
template <>
inline constexpr std::size_t kMembers<Dir> = 2;
template <>
inline constexpr std::size_t kMembers<File> = 3;
template <>
inline constexpr std::size_t kMembers<Symlink> = 2;
template <>
inline constexpr std::size_t kMembers<Mask> = 1;
template <>
inline constexpr std::size_t kMembers<Seal> = 1;
template <>
inline constexpr std::size_t kMembers<ControlGroups> = 1;
template <>
inline constexpr std::size_t kMembers<Namespaces> = 12;
template <>
inline constexpr std::size_t kMembers<NetworkRule> = 4;
template <>
inline constexpr std::size_t kMembers<LandlockRule> = 2;
template <>
inline constexpr std::size_t kMembers<Landlock> = 4;
template <>
inline constexpr std::size_t kMembers<ResourceLimit> = 3;
template <>
inline constexpr std::size_t kMembers<NamespaceLimit> = 2;
template <>
inline constexpr std::size_t kMembers<Command> = 3;
template <>
inline constexpr std::size_t kMembers<Watch> = 4;
template <>
inline constexpr std::size_t kMembers<Overlay> = 3;
template <>
inline constexpr std::size_t kMembers<Sandbox> = 17;
template <>
inline constexpr std::size_t kMembers<SeccompPolicy> = 9;
template <>
inline constexpr std::size_t kMembers<ProxiedBus> = 4;
template <>
inline constexpr std::size_t kMembers<BusProxy> = 3;
template <>
inline constexpr std::size_t kMembers<Pasta> = 2;
template <>
inline constexpr std::size_t kMembers<WaylandContext> = 2;
template <>
inline constexpr std::size_t kMembers<DocumentGrant> = 3;
template <>
inline constexpr std::size_t kMembers<Documents> = 1;
template <>
inline constexpr std::size_t kMembers<Bandwidth> = 2;
template <>
inline constexpr std::size_t kMembers<Limits> = 10;
template <>
inline constexpr std::size_t kMembers<Scope> = 5;
template <>
inline constexpr std::size_t kMembers<PortalIdentity> = 3;
template <>
inline constexpr std::size_t kMembers<Plan> = 14;
template <>
inline constexpr std::size_t kMembers<ExecRequest> = 3;

template <class Archive, class T>
void transfer(Archive& archive, T& record) {
  constexpr std::size_t count = kMembers<std::remove_const_t<T>>;
  if constexpr (count == 0) {
    static_assert(std::is_empty_v<T>);
  } else if constexpr (count == 1) {
    auto& [a] = record;
    archive(a);
  } else if constexpr (count == 2) {
    auto& [a, b] = record;
    archive(a, b);
  } else if constexpr (count == 3) {
    auto& [a, b, c] = record;
    archive(a, b, c);
  } else if constexpr (count == 4) {
    auto& [a, b, c, d] = record;
    archive(a, b, c, d);
  } else if constexpr (count == 5) {
    auto& [a, b, c, d, e] = record;
    archive(a, b, c, d, e);
  } else if constexpr (count == 6) {
    auto& [a, b, c, d, e, f] = record;
    archive(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    auto& [a, b, c, d, e, f, g] = record;
    archive(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    auto& [a, b, c, d, e, f, g, h] = record;
    archive(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = record;
    archive(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = record;
    archive(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (count == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = record;
    archive(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (count == 14) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = record;
    archive(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  } else if constexpr (count == 17) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = record;
    archive(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  }
}

class Encoder {
 public:
  template <class... Fields>
  void operator()(const Fields&... fields) {
    (put(fields), ...);
  }
  [[nodiscard]] std::string take() && { return std::move(bytes_); }

 private:
  template <class T>
  requires std::integral<T> || std::is_enum_v<T>
  void put(const T& value) {
    auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t byte = 0; byte < sizeof(T); ++byte, bits >>= 8) bytes_ += static_cast<char>(bits & 0xFF);
  }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  template <class Side>
  void put(const AbsolutePath<Side>& path) {
    put(path.str());
  }
  template <class Grammar>
  void put(const Name<Grammar>& name) {
    put(name.str());
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (const T& element : list) put(element);
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    put(static_cast<std::uint8_t>(value.index()));
    std::visit([this](const auto& alternative) { put(alternative); }, value);
  }
  template <class T>
  requires std::is_aggregate_v<T>
  void put(const T& record) { transfer(*this, record); }
  std::string bytes_;
};

// After the first fault everything reads as empty; finished() tells.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}
  template <class... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }
  [[nodiscard]] bool finished() const { return is_sound_ && rest_.empty(); }

 private:
  void refuse() {
    is_sound_ = false;
    rest_ = {};
  }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      refuse();
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  template <std::integral T>
  void get(T& value) {
    std::uint64_t bits = 0;
    const std::string_view taken = take(sizeof(T));
    for (std::size_t byte = taken.size(); byte > 0; --byte) {
      bits = bits << 8 | static_cast<unsigned char>(taken[byte - 1]);
    }
    value = static_cast<T>(bits);
  }
  void get(bool& value) {
    std::uint8_t byte = 0;
    get(byte);
    if (byte > 1) refuse();
    value = byte == 1;
  }
  template <class T>
  requires std::is_enum_v<T>
  void get(T& value) {
    std::underlying_type_t<T> number{};
    get(number);
    if (number > last_of(T{})) refuse();
    value = is_sound_ ? static_cast<T>(number) : T{};
  }
  void get(std::string& text) {
    std::uint32_t size = 0;
    get(size);
    text = take(size);
  }
  template <class Side>
  void get(AbsolutePath<Side>& path) {
    std::uint32_t size = 0;
    get(size);
    const std::string_view text = take(size);
    auto parsed = AbsolutePath<Side>::parse(text);
    if (!parsed || parsed->str() != text) return refuse();
    path = std::move(*parsed);
  }
  template <class Grammar>
  void get(Name<Grammar>& name) {
    std::uint32_t size = 0;
    get(size);
    const std::string_view text = take(size);
    if (text.empty()) return;
    auto parsed = Name<Grammar>::parse(text);
    if (!parsed) return refuse();
    name = std::move(*parsed);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool is_present = false;
    get(is_present);
    if (is_present) get(value.emplace());
  }
  template <class T>
  void get(std::vector<T>& list) {
    std::uint32_t size = 0;
    get(size);
    if (size > kElementLimit || size > rest_.size()) return refuse();  // an element takes a byte at least
    list.reserve(std::min<std::size_t>(size, 64));
    for (std::uint32_t index = 0; index < size && is_sound_; ++index) get(list.emplace_back());
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    std::uint8_t index = 0;
    get(index);
    if (index >= sizeof...(T)) return refuse();
    get_alternative(value, index, std::index_sequence_for<T...>());
  }
  template <class Variant, std::size_t... Index>
  void get_alternative(Variant& value, std::size_t index, std::index_sequence<Index...>) {
    (void)((Index == index && (get(value.template emplace<Index>()), true)) || ...);
  }
  template <class T>
  requires std::is_aggregate_v<T>
  void get(T& record) { transfer(*this, record); }

  static std::uint8_t last_of(FileType) { return static_cast<std::uint8_t>(FileType::kBlockDevice); }
  static std::uint8_t last_of(BindAccess) { return static_cast<std::uint8_t>(BindAccess::kReadWrite); }
  static std::uint8_t last_of(LandlockAccess) { return static_cast<std::uint8_t>(LandlockAccess::kReadWriteNodes); }
  static std::uint8_t last_of(Bus) { return static_cast<std::uint8_t>(Bus::kAccessibility); }

  std::string_view rest_;
  bool is_sound_ = true;
};

// What stands behind the version, so that one kind of value is never taken for another.
enum Kind : std::uint32_t { kPlan = 1, kSandbox = 2, kExecRequest = 3 };

template <class T>
std::string encode_as(Kind kind, const T& value) {
  Encoder encoder;
  encoder(kWireVersion, static_cast<std::uint32_t>(kind), value);
  return std::move(encoder).take();
}

template <class T>
Result<T> decode_as(Kind kind, std::string_view bytes, std::size_t limit) {
  if (bytes.size() > limit) return failure(ErrorKind::kInvalid, _("encoded value is too large"));
  Decoder decoder(bytes);
  std::uint32_t version = 0;
  std::uint32_t found = 0;
  decoder(version, found);
  if (version != kWireVersion || found != kind) {
    return failure(ErrorKind::kInvalid, _("encoded value is of another kind or version"),
                   _("Reinstall hutch: its programs do not match."));
  }
  T value;
  decoder(value);
  if (!decoder.finished()) return failure(ErrorKind::kInvalid, _("encoded value is damaged"));
  return value;
}

}  // namespace

std::string encode(const Plan& plan) {
  return encode_as(kPlan, plan);
}
Result<Plan> decode_plan(std::string_view bytes) {
  return decode_as<Plan>(kPlan, bytes, kWireLimit);
}
std::string encode(const Sandbox& sandbox) {
  return encode_as(kSandbox, sandbox);
}
Result<Sandbox> decode_sandbox(std::string_view bytes) {
  return decode_as<Sandbox>(kSandbox, bytes, kWireLimit);
}
std::string encode(const ExecRequest& request) {
  return encode_as(kExecRequest, request);
}
Result<ExecRequest> decode_exec_request(std::string_view bytes) {
  return decode_as<ExecRequest>(kExecRequest, bytes, kPacketPayloadLimit);
}

}  // namespace hutch::plan
