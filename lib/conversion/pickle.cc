#include "conversion/pickle.h"

#include <algorithm>
#include <utility>

#include "util/error.h"
#include "util/json.h"

namespace heed {

namespace {

using Kind = PickleValue::Kind;

constexpr int kMostDepth = 16;

/// A stack machine that knows the opcodes of values, tuples, lists and dicts.
class Unpickler {
 public:
  explicit Unpickler(ByteReader& reader) : reader_(reader) {}

  PickleRef run() {
    while (true) {
      const auto opcode = reader_.number<std::uint8_t>();
      if (opcode == '.') return pop();
      if (!push_value(opcode) && !collect(opcode) && !remember(opcode)) {
        refuse(fmt::format("opcode {:#04x}", opcode));
      }
    }
  }

 private:
  bool push_value(std::uint8_t opcode);
  bool collect(std::uint8_t opcode);
  bool remember(std::uint8_t opcode);
  void call();
  void push_storage();

  [[noreturn]] void refuse(const std::string& what) const {
    fail("expected a pickle of tensors at byte {} of {}, found {}; heed runs no code of files",
         reader_.at(), reader_.path(), what);
  }
  void push(PickleValue value) {
    note_depth(value, value.items);
    stack_.push_back(std::make_shared<PickleValue>(std::move(value)));
  }
  void note_depth(PickleValue& value, const std::vector<PickleRef>& items) const {
    for (const PickleRef& item : items) value.depth = std::max(value.depth, item->depth + 1);
    if (value.depth > kMostDepth) refuse("values inside each other");
  }
  void push_number(std::int64_t number) { push({Kind::kNumber, number, {}, {}, 0}); }
  PickleRef pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("an empty stack");
    PickleRef value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }
  /// The last `count` values.
  std::vector<PickleRef> pop_many(std::size_t count) {
    std::vector<PickleRef> values(count);
    for (std::size_t i = count; i > 0; --i) values[i - 1] = pop();
    return values;
  }
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) refuse("no mark");
    std::vector<PickleRef> values = pop_many(stack_.size() - marks_.back());
    marks_.pop_back();
    return values;
  }
  void push_items(Kind kind, std::vector<PickleRef> items) {
    push({kind, 0, {}, std::move(items), 0});
  }
  /// Puts more into the list or dict below. The memo keeps neither, so that none is in itself.
  void extend(Kind kind, const std::vector<PickleRef>& more) {
    PickleRef whole = pop();
    if (whole->kind != kind || (kind == Kind::kDict && more.size() % 2 != 0)) {
      refuse("items of something else");
    }
    note_depth(*whole, more);
    whole->items.insert(whole->items.end(), more.begin(), more.end());
    stack_.push_back(std::move(whole));
  }
  std::int64_t long_number();
  std::string line() {
    std::string text;
    for (char c; (c = reader_.number<char>()) != '\n';) text += c;
    return text;
  }

  ByteReader& reader_;
  std::vector<PickleRef> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint32_t, PickleRef> memo_;
};

/// Of any length; those of more than 8 bytes are only passed over.
std::int64_t Unpickler::long_number() {
  const auto bytes = reader_.take(reader_.number<std::uint8_t>());
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 8); ++i) {
    value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  }
  return static_cast<std::int64_t>(value);
}

bool Unpickler::push_value(std::uint8_t opcode) {
  switch (opcode) {
    case 'N':
      push({});
      return true;
    case 0x88:  // true
    case 0x89:  // false
      push_number(opcode == 0x88 ? 1 : 0);
      return true;
    case 'J':
      push_number(reader_.number<std::int32_t>());
      return true;
    case 'K':
      push_number(reader_.number<std::uint8_t>());
      return true;
    case 'M':
      push_number(reader_.number<std::uint16_t>());
      return true;
    case 0x8a:
      push_number(long_number());
      return true;
    case 'X': {
      const auto size = reader_.number<std::uint32_t>();
      push({Kind::kText, 0, std::string(reader_.text(size)), {}, 0});
      return true;
    }
    case 'c': {
      const std::string module = line();
      push({Kind::kGlobal, 0, module + " " + line(), {}, 0});
      return true;
    }
    default:
      return false;
  }
}

