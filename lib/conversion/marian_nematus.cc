#include "conversion/marian_nematus.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "util/error.h"

namespace heed {

namespace {

bool is_old(const MarianConfig& config) { return config.text("type") != "s2s"; }

Cell cell_of(const MarianConfig& config, const std::string& option) {
  const std::string name = config.text(option, "gru");
  if (name == "gru" || name == "gru-nematus") return Cell::kGru;
  if (name == "lstm" && !is_old(config)) return Cell::kLstm;
  config.refuse(option, is_old(config) ? "gru or gru-nematus" : "gru, gru-nematus or lstm");
}

/// What Heed's model has no form of.
void check_recurrent(const MarianConfig& config) {
  for (const char* name : {"right-left", "output-omit-bias", "ulr"}) config.expect(name, "false");
  if (!config.flag("tied-embeddings-all")) config.expect("tied-embeddings-src", "false");
  for (const char* name : {"lemma-dim-emb", "factors-dim-emb"}) config.expect(name, "0");
  config.expect("input-types", "");
  config.expect("enc-type", "bidirectional");
  if (!is_old(config)) return;
  config.expect("dec-cell-high-depth", "1");
  if (config.text("type") == "nematus") return;
  for (const char* name : {"enc-depth", "dec-depth", "enc-cell-depth"}) config.expect(name, "1");
  config.expect("dec-cell-base-depth", "2");
}

}  // namespace

ModelOptions marian_nematus(const MarianConfig& config) {
  check_recurrent(config);
  ModelOptions options;
  options.type = ModelType::kNematus;
  options.dim_emb = config.number("dim-emb", 512);
  options.dim_rnn = config.number("dim-rnn", 1024);
  options.enc_depth = config.number("enc-depth", 1);
  options.dec_depth = config.number("dec-depth", 1);
  options.enc_cell_depth = config.number("enc-cell-depth", 1);
  options.dec_cell_base_depth = config.number("dec-cell-base-depth", 2);
  options.dec_cell_high_depth = config.number("dec-cell-high-depth", 1);
  options.skip = config.flag("skip");
  options.enc_cell = cell_of(config, "enc-cell");
  options.dec_cell = cell_of(config, "dec-cell");
  options.layer_normalization = config.flag("layer-normalization");
  options.nematus_normalization = options.layer_normalization && config.text("type") == "nematus";
  options.norm_epsilon = options.nematus_normalization ? 1e-5F : 1e-9F;
  options.tied_embeddings_all = config.flag("tied-embeddings-all");
  options.tied_embeddings = options.tied_embeddings_all || config.flag("tied-embeddings");
  options.embedding_scale = EmbeddingScale::kOne;
  options.decoder_start = DecoderStart::kZeros;
  options.attention = options.layer_normalization ? "layer-norm-additive" : "additive";
  options.attention_dim = 2 * options.dim_rnn;
  return options;
}

namespace {

using Names = std::pair<std::string_view, std::string_view>;

/// What names of s2s that begin with the first begin with in files of amun and nematus.
constexpr std::array kOldNames = {Names{"encoder_Wemb", "Wemb"},
                                  Names{"decoder_Wemb", "Wemb_dec"},
                                  Names{"encoder_bi_", "encoder_"},
                                  Names{"decoder_cell1_gamma", "decoder_cell1_gamma"},
                                  Names{"decoder_cell2_gamma", "decoder_cell2_gamma"},
                                  Names{"decoder_cell1_", "decoder_"},
                                  Names{"decoder_cell2_Ux", "decoder_Ux_nl"},
                                  Names{"decoder_cell2_U", "decoder_U_nl"},
                                  Names{"decoder_cell2_Wx", "decoder_Wcx"},
                                  Names{"decoder_cell2_W", "decoder_Wc"},
                                  Names{"decoder_cell2_bx", "decoder_bx_nl"},
                                  Names{"decoder_cell2_b", "decoder_b_nl"},
                                  Names{"decoder_ff_state_", "ff_state_"},
                                  Names{"decoder_ff_logit_l1_W0", "ff_logit_prev_W"},
                                  Names{"decoder_ff_logit_l1_b0", "ff_logit_prev_b"},
                                  Names{"decoder_ff_logit_l1_W1", "ff_logit_lstm_W"},
                                  Names{"decoder_ff_logit_l1_b1", "ff_logit_lstm_b"},
                                  Names{"decoder_ff_logit_l1_W2", "ff_logit_ctx_W"},
                                  Names{"decoder_ff_logit_l1_b2", "ff_logit_ctx_b"},
                                  Names{"decoder_ff_logit_l1_gamma", "ff_logit_l1_gamma"},
                                  Names{"decoder_ff_logit_l1_ln_s0", "ff_logit_prev_ln_s"},
                                  Names{"decoder_ff_logit_l1_ln_b0", "ff_logit_prev_ln_b"},
                                  Names{"decoder_ff_logit_l1_ln_s1", "ff_logit_lstm_ln_s"},
                                  Names{"decoder_ff_logit_l1_ln_b1", "ff_logit_lstm_ln_b"},
                                  Names{"decoder_ff_logit_l1_ln_s2", "ff_logit_ctx_ln_s"},
                                  Names{"decoder_ff_logit_l1_ln_b2", "ff_logit_ctx_ln_b"},
                                  Names{"decoder_ff_logit_l2_b", "ff_logit_b"}};

/// Cells of s2s whose numbers are behind in files of nematus.
struct OldTransition {
  std::string_view cell;   ///< What stands before the number, from `first`.
  std::string_view old;    ///< What stands there in old names,
  std::string_view place;  ///< and before the number, from 1.
  int first = 0;
};
constexpr std::array kOldTransitions = {
    OldTransition{"encoder_bi_cell", "encoder_", "_drt_", 2},
    OldTransition{"encoder_bi_r_cell", "encoder_r_", "_drt_", 2},
    OldTransition{"decoder_cell", "decoder_", "_nl_drt_", 3}};

/// encoder_bi_cell2_U is encoder_U_drt_1, decoder_cell3_U_lns decoder_U_nl_drt_1_lns; "" for
/// others.
std::string old_transition(const std::string& name) {
  for (const OldTransition& transition : kOldTransitions) {
    if (!name.starts_with(transition.cell)) continue;
    const std::string_view rest = std::string_view(name).substr(transition.cell.size());
    int number = 0;
    const char* const end = std::from_chars(rest.data(), rest.data() + rest.size(), number).ptr;
    if (number < transition.first) continue;
    const std::string_view letters = rest.substr(end + 1 - rest.data());
    const std::size_t norm = std::min(letters.find("_ln"), letters.size());
    return fmt::format("{}{}{}{}{}", transition.old, letters.substr(0, norm), transition.place,
                       number - transition.first + 1, letters.substr(norm));
  }
  return "";
}

/// Layers behind the first have one name in all files.
bool is_upper(const std::string& name) {
  return name.starts_with("encoder_bi_l") || name.starts_with("encoder_bi_r_l");
}

std::string old_name(const std::string& name) {
  if (is_upper(name)) return name;
  if (std::string old = old_transition(name); !old.empty()) return old;
  for (const auto& [current, old] : kOldNames) {
    if (name.starts_with(current)) return std::string(old) + name.substr(current.size());
  }
  return name;
}

/// Makes the table, cell by cell, in the names of s2s.
class NematusTable {
 public:
  explicit NematusTable(const ModelOptions& options) : options_(options) {
    add_embeddings();
    add_encoder("forward", "encoder_bi");
    add_encoder("backward", "encoder_bi_r");
    add_decoder();
    add_attention();
    add_linear("decoder.initial", "decoder_ff_state", "");
    constexpr std::array kParts = {"word", "state", "context"};
    for (std::size_t i = 0; i < kParts.size(); ++i) {
      add_linear(fmt::format("decoder.readout.{}", kParts[i]), "decoder_ff_logit_l1",
                 std::to_string(i));
    }
  }

