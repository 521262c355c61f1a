#include <gtest/gtest.h>

#include <string>

#include "app/shell.h"

namespace heed {
namespace {

/// Manual pages and completions, as man and shells read them.
class ShellIntegrationTest : public testing::Test {
 protected:
  /// What bash offers for the last of the words, of which the first is heed.
  std::string offered(const std::string& words) const {
    return shell_
        .run("source <(heed completion bash)\nCOMP_WORDS=(" + words +
             ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\ncompopt() { echo no files; }\n_heed\n"
             "echo ${COMPREPLY[@]}")
        .out;
  }

  Shell shell_;
};

TEST_F(ShellIntegrationTest, BashIsOfferedSubcommandsFlagsAndValues) {
  EXPECT_EQ(offered("heed tr"), "train translate\n");
  EXPECT_EQ(offered("heed train --cross-att"), "--cross-attention\n");
  EXPECT_EQ(offered("heed train --type ''"), "rnn transformer nematus\n");
  EXPECT_EQ(offered("heed train --type = tr"), "transformer\n");
  EXPECT_EQ(offered("heed train --attention cov"), "coverage\n");
  EXPECT_EQ(offered("heed translate --json f"), "false\n");
  EXPECT_EQ(offered("heed completion ''"), "bash zsh fish\n");
}

TEST_F(ShellIntegrationTest, BashIsOfferedFilesWhereFilesBelong) {
  EXPECT_EQ(offered("heed translate -m ''"), "\n");
  EXPECT_EQ(offered("heed train -t a ''"), "\n");
  EXPECT_EQ(offered("heed info ''"), "\n");
  EXPECT_EQ(offered("heed train --after ''"), "no files\n\n");
  EXPECT_EQ(offered("heed train --type rnn ''"), "no files\n\n");
}

TEST_F(ShellIntegrationTest, EachFlagOfTheHelpIsInThePageAndTheCompletions) {
  const Shell::Result result = shell_.run(R"(
for command in $(heed --help | sed -n '/^Subcommands/,$s/^  \([a-z]*\)$/\1/p'); do
  heed manual $command > page
  for shell in bash zsh fish; do heed completion $shell > $shell; done
  for flag in $(heed $command --help | grep -o '^  -[^ ]*' | grep -o -e '--[a-z0-9-]*'); do
    grep -qF -e "${flag//-/\\-}" page || echo "$command $flag: not in the page"
    grep -qF -e "$flag" bash || echo "$command $flag: not for bash"
    grep -qF -e "'$flag[" zsh || echo "$command $flag: not for zsh"
    grep -qF -e "-l ${flag#--}" fish || echo "$command $flag: not for fish"
  done
done
bash -n bash && wc -l < fish)");
  EXPECT_EQ(result.err, "");
  EXPECT_GT(std::stoi(result.out), 100) << result.out;
}

TEST_F(ShellIntegrationTest, UnknownNamesAreSaid) {
  EXPECT_EQ(shell_.run("heed manual trian").err,
            "heed: unknown subcommand 'trian'; one of: train, translate, score, align, evaluate, "
            "info, average, convert, shortlist, compare, serve, completion, manual\n");
  EXPECT_EQ(shell_.run("heed completion").err, "heed: expected one shell: bash, zsh or fish\n");
  EXPECT_EQ(shell_.run("heed completion tcsh").code, 2);
}

}  // namespace
}  // namespace heed
