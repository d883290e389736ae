// What the unpacker and the store read: whatever the bytes, decompressing and unpacking end in an error or in a tree,
// nothing beside the tree is touched, and an index that is read is written and read back the same.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "images/index.h"
#include "os/file.h"
#include "os/memfile.h"
#include "unpack/decoder.h"
#include "unpack/layer.h"

namespace {

using namespace hutch;

constexpr image::Limits kLimits{.entries = 200, .bytes = 1u << 20};

void require(bool holds) {
  if (!holds) std::abort();
}

// A directory with the tree to unpack into, one below it, and one that nobody may reach.
class Place {
 public:
  Place() {
    (void)::signal(SIGPIPE, SIG_IGN);
    (void)std::setlocale(LC_CTYPE, "C.UTF-8");
    const char* const parent = std::getenv("TMPDIR");
    std::string name = std::string(parent == nullptr ? "/tmp" : parent) + "/hutch-fuzz-XXXXXX";
    require(::mkdtemp(name.data()) != nullptr);
    root_ = *HostPath::parse(name);
    for (const char* const directory : {"outside", "lower", "lower/etc"}) {
      require(::mkdir((root_ / directory).c_str(), 0700) == 0);
    }
    require(os::replace_file(root_ / "outside/secret", "secret", 0600, os::Lasting::kProcess).has_value());
    require(os::replace_file(root_ / "lower/etc/motd", "below", 0600, os::Lasting::kProcess).has_value());
    require(::symlink((root_ / "outside").c_str(), (root_ / "lower/door").c_str()) == 0);
    outside_ = changed("outside");
  }
  ~Place() { (void)os::remove_tree(root_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  Status unpack(std::string_view bytes) const {
    require(::mkdir((root_ / "tree").c_str(), 0700) == 0);
    os::Fd file = TRY(os::make_sealed_file("layer", bytes));
    std::vector<os::Fd> lowers;
    lowers.push_back(TRY(os::open_path(root_ / "lower", O_RDONLY | O_DIRECTORY)));
    unpack::Tree tree = TRY(unpack::Tree::open(root_ / "tree", unpack::Lower(std::move(lowers)), true));
    unpack::Stream stream = TRY(unpack::Stream::open(unpack::Blob(std::move(file), os::Fd()), kLimits));
    TRY(unpack::unpack_layer(stream, tree, kLimits));
    return stream.finish();
  }

  void look() const {
    require(os::remove_tree(root_ / "tree").has_value());
    require(os::list_directory(root_)->size() == 2);
    require(os::list_directory(root_ / "outside")->size() == 1);
    require(changed("outside").tv_nsec == outside_.tv_nsec);
    require(*os::read_file(root_ / "outside/secret", 100) == "secret");
    require(*os::read_file(root_ / "lower/etc/motd", 100) == "below");
  }

 private:
  timespec changed(const char* name) const {
    struct stat status {};
    require(::stat((root_ / name).c_str(), &status) == 0);
    return status.st_ctim;
  }

  HostPath root_;
  timespec outside_{};
};

Status decode(std::string_view bytes) {
  const auto decoder = TRY(unpack::make_decoder(bytes));
  std::array<char, 4096> output{};
  for (std::size_t total = 0; total < kLimits.bytes;) {
    const unpack::Decoded step = TRY(decoder->decode(bytes, output));
    require(step.consumed <= bytes.size() && step.produced <= output.size());
    if (step.consumed == 0 && step.produced == 0) break;
    bytes.remove_prefix(step.consumed);
    total += step.produced;
  }
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)decode(bytes);
  (void)place.unpack(bytes);
  place.look();
  if (const auto records = images::decode_index(bytes)) {
    const auto again = images::decode_index(images::encode_index(*records));
    require(again && *again == *records);
  }
  return 0;
}
