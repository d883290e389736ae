#include "images/worker.h"

#include "base/i18n.h"
#include "os/socket.h"

namespace hutch::images {

std::string Worker::path(std::string_view relative) {
  return std::string(image::kWorkRoot) + "/" + std::string(relative);
}

Status Worker::start() {
  if (worker_) return {};
  os::SocketPair pair = TRY(os::make_packet_pair());
  worker_ = TRY(host::start_store_worker(store_->root(), pair.right.get(), store_->lock_descriptor()));
  socket_ = std::move(pair.left);
  return {};
}

Status Worker::send(image::Order order, const std::vector<int>& descriptors) {
  TRY(start());
  order.has_own_id_only = order.has_own_id_only || worker_->has_own_id_only;
  return os::send_packet(socket_.get(), image::encode(order), descriptors);
}

Result<image::Answer> Worker::receive() {
  const auto received = os::receive_packet(socket_.get(), image::kOrderLimit);
  if (!received || received->bytes.empty()) return unexpected(host::ended_early(worker_->helper));
  image::Answer answer = TRY(image::decode_answer(received->bytes));
  if (answer.failure.empty()) return answer;
  return unexpected(Error{.kind = answer.kind,
                          .code = answer.code,
                          .message = std::move(answer.failure),
                          .context = {},
                          .hint = std::move(answer.hint)});
}

Result<image::Answer> Worker::perform(image::Order order, const std::vector<int>& descriptors) {
  TRY(send(std::move(order), descriptors));
  return receive();
}

}  // namespace hutch::images
