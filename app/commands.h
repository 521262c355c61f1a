#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace heed {

/// What runs when a subcommand was named: the exit code.
using Command = std::function<int()>;

// Each adds its subcommand's flags to `app` and returns what it does.
Command add_train(CLI::App& app);
Command add_translate(CLI::App& app);
Command add_score(CLI::App& app);
Command add_align(CLI::App& app);
Command add_evaluate(CLI::App& app);
Command add_info(CLI::App& app);
Command add_average(CLI::App& app);
Command add_convert(CLI::App& app);
Command add_shortlist(CLI::App& app);
Command add_serve(CLI::App& app);
/// `command_line` is shown in the report.
Command add_compare(CLI::App& app, const std::string& command_line);
// Of the program with all its other subcommands; made of the flags that the help shows.
Command add_completion(CLI::App& app);
Command add_manual(CLI::App& app);

/// The program's arguments with sacreBLEU's short flags of several letters (-tok) as long ones.
std::vector<std::string> expand_evaluate_flags(std::vector<std::string> arguments);

}  // namespace heed
