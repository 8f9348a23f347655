#pragma once

namespace CLI {
class App;
}

namespace pleinair::cli {

/// Each adds its subcommand with options to `app`; the chosen one's exit code is left in `exitCode` when it has run.
void addImport(CLI::App& app, int& exitCode);
void addCaption(CLI::App& app, int& exitCode);
void addPrepare(CLI::App& app, int& exitCode);
void addTrain(CLI::App& app, int& exitCode);
void addGenerate(CLI::App& app, int& exitCode);
void addCompare(CLI::App& app, int& exitCode);
void addInfo(CLI::App& app, int& exitCode);
void addLora(CLI::App& app, int& exitCode);
void addParity(CLI::App& app, int& exitCode);

}  // namespace pleinair::cli