bool Unpickler::collect(std::uint8_t opcode) {
  switch (opcode) {
    case ')':
    case ']':
      push_items(opcode == ')' ? Kind::kTuple : Kind::kList, {});
      return true;
    case '}':
      push_items(Kind::kDict, {});
      return true;
    case '(':
      marks_.push_back(stack_.size());
      return true;
    case 't':
      push_items(Kind::kTuple, pop_to_mark());
      return true;
    case 0x85:
    case 0x86:
    case 0x87:
      push_items(Kind::kTuple, pop_many(opcode - 0x84U));
      return true;
    case 'a':
      extend(Kind::kList, pop_many(1));
      return true;
    case 'e':
      extend(Kind::kList, pop_to_mark());
      return true;
    case 's':
      extend(Kind::kDict, pop_many(2));
      return true;
    case 'u':
      extend(Kind::kDict, pop_to_mark());
      return true;
    default:
      return false;
  }
}

bool Unpickler::remember(std::uint8_t opcode) {
  switch (opcode) {
    case 0x80:  // the protocol
      reader_.take(1);
      return true;
    case 'q':
    case 'r': {
      const auto place =
          opcode == 'q' ? reader_.number<std::uint8_t>() : reader_.number<std::uint32_t>();
      PickleRef value = pop();
      const bool grows = value->kind == Kind::kDict || value->kind == Kind::kList;
      memo_[place] = grows ? nullptr : value;
      stack_.push_back(std::move(value));
      return true;
    }
    case 'h':
    case 'j': {
      const auto place =
          opcode == 'h' ? reader_.number<std::uint8_t>() : reader_.number<std::uint32_t>();
      const auto found = memo_.find(place);
      if (found == memo_.end() || found->second == nullptr) refuse("a value that is not kept");
      stack_.push_back(found->second);
      return true;
    }
    case 'Q':
      push_storage();
      return true;
    case 'R':
      call();
      return true;
    case 'b':  // attributes of a dict, which tensors don't need
      pop();
      return true;
    default:
      return false;
  }
}

/// ('storage', type, key, place, size), and of old files one more.
void Unpickler::push_storage() {
  const PickleRef id = pop();
  const auto& items = id->items;
  if (id->kind != Kind::kTuple || items.size() < 5 || items[0]->text != "storage" ||
      items[1]->kind != Kind::kGlobal || items[2]->kind != Kind::kText ||
      items[4]->kind != Kind::kNumber) {
    refuse("no storage of numbers");
  }
  push({Kind::kStorage, 0, items[2]->text, {items[1], items[4]}, 0});
}

void Unpickler::call() {
  const PickleRef arguments = pop(), function = pop();
  const auto& items = arguments->items;
  if (function->kind != Kind::kGlobal) refuse("a call of no function");
  if (function->text == "collections OrderedDict" && items.empty()) {
    return push_items(Kind::kDict, {});
  }
  const bool is_tensor = function->text == "torch._utils _rebuild_tensor_v2" && items.size() >= 4 &&
                         items[0]->kind == Kind::kStorage && items[1]->kind == Kind::kNumber &&
                         items[2]->kind == Kind::kTuple && items[3]->kind == Kind::kTuple;
  const bool is_parameter = function->text == "torch._utils _rebuild_parameter" && !items.empty();
  if (is_parameter) {
    stack_.push_back(items[0]);
  } else if (is_tensor) {
    push_items(Kind::kTensor, {items[0], items[1], items[2], items[3]});
  } else {
    refuse("a call of " + printable(function->text));
  }
}

}  // namespace

PickleRef read_pickle(ByteReader& reader) { return Unpickler(reader).run(); }

}  // namespace heed
