#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace heed {

/// What runs when a subcommand was named: the exit code.
using Command = std::function<int()>;

// Each adds its subcommand's flags to `app` and returns what it does.
Command add_train(CLI::App& app);

}  // namespace heed
