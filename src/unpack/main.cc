// hutch-unpack: works on trees of the image store for hutch-images, in a sandbox that holds nothing but the store.
// Takes orders on kWorkSocket until that hangs up; see core/image/work.h.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <clocale>

#include "base/i18n.h"
#include "core/image/work.h"
#include "os/file.h"
#include "os/socket.h"
#include "unpack/compare.h"
#include "unpack/layer.h"
#include "unpack/pack.h"
#include "unpack/states.h"
#include "unpack/tell.h"

namespace hutch::unpack {
namespace {

using image::Act;
using image::Answer;
using image::Order;

Result<Answer> unpack(const Order& order, std::vector<os::Fd> descriptors) {
  const std::size_t expected = order.has_pipe ? 2 : 1;
  if (descriptors.size() != expected) return failure(ErrorKind::kInvalid, _("an order came without its blob"));
  std::vector<os::Fd> lowers;
  for (const std::string& lower : order.lowers) {
    const HostPath path = TRY(HostPath::parse(lower));
    lowers.push_back(TRY(os::open_path(path, O_RDONLY | O_DIRECTORY)));
  }
  const HostPath path = TRY(HostPath::parse(order.tree));
  Blob blob(std::move(descriptors.front()), order.has_pipe ? std::move(descriptors.back()) : os::Fd());
  descriptors.clear();
  Tree tree = TRY(Tree::open(path, Lower(std::move(lowers)), order.has_own_id_only));
  Stream stream = TRY(Stream::open(std::move(blob), order.limits));
  const std::uint64_t entries = TRY(unpack_layer(stream, tree, order.limits));
  TRY(stream.finish(order.diff_id));
  Answer answer;
  answer.entries = entries;
  answer.bytes = stream.bytes();
  return answer;
}

Result<Answer> decompress(const Order& order, std::vector<os::Fd> descriptors) {
  if (descriptors.size() != 2) return failure(ErrorKind::kInvalid, _("an order came without its blob"));
  const os::Fd target = std::move(descriptors.back());
  Stream stream = TRY(Stream::open(Blob(std::move(descriptors.front()), os::Fd()), order.limits));
  while (true) {
    const std::string_view piece = stream.next();
    if (piece.empty()) break;
    TRY(os::write_all(target.get(), piece));
  }
  TRY(stream.finish());
  Answer answer;
  answer.bytes = stream.bytes();
  return answer;
}

Result<Answer> compare(const Order& order) {
  const HostPath one = TRY(HostPath::parse(order.tree));
  const HostPath other = TRY(HostPath::parse(order.other));
  const Comparison comparison = TRY(compare_trees(one, other));
  if (!comparison.difference.empty()) return failure(ErrorKind::kInvalid, comparison.difference);
  Answer answer;
  answer.entries = comparison.entries;
  return answer;
}

Result<Answer> tell(const Order& order, std::vector<os::Fd> descriptors) {
  if (descriptors.size() != 1) return failure(ErrorKind::kInvalid, _("an order came without its pipe"));
  States states = TRY(States::open(order.trees, order.lowers));
  Answer answer;
  answer.entries = TRY(tell_changes(states, order.limits.entries, order.has_own_id_only, descriptors.front()));
  return answer;
}

Result<Answer> pack(const Order& order, std::vector<os::Fd> descriptors) {
  if (descriptors.size() != 1) return failure(ErrorKind::kInvalid, _("an order came without its pipe"));
  States states = TRY(States::open(order.trees, order.lowers));
  const Compression compression = order.uses_zstd ? Compression::kZstd : Compression::kGzip;
  Encoder encoder = TRY(Encoder::open(compression, descriptors.front()));
  Answer answer;
  answer.entries = TRY(pack_layer(states, order.limits.entries, order.has_own_id_only, encoder));
  answer.bytes = encoder.bytes();
  answer.diff_id = image::Digest::of_bytes(encoder.digest());
  return answer;
}

Result<Answer> perform(const Order& order, std::vector<os::Fd> descriptors) {
  if (order.act == Act::kUnpack) return unpack(order, std::move(descriptors));
  if (order.act == Act::kTell) return tell(order, std::move(descriptors));
  if (order.act == Act::kPack) return pack(order, std::move(descriptors));
  if (order.act == Act::kCompare) return compare(order);
  if (order.act == Act::kDecompress) return decompress(order, std::move(descriptors));
  const HostPath path = TRY(HostPath::parse(order.tree));
  if (order.act == Act::kRemove) {
    TRY(os::remove_tree(path));
    return Answer();
  }
  const Measure measure = TRY(measure_tree(path));
  Answer answer;
  answer.entries = measure.entries;
  answer.bytes = measure.bytes;
  return answer;
}

Answer answer_to(os::Received received) {
  const auto order = image::decode_order(received.bytes);
  auto answer = order ? perform(*order, std::move(received.descriptors)) : Result<Answer>(unexpected(order.error()));
  if (answer) return *answer;
  constexpr std::size_t kPhraseMost = 2000;
  Error& error = answer.error();
  const int code = std::exchange(error.code, 0);
  return Answer{.kind = error.kind,
                .code = code,
                .failure = error.describe().substr(0, kPhraseMost),
                .hint = error.hint,
                .entries = 0,
                .bytes = 0,
                .diff_id = {}};
}

int serve() {
  while (true) {
    auto received = os::receive_packet(image::kWorkSocket, image::kOrderLimit);
    if (!received || received->bytes.empty()) return 0;
    const Answer answer = answer_to(std::move(*received));
    if (!os::send_packet(image::kWorkSocket, image::encode(answer))) return 1;
  }
}

}  // namespace
}  // namespace hutch::unpack

int main() {
  (void)::signal(SIGPIPE, SIG_IGN);  // cannot fail
  (void)std::setlocale(LC_MESSAGES, "");
  (void)std::setlocale(LC_CTYPE, "C.UTF-8");  // libarchive turns names of pax headers, UTF-8, into the locale's
  ::umask(0);                                 // modes are the archive's
  // The parent's death ends this process, whatever it is doing. If that was before, the socket has hung up.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return 1;
  pollfd socket{.fd = hutch::image::kWorkSocket, .events = 0, .revents = 0};
  if (::poll(&socket, 1, 0) != 0) return 0;
  return hutch::unpack::serve();
}
