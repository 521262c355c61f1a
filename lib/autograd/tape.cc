#include "autograd/tape.h"

#include <algorithm>

#include "util/error.h"
#include "util/random.h"

namespace heed {

namespace {

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

Tape::Tape(Backend& backend) : backend_(backend), arena_(backend), scratch_(backend) {}

Tape::Tape(Backend& backend, const Parameters& parameters, const Sum& gradients)
    : backend_(backend),
      parameters_(&parameters),
      gradients_(gradients),
      parameter_nodes_(parameters.all().size()),
      arena_(backend),
      scratch_(backend) {}

void Tape::reset(std::uint64_t seed) {
  steps_.clear();
  products_.clear();
  std::fill(parameter_nodes_.begin(), parameter_nodes_.end(), nullptr);
  host_.release();
  arena_.reset();
  scratch_.reset();
  in_part_ = false;
  seed_ = seed;
  dropout_count_ = 0;
}

void Tape::reset(std::uint64_t seed, const Sum& gradients) {
  reset(seed);
  gradients_ = gradients;
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
  Node* const node = new (memory) Node{this, value, {}, nullptr, differentiable && recording()};
  node->in_part = in_part_;
  return Var(node);
}

const Tensor& Tape::gradient_memory(Node& node) {
  if (!node.gradient) {
    node.gradient = (node.in_part ? scratch_ : arena_).allocate(node.value.rows, node.value.cols);
  }
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

void Tape::flush_products(std::size_t first_product) {
  const auto by_parameter = [](const Product& a, const Product& b) {
    return a.weight.parameter()->index < b.weight.parameter()->index;
  };
  const auto begin = products_.begin() + static_cast<std::ptrdiff_t>(first_product);
  std::stable_sort(begin, products_.end(), by_parameter);
  for (auto first = begin; first != products_.end();) {
    const auto last = std::upper_bound(first, products_.end(), *first, by_parameter);
    flush_product_group({first, last});
    first = last;
  }
  products_.resize(first_product);
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
  run_steps(0);
  flush_products(0);
  clear_missing_gradients();
}

/// Those from `first` on, the last first. A step may add others, which it runs itself.
void Tape::run_steps(std::size_t first) {
  while (steps_.size() > first) {
    const Step step = steps_.back();
    steps_.pop_back();
    step.call(step.closure);
  }
}

Tape::Place Tape::begin_part() {
  in_part_ = true;
  return {steps_.size(), products_.size()};
}

void Tape::end_part(const Place& begin) {
  steps_.resize(begin.step);
  scratch_.reset();
  in_part_ = false;
}

/// What a part leaves on the tape.
Var Tape::copied_out(Var inner) {
  in_part_ = false;
  const Var outer = node(allocate(inner.rows(), inner.cols()), inner.differentiable());
  in_part_ = true;
  backend_.copy(inner.value(), outer.value());
  return outer;
}

/// Of a part that has been computed again, `inner` as it was as `outer`.
void Tape::backward_part(const Place& begin, std::span<const Var> outer,
                         std::span<const Var> inner) {
  for (std::size_t i = 0; i < outer.size(); ++i) {
    if (!outer[i].differentiable() || !outer[i].has_gradient()) continue;
    backend_.scale(1.0F, outer[i].gradient(), inner[i].gradient_sum());
  }
  run_steps(begin.step);
  flush_products(begin.product);
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

void Tape::reserve(const Size& size, std::size_t most_bytes) {
  const std::size_t kept = std::max(arena_.memory(), size.kept * sizeof(float));
  const std::size_t scratch = std::max(scratch_.memory(), size.scratch * sizeof(float));
  if (kept + scratch > most_bytes) release();
  arena_.reserve(size.kept);
  scratch_.reserve(size.scratch);
}

void Tape::release() {
  arena_.release();
  scratch_.release();
}

std::size_t Tape::memory() const { return arena_.memory() + scratch_.memory(); }

}  // namespace heed
