#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/arena.h"
#include "autograd/parameter.h"
#include "tensor/backend.h"

namespace heed {

class Tape;

/// What a Var refers to. Lives in its tape until the tape is reset.
struct Node {
  Tape* tape = nullptr;
  Tensor value;
  Tensor gradient;
  const Parameter* parameter = nullptr;
  bool differentiable = false;
  bool has_gradient = false;  ///< Whether anything has been added to `gradient`.
  bool in_part = false;       ///< Whether recompute() drops it.
  Node* whole = nullptr;      ///< Of a view: what it looks into.
};

/// A value on a tape and, once backward has run, the loss's gradient with respect to it. A handle:
/// copied freely, valid until the tape is reset.
class Var {
 public:
  Var() = default;
  explicit Var(Node* node) : node_(node) {}

  explicit operator bool() const { return node_ != nullptr; }
  const Tensor& value() const { return node_->value; }
  int rows() const { return node_->value.rows; }
  int cols() const { return node_->value.cols; }
  Tape& tape() const { return *node_->tape; }
  const Parameter* parameter() const { return node_->parameter; }
  /// The form to multiply with, where this is a parameter packed as that factor and its tape does
  /// not record; else null.
  const PackedWeight* packed(Factor as) const;
  const PackedWeight* packed_rows() const;  ///< The same for selected_logits().

  bool differentiable() const { return node_->differentiable; }
  bool has_gradient() const { return whole().has_gradient; }
  /// The gradient, to be read; zero where nothing has been added. Only of a differentiable Var.
  Tensor gradient() const;
  /// The gradient, to be added to: the first Sum overwrites it. One of which parts are looked at
  /// begins with zeros.
  Sum gradient_sum() const;
  /// For an operation whose kernel adds to the gradients of two Vars, which may be one.
  void share_gradient(Var other) const {
    if (&whole() == &other.whole()) gradient();
  }

 private:
  friend class Tape;
  Node& whole() const { return node_->whole == nullptr ? *node_ : *node_->whole; }

  Node* node_ = nullptr;
};

/// Records operations in the order they run, which is a topological order; backward() is one loop
/// over them in reverse. In inference (no gradients given) it records nothing and only lends
/// memory. One tape belongs to one thread. Its memory is kept by reset() for the next batch.
class Tape {
 public:
  /// Inference: Vars have values only, dropout does nothing.
  explicit Tape(Backend& backend);
  /// Training: backward() puts the gradients of parameters into `gradients`, a block laid out as
  /// the parameters; it overwrites all of them (those that the loss does not depend on with zeros),
  /// or adds.
  Tape(Backend& backend, const Parameters& parameters, const Sum& gradients = {});
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  Backend& backend() const { return backend_; }
  bool recording() const { return parameters_ != nullptr; }

  /// Forgets all Vars and keeps the memory. `seed` fixes the dropout masks that follow.
  void reset(std::uint64_t seed = 0);
  /// The same; gradients go to another block from now on.
  void reset(std::uint64_t seed, const Sum& gradients);

  /// Uninitialised memory [rows, cols] until reset. Throws an Error that names the size where there
  /// is not so much, before it is touched, or where a side is no int.
  Tensor allocate(std::int64_t rows, std::int64_t cols) {
    return (in_part_ ? scratch_ : arena_).allocate(rows, cols);
  }
  /// A copy of `values` that lives until reset, for the host and for kernels.
  template <class T>
  Uploaded<T> keep(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    T* copy = static_cast<T*>(host_.allocate(values.size_bytes() + 1, alignof(T)));
    std::uninitialized_copy(values.begin(), values.end(), copy);
    const std::span<const T> kept(copy, values.size());
    return {kept, static_cast<const T*>(upload(std::as_bytes(kept)))};
  }
  template <class T>
  Uploaded<T> keep(const std::vector<T>& values) {
    return keep(std::span<const T>(values));
  }

  /// A value that needs no gradient.
  Var constant(const Tensor& value) { return node(value, false); }
  /// A Var of another tape as a constant of this one; one of this tape as it is.
  Var adopt(Var var) { return &var.tape() == this ? var : constant(var.value()); }
  /// A parameter; the same Var at each call until reset.
  Var parameter(const Parameter& parameter);
  /// A value that an operation computed; it gets a gradient if `differentiable` and recording.
  Var node(const Tensor& value, bool differentiable);
  /// A Var that looks into `parent`: its value and its gradient are views of the parent's, made
  /// by `look`, a function from Tensor to Tensor.
  template <class View>
  Var view(Var parent, View look) {
    const Var result = node(look(parent.value()), parent.differentiable());
    if (!result.differentiable()) return result;
    result.node_->whole = &parent.whole();
    result.node_->gradient = look(gradient_memory(*parent.node_));
    return result;
  }

