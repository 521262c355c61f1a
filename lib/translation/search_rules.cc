#include "translation/search_rules.h"

#include <algorithm>

#include "text/protected_patterns.h"
#include "translation/continuations.h"
#include "util/error.h"
#include "util/fields.h"

namespace heed {

void check_options(const TranslateOptions& options) {
  check_fields(options);
  if (!options.sampling && options.n_best > options.search.beam_size) {
    fail_usage("expected --n-best of at most --beam-size {}, found {}; raise --beam-size",
               options.search.beam_size, options.n_best);
  }
  if (options.n_best_distinct && options.n_best == 0) {
    fail_usage("--n-best-distinct needs --n-best");
  }
  const bool limits_sampling =
      options.sampling_topk > 0 || options.sampling_topp != 1 || options.sampling_temperature != 1;
  if (limits_sampling && !options.sampling) {
    fail_usage("--sampling-topk, --sampling-topp and --sampling-temperature need --sampling");
  }
  const int groups = options.search.beam_groups;
  if (options.sampling && (groups > 1 || options.constraints)) {
    fail_usage("--beam-groups and --constraints need a search: leave --sampling out");
  }
  if (options.search.beam_size % groups != 0) {
    fail_usage("expected a --beam-size of --beam-groups {} groups of one size, found {}", groups,
               options.search.beam_size);
  }
  const ProtectedPatterns is_valid(options.protect);
}

SearchRules search_rules(const TranslateOptions& options, const Tokenizers& tokenizers) {
  SearchRules rules;
  rules.options = options.search;
  // Of equal texts one is kept, so all that the beam has are looked at.
  const bool all_of_beam = options.n_best < 0 || (options.n_best_distinct && !options.sampling);
  rules.n_best = all_of_beam ? options.search.beam_size : std::max(options.n_best, 1);
  rules.attention = options.alignment.form != AlignmentForm::kNone || options.flag_doubtful;
  rules.forbidden = {tokenizers.target.unk_id()};
  rules.no_repeat_ngram = options.no_repeat_ngram;
  if (options.sampling) {
    rules.options.beam_size = rules.n_best;
    rules.sampling = Sampling{options.sampling_topk, options.seed, options.sampling_topp,
                              options.sampling_temperature};
  }
  if (options.constraints || options.json) {
    rules.continues = find_continuations(tokenizers.target);
  }
  return rules;
}

}  // namespace heed
