#include <QCoreApplication>

#include "ui/bridge/engine_bridge.h"

namespace pleinair::ui {
namespace {

struct CodeTexts {
  const char* sentence;
  const char* advice;
};

/// A plain sentence and what would help, for each class of error.
CodeTexts textsFor(ErrorCode code) {
  switch (code) {
    case ErrorCode::NotFound:
      return {QT_TRANSLATE_NOOP("Errors", "A file or folder is missing"),
              QT_TRANSLATE_NOOP("Errors", "Check whether it was moved or renamed.")};
    case ErrorCode::PermissionDenied:
      return {QT_TRANSLATE_NOOP("Errors", "There is no permission to use this file or folder"),
              QT_TRANSLATE_NOOP("Errors", "Change its permissions or choose another place.")};
    case ErrorCode::CorruptFile:
      return {QT_TRANSLATE_NOOP("Errors", "The file is damaged"),
              QT_TRANSLATE_NOOP("Errors", "Take it from the camera or a backup once more.")};
    case ErrorCode::UnsupportedFormat:
      return {QT_TRANSLATE_NOOP("Errors", "This kind of file cannot be used here"),
              QT_TRANSLATE_NOOP("Errors", "Photos may be JPEG, PNG, WebP, TIFF or BMP.")};
    case ErrorCode::UnsupportedModel:
      return {QT_TRANSLATE_NOOP("Errors", "This model cannot be run"),
              QT_TRANSLATE_NOOP("Errors", "Choose a Stable Diffusion 1.x, 2.x or SDXL model.")};
    case ErrorCode::LoraMismatch:
      return {QT_TRANSLATE_NOOP("Errors", "This LoRA was made for another model"),
              QT_TRANSLATE_NOOP("Errors", "Choose the model it was trained on, or another LoRA.")};
    case ErrorCode::UnsafeFile:
      return {QT_TRANSLATE_NOOP("Errors", "This file could run programs when it is opened, so it was left closed"),
              QT_TRANSLATE_NOOP("Errors", "Look for the same model as a .safetensors file.")};
    case ErrorCode::BadConfig:
      return {QT_TRANSLATE_NOOP("Errors", "A settings file has a mistake"),
              QT_TRANSLATE_NOOP("Errors", "Correct the place named here; the file was left as it is.")};
    case ErrorCode::BadArgument:
      return {QT_TRANSLATE_NOOP("Errors", "A value is out of its range"), ""};
    case ErrorCode::OutOfMemory:
      return {QT_TRANSLATE_NOOP("Errors", "There is not enough memory"),
              QT_TRANSLATE_NOOP("Errors", "Use a smaller size or batch, or close other programs.")};
    case ErrorCode::DiskFull:
      return {QT_TRANSLATE_NOOP("Errors", "The disk is full"),
              QT_TRANSLATE_NOOP("Errors", "Free some space; what was saved before is intact.")};
    case ErrorCode::ReadOnly:
      return {QT_TRANSLATE_NOOP("Errors", "This project can only be read"),
              QT_TRANSLATE_NOOP("Errors", "Close it in the other window, or check the folder’s permissions.")};
    case ErrorCode::NotANumber:
      return {QT_TRANSLATE_NOOP("Errors", "The computation ran into a value that is not a number"),
              QT_TRANSLATE_NOOP("Errors", "A lower learning rate usually helps; the last checkpoint is intact.")};
    case ErrorCode::EmptyDataset:
      return {QT_TRANSLATE_NOOP("Errors", "There are no photos here"),
              QT_TRANSLATE_NOOP("Errors", "Add JPEG, PNG, WebP, TIFF or BMP files.")};
    case ErrorCode::Busy:
      return {QT_TRANSLATE_NOOP("Errors", "This is in use just now"), ""};
    case ErrorCode::IoError:
      return {QT_TRANSLATE_NOOP("Errors", "A file could not be read or written"),
              QT_TRANSLATE_NOOP("Errors", "Check the disk and try again.")};
    case ErrorCode::Unknown:
      break;
  }
  return {QT_TRANSLATE_NOOP("Errors", "Something went wrong"), ""};
}

/// The same, for a model or a LoRA.
CodeTexts weightsTextsFor(ErrorCode code) {
  CodeTexts texts = textsFor(code);
  if (code == ErrorCode::CorruptFile) texts.advice = QT_TRANSLATE_NOOP("Errors", "Get the file once more.");
  if (code == ErrorCode::UnsupportedFormat) {
    texts.advice = QT_TRANSLATE_NOOP("Errors", "Models and LoRAs come as .safetensors files or as folders.");
  }
  return texts;
}

QString translated(const char* text) {
  return *text == '\0' ? QString() : QCoreApplication::translate("Errors", text);
}

QString sentenceOf(const Error& error, const CodeTexts& texts) {
  const QString sentence = translated(texts.sentence);
  const QString advice = translated(texts.advice);
  const QString detail = QString::fromStdString(error.message);
  const QString place = QString::fromStdString(error.context);
  // The core speaks English only: its own sentence says more than the class of the error, so English readers get it
  // alone, and everyone else gets the translated class first and the detail after it.
  const bool english = sentence == QLatin1String(texts.sentence);
  if (english && !detail.isEmpty()) return QString::fromStdString(error.text());
  QString line = sentence;
  if (!place.isEmpty()) line += QStringLiteral(" (%1)").arg(place);
  line += QLatin1Char('.');
  if (!advice.isEmpty()) line += QLatin1Char(' ') + advice;
  if (!detail.isEmpty()) line += QStringLiteral(" [%1]").arg(detail);
  return line;
}

}  // namespace

QString EngineBridge::errorText(const Error& error) { return sentenceOf(error, textsFor(error.code)); }

QString EngineBridge::weightsErrorText(const Error& error) { return sentenceOf(error, weightsTextsFor(error.code)); }

QString EngineBridge::stageText(const std::string& stage) {
  // Named here once more so that the translation tools find them; the text itself is the engine's key.
  static const char* const known[] = {
      QT_TRANSLATE_NOOP("Stages", "Loading the model"),
      QT_TRANSLATE_NOOP("Stages", "Reading photos"),
      QT_TRANSLATE_NOOP("Stages", "Encoding photos"),
      QT_TRANSLATE_NOOP("Stages", "Encoding captions"),
      QT_TRANSLATE_NOOP("Stages", "Training"),
      QT_TRANSLATE_NOOP("Stages", "Drawing samples"),
      QT_TRANSLATE_NOOP("Stages", "Saving"),
      QT_TRANSLATE_NOOP("Stages", "Generating"),
      QT_TRANSLATE_NOOP("Stages", "Importing photos"),
  };
  static_cast<void>(known);
  return QCoreApplication::translate("Stages", stage.c_str());
}

}  // namespace pleinair::ui
