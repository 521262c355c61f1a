#include "autograd/tape.h"

#include <algorithm>

#include "tensor/size.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/random.h"
#include "util/strings.h"

namespace heed {

namespace {

constexpr std::size_t kAlignment = 16;                    // floats: 64 bytes
constexpr std::size_t kChunkSize = std::size_t{1} << 21;  // floats: 8 MiB
constexpr int kProductRows = 1024;  // rows that are gathered for one product of a shared weight

}  // namespace

Tensor Var::gradient() const {
  Node& all = whole();
  const Tensor& memory = node_->tape->gradient_memory(all);
  if (!all.has_gradient) node_->tape->backend().fill(memory, 0.0F);
  all.has_gradient = true;
  return node_->gradient;
}

Sum Var::gradient_sum() const {
  if (node_->whole != nullptr || node_->has_gradient) return adding(gradient());
  node_->has_gradient = true;
  return node_->tape->gradient_memory(*node_);
}

const PackedWeight* Var::packed(Factor as) const {
  const Parameter* const parameter = node_->parameter;
  if (parameter == nullptr || parameter->factor != as || node_->tape->recording()) return nullptr;
  return parameter->packed.get();
}

const PackedWeight* Var::packed_rows() const {
  const Parameter* const parameter = node_->parameter;
  if (parameter == nullptr || node_->tape->recording()) return nullptr;
  return parameter->packed_rows.get();
}

Tape::Tape(Backend& backend) : backend_(backend) {}

Tape::Tape(Backend& backend, const Parameters& parameters, const Sum& gradients)
    : backend_(backend),
      parameters_(&parameters),
      gradients_(gradients),
      parameter_nodes_(parameters.all().size()) {}

Tape::~Tape() {
  for (const Chunk& chunk : chunks_) backend_.release(chunk.memory);
}

void Tape::reset(std::uint64_t seed) {
  steps_.clear();
  products_.clear();
  std::fill(parameter_nodes_.begin(), parameter_nodes_.end(), nullptr);
  host_.release();
  chunk_ = used_ = 0;
  seed_ = seed;
  dropout_count_ = 0;
}

void Tape::reset(std::uint64_t seed, const Sum& gradients) {
  reset(seed);
  gradients_ = gradients;
}

Tensor Tape::allocate(std::int64_t rows, std::int64_t cols) {
  Tensor result(nullptr, to_int(rows, "rows of a matrix"), to_int(cols, "columns of a matrix"));
  const std::size_t size = (result.size() + kAlignment - 1) / kAlignment * kAlignment;
  while (chunk_ < chunks_.size() && used_ + size > chunks_[chunk_].size) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) add_chunk(std::max(size, kChunkSize), result);
  result.data = chunks_[chunk_].memory + used_;
  used_ += size;
  return result;
}

/// What the system promises it may not have: memory is only taken when it is touched.
void Tape::add_chunk(std::size_t floats, const Tensor& wanted) {
  const std::uint64_t available = available_memory();
  if (floats * sizeof(float) > available) {
    fail(
        "expected memory for a matrix of {} x {} numbers ({}), found {} available beside {} of "
        "this "
        "batch; lower --max-length, --mini-batch-words or --threads",
        with_thousands(wanted.rows), with_thousands(wanted.cols),
        human_size(wanted.size() * sizeof(float)), human_size(available), human_size(memory()));
  }
  chunks_.push_back({backend_.allocate(floats), floats});
}

const void* Tape::upload(std::span<const std::byte> kept) {
  if (backend_.shares_host_memory()) return kept.data();
  const std::size_t floats = (kept.size() + sizeof(float) - 1) / sizeof(float);
  float* const memory = allocate(1, static_cast<std::int64_t>(floats)).data;
  backend_.upload(kept, memory);
  return memory;
}

Var Tape::node(const Tensor& value, bool differentiable) {
  void* memory = host_.allocate(sizeof(Node), alignof(Node));
  return Var(new (memory) Node{this, value, {}, nullptr, differentiable && recording()});
}

const Tensor& Tape::gradient_memory(Node& node) {
  if (!node.gradient) node.gradient = allocate(node.value.rows, node.value.cols);
  return node.gradient;
}

Var Tape::parameter(const Parameter& parameter) {
  if (parameter_nodes_.size() <= parameter.index) parameter_nodes_.resize(parameter.index + 1);
  Node*& cached = parameter_nodes_[parameter.index];
  if (cached == nullptr) {
    void* memory = host_.allocate(sizeof(Node), alignof(Node));
    cached = new (memory) Node{this, parameter.value, {}, &parameter, recording()};
    if (recording()) cached->gradient = Parameters::view(parameter, gradients_.y);
    cached->has_gradient = recording() && gradients_.beta != 0;  // of the batches before
  }
  return Var(cached);
}

void Tape::add_weight_gradient(Var weight, const Tensor& left, const Tensor& right) {
  if (weight.parameter() == nullptr) {
    backend_.gemm(transposed(left), right, weight.gradient_sum());
    return;
  }
  products_.push_back({weight, left, right});
}

void Tape::flush_products() {
  const auto by_parameter = [](const Product& a, const Product& b) {
    return a.weight.parameter()->index < b.weight.parameter()->index;
  };
  std::stable_sort(products_.begin(), products_.end(), by_parameter);
  for (auto first = products_.begin(); first != products_.end();) {
    const auto last = std::upper_bound(first, products_.end(), *first, by_parameter);
    flush_product_group({first, last});
    first = last;
  }
  products_.clear();
}

void Tape::flush_product_group(std::span<const Product> group) {
  const Var weight = group.front().weight;
  Tensor left, right;
  int rows = 0;  // gathered so far
  const auto flush = [&] {
    if (rows == 0) return;
    backend_.gemm(transposed(left.row_range(0, rows)), right.row_range(0, rows),
                  weight.gradient_sum());
    rows = 0;
  };
  for (const Product& product : group) {
    if (group.size() == 1 || product.left.rows >= kProductRows / 2) {
      backend_.gemm(transposed(product.left), product.right, weight.gradient_sum());
      continue;
    }
    if (left.data == nullptr) {
      left = allocate(kProductRows, weight.rows());
      right = allocate(kProductRows, weight.cols());
    }
    const int count = product.left.rows;
    if (rows + count > kProductRows) flush();
    backend_.copy(product.left, left.row_range(rows, count));
    backend_.copy(product.right, right.row_range(rows, count));
    rows += count;
  }
  flush();
}

void Tape::backward(Var loss) {
  if (loss.rows() != 1 || loss.cols() != 1) {
    fail("expected a loss of shape [1, 1], found [{}, {}]", loss.rows(), loss.cols());
  }
  backend_.fill(loss.gradient(), 1.0F);
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) step->call(step->closure);
  flush_products();
  clear_missing_gradients();
}

void Tape::clear_missing_gradients() {
  if (!recording() || gradients_.beta != 0) return;
  for (const Parameter& parameter : parameters_->all()) {
    const Node* const node = parameter_nodes_[parameter.index];
    if (node != nullptr && node->has_gradient) continue;
    backend_.fill(Parameters::view(parameter, gradients_.y), 0.0F);
  }
}

std::uint64_t Tape::next_dropout_key() { return hash_seed(seed_, {++dropout_count_}); }

std::size_t Tape::memory() const {
  std::size_t floats = 0;
  for (const Chunk& chunk : chunks_) floats += chunk.size;
  return floats * sizeof(float);
}

}  // namespace heed
