#include <fmt/core.h>

#include <memory>

#include "app/commands.h"
#include "app/flags.h"
#include "app/http_server.h"
#include "app/signals.h"
#include "app/streams.h"
#include "util/error.h"

namespace heed {

Command add_serve(CLI::App& app) {
  auto flags = std::make_shared<Flags>(
      app, Subcommand{"serve", "Translate over HTTP: LibreTranslate's /translate, and more",
                      "Examples:\n"
                      "  heed serve -m de-en.safetensors en-de.safetensors --int8\n"
                      "  curl -d 'q=Ein Hund schläft.' -d source=de -d target=en \\\n"
                      "    http://127.0.0.1:5000/translate\n"});
  flags->add<ServeOptions>();
  flags->add_config_flags();
  return [flags] {
    ServeOptions options;
    flags->apply(options);
    if (flags->dump(options)) return 0;
    if (options.model.empty()) fail_usage("expected models: --model FILE ...");
    HttpServer server(options);
    note_signals();
    messages(options.quiet)(fmt::format("listening at http://{}:{}", options.host, server.port()));
    server.run([] { return noted_signal() != 0; });
    return 0;
  };
}

}  // namespace heed
