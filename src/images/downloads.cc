#include "images/downloads.h"

#include <algorithm>
#include <list>
#include <memory>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::images {
namespace {

struct Download {
  BlobWriter* writer = nullptr;
  Transfer transfer;
  std::uint64_t passed_over = 0;  // bytes of the answer that were there already
  std::uint64_t pass_over = 0;    // of a server that sends the whole though a part was asked for
  bool is_running = false;
};

// The first byte of "bytes 100-199/200".
std::uint64_t range_start(const Response& response) {
  const std::string field = response.header("content-range");
  if (!field.starts_with("bytes ")) return UINT64_MAX;
  const std::string_view rest = std::string_view(field).substr(6);
  const auto start = text::parse_number(rest.substr(0, rest.find('-')), image::kBlobSizeLimit);
  return start.value_or(UINT64_MAX);
}

Status look_at_status(Download& download, std::uint64_t status) {
  const std::uint64_t wanted = download.transfer.exchange->request.range_start;
  download.passed_over = 0;
  download.pass_over = status == 200 ? wanted : 0;
  if (status == 206 && range_start(download.transfer.exchange->response) != wanted) {
    return failure(ErrorKind::kInvalid, _("the registry sent another part of a blob than asked for"));
  }
  return {};
}

Status take(Download& download, Intake& intake, std::string_view bytes) {
  const std::uint64_t left = download.pass_over - download.passed_over;
  const std::uint64_t skipped = std::min<std::uint64_t>(left, bytes.size());
  download.passed_over += skipped;
  bytes.remove_prefix(skipped);
  return bytes.empty() ? Status() : intake.take(*download.writer, bytes);
}

std::unique_ptr<Download> make_download(BlobWriter& writer, const std::string& scope, const std::string& directory,
                                        Intake& intake) {
  auto download = std::make_unique<Download>();
  Download& one = *download;
  one.writer = &writer;
  one.transfer.scope = scope;
  one.transfer.request.url = directory + writer.digest().str();
  one.transfer.prepare = [&one](Request& request) -> Status {
    request.range_start = one.writer->offset();
    return {};
  };
  one.transfer.request.on_status = [&one](std::uint64_t status) { return look_at_status(one, status); };
  one.transfer.request.sink = [&one, &intake](std::string_view bytes) { return take(one, intake, bytes); };
  return download;
}

// True when the blob is in the store.
Result<bool> conclude(Session& session, Download& download, Intake& intake) {
  download.is_running = false;
  const bool is_done = TRY(session.advance(download.transfer));
  if (!is_done) return false;
  const Response& response = download.transfer.exchange->response;
  const bool has_all_already = response.status == 416 && download.writer->offset() == download.writer->size();
  if (response.status != 200 && response.status != 206 && !has_all_already) {
    return unexpected(session.refusal(response, download.writer->digest().str()));
  }
  if (download.writer->offset() < download.writer->size()) {
    // The answer ended as it said, but the blob has not.
    return failure(ErrorKind::kInvalid,
                   text::format(_("the registry sent only a part of '%s'"), download.writer->digest().str().c_str()));
  }
  TRY(intake.complete(*download.writer));
  return true;
}

// What is complete but for the comparison needs no request.
Result<bool> is_all_there(Download& download, Intake& intake) {
  if (download.writer->offset() < download.writer->size()) return false;
  TRY(intake.complete(*download.writer));
  return true;
}

class Downloads {
 public:
  Downloads(Session& session, const std::string& scope, const std::string& directory, Intake& intake)
      : session_(session), scope_(scope), directory_(directory), intake_(intake) {}

  [[nodiscard]] Result<bool> fill() {
    while (running_.size() < kParallel) {
      BlobWriter* const writer = TRY(intake_.next(running_.empty()));
      if (writer == nullptr) break;
      auto download = make_download(*writer, scope_, directory_, intake_);
      const bool is_there = TRY(is_all_there(*download, intake_));
      if (!is_there) running_.push_back(std::move(download));
    }
    return !running_.empty();
  }

  // Starts what is due; milliseconds until the next is.
  [[nodiscard]] Result<std::int64_t> start_due() {
    std::int64_t until = 1000;
    for (const auto& download : running_) {
      if (download->is_running) continue;
      const std::int64_t left = download->transfer.not_before - now_milliseconds();
      if (left > 0) {
        until = std::min(until, left);
        continue;
      }
      TRY(session_.start(download->transfer));
      download->is_running = true;
    }
    return until;
  }

  [[nodiscard]] Status take_ended(const std::vector<Exchange*>& ended) {
    for (const Exchange* const exchange : ended) {
      const auto found = std::find_if(running_.begin(), running_.end(),
                                      [&](const auto& one) { return one->transfer.exchange.get() == exchange; });
      if (found == running_.end()) continue;
      const bool is_done = TRY(conclude(session_, **found, intake_));
      if (is_done) running_.erase(found);
    }
    return {};
  }

 private:
  Session& session_;
  const std::string& scope_;
  const std::string& directory_;
  Intake& intake_;
  std::list<std::unique_ptr<Download>> running_;
};

}  // namespace

Status download(Session& session, const std::string& scope, const std::string& directory, Intake& intake) {
  Downloads downloads(session, scope, directory, intake);
  while (TRY(downloads.fill())) {
    const std::int64_t until = TRY(downloads.start_due());
    const std::vector<int> watched = {intake.descriptor(), intake.interrupt().descriptor()};
    const auto ended = TRY(session.http().wait(watched, static_cast<int>(until)));
    TRY(intake.interrupt().check());
    TRY(intake.pump());
    TRY(downloads.take_ended(ended));
  }
  return {};
}

}  // namespace hutch::images
