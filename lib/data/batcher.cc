#include "data/batcher.h"

#include <memory>
#include <utility>

#include "util/error.h"

namespace heed {

/// The reading of a pool into `read_`.
class Batcher::Reading final : public Pipeline::Group {
 public:
  Reading(Batcher& batcher, std::uint64_t epoch, std::uint64_t pool)
      : batcher_(batcher), epoch_(epoch), pool_(pool) {}

  int tasks() const override { return 1; }
  void run(int /*worker*/, int /*task*/) override {
    batcher_.read_ = batcher_.reader_.read(epoch_, pool_, batcher_.cancelled_);
  }
  void deliver() override {}

 private:
  Batcher& batcher_;
  std::uint64_t epoch_, pool_;
};

Batcher::Batcher(const Corpus& corpus, Tokenizer source, Tokenizer target,
                 const DataOptions& options, std::uint64_t seed, CompleteBatch complete)
    : max_length_(options.max_length),
      reader_(corpus, std::move(source), std::move(target), options, seed, std::move(complete)) {}

Batcher::~Batcher() { stop_reading(); }

void Batcher::stop_reading() {
  cancelled_ = true;
  pipeline_.reset();
  cancelled_ = false;
}

void Batcher::begin_reading(std::uint64_t epoch, std::uint64_t pool) {
  if (!pipeline_) pipeline_.emplace(1, 1);
  pipeline_->submit(std::make_unique<Reading>(*this, epoch, pool));
}

/// The pool of the position, while the one behind it begins to be read.
void Batcher::take_pool() {
  const auto [epoch, number, batch] = position_;
  if (number == 0) {
    left_out_ = {};
    has_batches_ = false;
  }
  if (!pipeline_) begin_reading(epoch, number);
  pipeline_->finish();
  pool_ = std::move(read_);
  left_out_.empty += pool_->left_out.empty;
  left_out_.too_long += pool_->left_out.too_long;
  has_batches_ = has_batches_ || !pool_->batches.empty();
  begin_reading(pool_->is_last ? epoch + 1 : epoch, pool_->is_last ? 0 : number + 1);
}

void Batcher::end_epoch() {
  if (!has_batches_) {
    fail(
        "expected sentence pairs to train on, found {} with an empty side and {} with more than {} "
        "tokens; raise --max-length or correct the corpus",
        left_out_.empty, left_out_.too_long, max_length_);
  }
  position_ = {position_.epoch + 1, 0, 0};
  pool_.reset();
}

std::optional<Batch> Batcher::next() {
  for (;; ++position_.pool, position_.batch = 0) {
    if (!pool_) take_pool();
    if (position_.batch < pool_->batches.size()) {
      return std::move(pool_->batches[position_.batch++]);
    }
    if (pool_->is_last) break;
    pool_.reset();
  }
  end_epoch();
  return std::nullopt;
}

void Batcher::seek(const DataPosition& position) {
  stop_reading();
  position_ = position;
  pool_.reset();
  left_out_ = {};
  has_batches_ = position.pool > 0;  // earlier pools are taken to have some
}

}  // namespace heed
