#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "core/config/yaml_codec.h"
#include "core/dataset/caption_edit.h"
#include "core/dataset/photos.h"
#include "core/dataset/project_folder.h"

namespace pleinair::cli {
namespace {

namespace fs = std::filesystem;

/// Opens the project, or makes it where there is none.
Result<void> ensureProject(const fs::path& folder) {
  if (ProjectFolder::isProject(folder)) {
    PLEINAIR_ASSIGN(const ProjectFolder opened, ProjectFolder::open(folder));
    if (opened.readOnly()) {
      return Error{ErrorCode::ReadOnly, "The project is open in another window or cannot be written", folder.string(),
                   "Close the other window, or change the folder's permissions."};
    }
    return {};
  }
  PLEINAIR_ASSIGN(const ProjectFolder made, ProjectFolder::create(folder));
  return {};
}

struct ImportOptions {
  std::vector<std::string> sources;
  std::string project;
  OutputOptions output;
};

int runImport(const ImportOptions& options) {
  if (auto ready = ensureProject(options.project); !ready) return reportError(ready.error(), options.output);
  ImportJob job{options.project, {options.sources.begin(), options.sources.end()}};
  return runJob(std::move(job), {}, options.output);
}

struct CaptionOptions {
  std::string project, pattern;
  std::optional<std::string> trigger;
  bool onlyMissing = false;
  OutputOptions output;
};

Result<int> captionAll(const CaptionOptions& options) {
  PLEINAIR_ASSIGN(ProjectFolder folder, ProjectFolder::open(options.project));
  if (folder.readOnly()) {
    return Error{ErrorCode::ReadOnly, "The project is open in another window or cannot be written", options.project,
                 "Close the other window, or change the folder's permissions."};
  }
  Project values = folder.project();
  if (options.trigger && *options.trigger != values.trigger) {
    values.trigger = *options.trigger;
    PLEINAIR_TRY(folder.save(values));
  }
  if (options.pattern.empty()) return 0;
  PLEINAIR_ASSIGN(const std::vector<Photo> photos, listPhotos(options.project));
  const CaptionScope scope = options.onlyMissing ? CaptionScope::OnlyMissing : CaptionScope::All;
  return applyCaptionEdits(options.project, planTemplate(photos, options.pattern, values.trigger, scope));
}

int runCaption(const CaptionOptions& options) {
  const auto changed = captionAll(options);
  if (!changed) return reportError(changed.error(), options.output);
  if (options.output.json) {
    std::cout << "{\"event\":\"finished\",\"outcome\":\"done\",\"changed\":" << *changed << "}\n";
  } else if (!options.output.quiet) {
    std::cerr << *changed << " captions written\n";
  }
  return kExitDone;
}

}  // namespace

void addImport(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand("import", "Copy photos into a project (made if there is none)");
  command->add_option("source", options->sources, "Folders and photos")->required();
  command->add_option("--project,-p", options->project, "The project's folder")->required();
  addOutputOptions(*command, options->output);
  command->callback([options, &exitCode] { exitCode = runImport(*options); });
}

void addCaption(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<CaptionOptions>();
  CLI::App* command = app.add_subcommand("caption", "Set the trigger word and write captions from a template");
  command->add_option("--project,-p", options->project, "The project's folder")->required();
  command->add_option("--template", options->pattern, "For example: a photo of the {trigger}, {caption}");
  command->add_option("--trigger", options->trigger, "The word that calls what is trained, for example SKY");
  command->add_flag("--only-missing", options->onlyMissing, "Leave photos that have a caption as they are");
  addOutputOptions(*command, options->output);
  command->callback([options, &exitCode] { exitCode = runCaption(*options); });
}

}  // namespace pleinair::cli
