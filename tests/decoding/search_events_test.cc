#include <gtest/gtest.h>

#include "decoding/beam_search.h"
#include "decoding/markov_stepper.h"

namespace heed {
namespace {

TEST(SearchEvents, TellWhatIsWeighed) {
  const MarkovStepper::Table table = MarkovStepper::random_table(9, 4);
  SearchRules watched;
  watched.options.beam_size = 2;
  watched.options.max_length = 3;
  const SearchRules plain = watched;
  std::vector<SearchEvent> events;
  watched.observe = [&](const SearchEvent& event) { events.push_back(event); };
  MarkovStepper stepper({table}, {4}), again({table}, {4});
  const Hypothesis best = beam_search(stepper, watched)[0][0];
  EXPECT_EQ(best.tokens, beam_search(again, plain)[0][0].tokens);
  std::vector<double> totals{0};
  std::vector<int> tokens{1};
  int dropped = 0;
  for (const SearchEvent& event : events) {
    ASSERT_LT(event.parent, static_cast<int>(totals.size()));
    const double step = table[tokens[event.parent]][event.token];
    EXPECT_NEAR(event.log_probability, totals[event.parent] + step, 1e-6);
    dropped += event.node < 0 ? 1 : 0;
    if (event.node < 0) continue;
    EXPECT_EQ(event.node, static_cast<int>(totals.size()));
    totals.push_back(event.log_probability);
    tokens.push_back(event.token);
  }
  EXPECT_GT(dropped, 0);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(events[i].parent, 0) << "2 beam sizes at the first step";
  EXPECT_NE(events[4].parent, 0);
}

}  // namespace
}  // namespace heed