  std::vector<Correspondence> finish() { return std::move(entries_); }

 private:
  bool has_nematus_norms() const { return options_.nematus_normalization; }
  bool has_norms() const { return options_.layer_normalization && !has_nematus_norms(); }

  void add(const std::string& parameter, const std::string& tensor, bool transposed = false) {
    entries_.push_back({parameter, {{tensor}}, transposed});
  }
  void add_norm(const std::string& parameter, const std::string& gain, const std::string& bias) {
    add(parameter + ".norm.gain", gain);
    add(parameter + ".norm.bias", bias);
  }
  /// x W + b, or LN(x W) with gain gamma and bias b, or LN(x W + b).
  void add_linear(const std::string& parameter, const std::string& prefix,
                  const std::string& number) {
    add(parameter + ".weight", prefix + "_W" + number);
    if (has_norms()) add(parameter + ".norm.gain", prefix + "_gamma" + number);
    add(parameter + (has_norms() ? ".norm.bias" : ".bias"), prefix + "_b" + number);
    if (has_nematus_norms()) {
      add_norm(parameter, prefix + "_ln_s" + number, prefix + "_ln_b" + number);
    }
  }
  void add_gates(const std::string& parameter, const std::string& tensor, bool is_gain = false);
  void add_cell(const std::string& parameter, const std::string& prefix, bool has_input);
  void add_split_norms(const std::string& parameter, const std::string& tensor);
  void add_cells(const std::string& parameter, const std::vector<std::string>& prefixes);
  void add_embeddings();
  void add_encoder(const std::string& direction, const std::string& prefix);
  void add_decoder();
  void add_attention();

