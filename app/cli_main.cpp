#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <new>
#include <system_error>

#include "app/cli/commands.h"
#include "app/cli/terminal.h"

int main(int argc, char** argv) {
  CLI::App app("Pleinair without the window: from a folder of photos to a LoRA and sets of pictures", "pleinair-cli");
  app.set_version_flag("--version", PLEINAIR_VERSION);
  app.require_subcommand(1);
  int exitCode = pleinair::cli::kExitDone;
  pleinair::cli::addImport(app, exitCode);
  pleinair::cli::addCaption(app, exitCode);
  pleinair::cli::addPrepare(app, exitCode);
  pleinair::cli::addTrain(app, exitCode);
  pleinair::cli::addGenerate(app, exitCode);
  pleinair::cli::addCompare(app, exitCode);
  pleinair::cli::addInfo(app, exitCode);
  pleinair::cli::addLora(app, exitCode);
  pleinair::cli::addParity(app, exitCode);
  if (argc < 2) {
    std::cerr << app.help();
    return pleinair::cli::kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? pleinair::cli::kExitDone : pleinair::cli::kExitUsage;
  } catch (const std::bad_alloc&) {
    std::cerr << "Error: There is not enough memory to begin. Close other programs.\n";
    return pleinair::cli::kExitFailed;
  } catch (const std::system_error& problem) {
    if (problem.code() == std::errc::resource_unavailable_try_again) {
      std::cerr << "Error: No thread can be started: memory or processes have run out. Close other programs.\n";
    } else {
      std::cerr << "Error: " << problem.what() << '\n';
    }
    return pleinair::cli::kExitFailed;
  } catch (const std::exception& problem) {
    std::cerr << "Error: " << problem.what() << '\n';
    return pleinair::cli::kExitFailed;
  }
  // Everything of ours is closed. libtorch's own exit handlers take a tenth of a second to unregister its operators,
  // and crash on systems whose libstdc++ is newer than the one it was built with.
  std::cout.flush();
  std::fflush(nullptr);
  std::_Exit(exitCode);
}