  /// Calls `backward()` when the loop comes by. Captures must be trivially destructible (Vars,
  /// Tensors, numbers, what keep() returned) and only what backward reads.
  template <class Function>
  void record(Function backward) {
    static_assert(std::is_trivially_destructible_v<Function>);
    void* memory = host_.allocate(sizeof(Function), alignof(Function));
    auto* closure = new (memory) Function(std::move(backward));
    steps_.push_back({[](void* f) { (*static_cast<Function*>(f))(); }, closure});
  }

  /// weight.gradient += leftᵀ · right, for a weight used in a product. For parameters the products
  /// of all uses are computed together when backward ends: a recurrent weight, used at each time
  /// step, costs one large product instead of many thin ones.
  void add_weight_gradient(Var weight, const Tensor& left, const Tensor& right);

  /// From now on recompute() drops values.
  void save_memory() { saves_memory_ = true; }
  /// Runs part(), which makes an array of Vars from others. Where the tape saves memory, all other
  /// values of the part are dropped at once, and computed again when the loop comes by (Chen et al.
  /// 2016, section 4.1): with the same dropout masks, so that gradients have the same bits, unless
  /// two parts multiply with one weight (each is a sum of its own then). Captures as record()'s.
  template <class Part>
  auto recompute(Part part) {
    if (!saves_memory_ || !recording() || in_part_) return part();
    const std::uint64_t count = dropout_count_;
    const Place begin = begin_part();
    const auto inner = part();
    auto outer = inner;
    for (std::size_t i = 0; i < inner.size(); ++i) outer[i] = copied_out(inner[i]);
    end_part(begin);
    record([this, part, outer, count] {
      const Place again = begin_part();
      dropout_count_ = count;
      backward_part(again, outer, part());
      end_part(again);
    });
    return outer;
  }

  /// Sets the gradient of `loss` [1, 1] to 1 and runs the loop, once.
  void backward(Var loss);
  /// The end of backward(), and all of it without a loss: zeros for parameters that got no
  /// gradient, unless gradients are added.
  void clear_missing_gradients();

  /// A key for the next dropout mask.
  std::uint64_t next_dropout_key();

  /// Floats of tensors.
  struct Size {
    std::size_t kept = 0;     ///< Until reset.
    std::size_t scratch = 0;  ///< Of one part at a time that is computed again.

    std::size_t bytes() const { return (kept + scratch) * sizeof(float); }
  };
  /// The most that this tape has needed so far, without what is wasted between tensors.
  Size most_needed() const { return {arena_.most_lent(), scratch_.most_lent()}; }
  /// Behind reset(): memory of just that size for what comes, if there is less. What there is stays
  /// unless all would be more than so many bytes.
  void reserve(const Size& size, std::size_t most_bytes);
  void release();              ///< Behind reset(): gives all memory back.
  std::size_t memory() const;  ///< Bytes held for tensors.

 private:
  struct Step {
    void (*call)(void*);
    void* closure;
  };
  struct Product {
    Var weight;
    Tensor left, right;
  };
  struct Place {
    std::size_t step, product;
  };

  friend class Var;
  const Tensor& gradient_memory(Node& node);
  const void* upload(std::span<const std::byte> kept);
  Place begin_part();
  void end_part(const Place& begin);
  Var copied_out(Var inner);
  void backward_part(const Place& begin, std::span<const Var> outer, std::span<const Var> inner);
  void run_steps(std::size_t first);
  void flush_products(std::size_t first);
  void flush_product_group(std::span<const Product> group);

  Backend& backend_;
  const Parameters* parameters_ = nullptr;  ///< Null: nothing is recorded.
  Sum gradients_;
  std::vector<Node*> parameter_nodes_;
  Arena arena_, scratch_;  ///< `scratch_` of a part of recompute().
  bool saves_memory_ = false, in_part_ = false;
  std::pmr::unsynchronized_pool_resource pool_;
  std::pmr::monotonic_buffer_resource host_{&pool_};
  std::vector<Step> steps_;
  std::vector<Product> products_;
  std::uint64_t seed_ = 0, dropout_count_ = 0;
};

}  // namespace heed