  const ModelOptions& options_;
  std::vector<Correspondence> entries_;
  Cell cell_ = Cell::kGru;  ///< Of the cells that are added.
};

/// A GRU has r and z in X and h̃ in Xx, or all in a gain, in Heed's order. An LSTM has f, i, g, o,
/// of which Heed has i first.
void NematusTable::add_gates(const std::string& parameter, const std::string& tensor,
                             bool is_gain) {
  const int width = options_.dim_rnn;
  if (cell_ == Cell::kLstm) {
    entries_.push_back(
        {parameter, {{tensor, width, width}, {tensor, width}, {tensor, 2 * width, 2 * width}}});
  } else if (is_gain) {
    add(parameter, tensor);
  } else {
    entries_.push_back({parameter, {{tensor, 2 * width}, {tensor + "x", width}}});
  }
}

void NematusTable::add_cell(const std::string& parameter, const std::string& prefix,
                            bool has_input) {
  if (has_input) add_gates(parameter + ".input.weight", prefix + "_W");
  add_gates(parameter + ".hidden.weight", prefix + "_U");
  add_gates(parameter + ".bias", prefix + "_b");
  if (has_nematus_norms()) {
    if (has_input) add_split_norms(parameter + ".input", prefix + "_W");
    add_split_norms(parameter + ".hidden", prefix + "_U");
  }
  if (!has_norms()) return;
  if (has_input) add_gates(parameter + ".input.norm.gain", prefix + "_gamma1", true);
  add_gates(parameter + ".hidden.norm.gain", prefix + "_gamma2", true);
}

void NematusTable::add_split_norms(const std::string& parameter, const std::string& tensor) {
  add_norm(parameter, tensor + "_lns", tensor + "_lnb");
  add_norm(parameter + ".candidate", tensor + "x_lns", tensor + "x_lnb");
}

/// A deep cell: the first with an input, then those that have none.
void NematusTable::add_cells(const std::string& parameter,
                             const std::vector<std::string>& prefixes) {
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    add_cell(i == 0 ? parameter : fmt::format("{}.transition.{}", parameter, i), prefixes[i],
             i == 0);
  }
}

void NematusTable::add_embeddings() {
  add("output.bias", "decoder_ff_logit_l2_b");
  if (options_.tied_embeddings_all) return add("embedding", "Wemb");
  add("source.embedding", "encoder_Wemb");
  add("target.embedding", "decoder_Wemb");
  if (!options_.tied_embeddings) add("output.weight", "decoder_ff_logit_l2_Wt");
}

/// The first layer is encoder_bi without _cell1, then encoder_bi_cell2; the second
/// encoder_bi_l2_cell1.
void NematusTable::add_encoder(const std::string& direction, const std::string& prefix) {
  cell_ = options_.enc_cell;
  for (int layer = 0; layer < options_.enc_depth; ++layer) {
    const std::string base = layer == 0 ? prefix : fmt::format("{}_l{}", prefix, layer + 1);
    std::vector<std::string> prefixes;
    for (int cell = 1; cell <= options_.enc_cell_depth; ++cell) {
      prefixes.push_back(layer + cell == 1 ? base : fmt::format("{}_cell{}", base, cell));
    }
    add_cells(fmt::format("encoder.{}.{}", layer, direction), prefixes);
  }
}

void NematusTable::add_decoder() {
  cell_ = options_.dec_cell;
  add_cell("decoder.0", "decoder_cell1", true);
  std::vector<std::string> prefixes;
  for (int cell = 2; cell <= options_.dec_cell_base_depth; ++cell) {
    prefixes.push_back(fmt::format("decoder_cell{}", cell));
  }
  add_cells("decoder.0.conditional", prefixes);
  for (int layer = 1; layer < options_.dec_depth; ++layer) {
    prefixes.clear();
    for (int cell = 1; cell <= options_.dec_cell_high_depth; ++cell) {
      prefixes.push_back(fmt::format("decoder_l{}_cell{}", layer + 1, cell));
    }
    add_cells(fmt::format("decoder.{}", layer), prefixes);
  }
}

void NematusTable::add_attention() {
  add("attention.query.weight", "decoder_W_comb_att");
  add("attention.key.weight", "decoder_Wc_att");
  add(has_norms() ? "attention.key.norm.bias" : "attention.key.bias", "decoder_b_att");
  add("attention.v", "decoder_U_att", true);
  if (has_nematus_norms()) {
    add_norm("attention.key", "decoder_Wc_att_lns", "decoder_Wc_att_lnb");
    add_norm("attention.query", "decoder_W_comb_att_lns", "decoder_W_comb_att_lnb");
  }
  if (!has_norms()) return;
  add("attention.key.norm.gain", "decoder_att_gamma1");
  add("attention.query.norm.gain", "decoder_att_gamma2");
}

}  // namespace

std::vector<Correspondence> marian_nematus_table(const ModelOptions& options, bool old_names) {
  std::vector<Correspondence> table = NematusTable(options).finish();
  for (Correspondence& entry : table) {
    for (TensorColumns& columns : entry.columns) {
      if (old_names) columns.tensor = old_name(columns.tensor);
    }
  }
  return table;
}

}  // namespace heed
