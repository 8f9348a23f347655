#include "ui/dialogs/settings_dialog.h"

#include <QEvent>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/qt_convert.h"
#include "ui/style/language.h"
#include "ui/style/tokens.h"
#include "ui/widgets/quiet_inputs.h"

namespace pleinair::ui {
namespace {

/// Replaces a box's texts and keeps its choice.
void fill(QComboBox* box, const QList<std::pair<QString, QVariant>>& entries) {
  const QVariant chosen = box->currentData();
  box->clear();
  for (const auto& [text, data] : entries) box->addItem(text, data);
  box->setCurrentIndex(qMax(0, box->findData(chosen)));
}

}  // namespace

SettingsDialog::SettingsDialog(QWidget* parent)
    : QDialog(parent),
      m_languageLabel(new QLabel),
      m_themeLabel(new QLabel),
      m_deviceLabel(new QLabel),
      m_precisionLabel(new QLabel),
      m_folderLabel(new QLabel),
      m_deviceHint(new QLabel),
      m_language(new QuietComboBox),
      m_theme(new QuietComboBox),
      m_device(new QuietComboBox),
      m_precision(new QuietComboBox),
      m_folder(new QLineEdit),
      m_browse(new QPushButton),
      m_close(new QPushButton) {
  m_deviceHint->setProperty("role", "quiet");
  m_deviceHint->setWordWrap(true);
  m_precision->setObjectName(QStringLiteral("precision"));
  auto* form = new QFormLayout;
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  form->setHorizontalSpacing(Metrics::kWideMargin);
  form->setVerticalSpacing(Metrics::kGap);
  form->addRow(m_languageLabel, m_language);
  form->addRow(m_themeLabel, m_theme);
  form->addRow(m_deviceLabel, m_device);
  form->addRow(m_precisionLabel, m_precision);
  form->addRow(nullptr, m_deviceHint);
  auto* folder = new QHBoxLayout;
  folder->setSpacing(Metrics::kGap);
  folder->addWidget(m_folder, 1);
  folder->addWidget(m_browse);
  form->addRow(m_folderLabel, folder);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin, 16);
  layout->setSpacing(16);
  layout->addLayout(form);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch();
  buttons->addWidget(m_close);
  layout->addLayout(buttons);
  setMinimumWidth(520);
  m_close->setDefault(true);
  m_browse->setAutoDefault(false);

  retranslate();
  readSettings();
  connect(m_close, &QPushButton::clicked, this, &QDialog::accept);
  connect(m_language, &QComboBox::currentIndexChanged, this, [this] {
    if (!m_filling) AppSettings::instance().setLanguage(m_language->currentData().toString());
  });
  connect(m_theme, &QComboBox::currentIndexChanged, this, [this] {
    if (!m_filling) AppSettings::instance().setTheme(m_theme->currentData().toString());
  });
  connect(m_device, &QComboBox::currentIndexChanged, this, [this] { writeDevice(); });
  connect(m_precision, &QComboBox::currentIndexChanged, this, [this] { writeDevice(); });
  connect(m_folder, &QLineEdit::editingFinished, this, [this] {
    if (!m_folder->text().trimmed().isEmpty())
      AppSettings::instance().setProjectsFolder(toPath(m_folder->text().trimmed()));
  });
  connect(m_browse, &QPushButton::clicked, this, [this] {
    const QUrl chosen =
        QFileDialog::getExistingDirectoryUrl(this, m_folderLabel->text(), QUrl::fromLocalFile(m_folder->text()));
    if (!chosen.isLocalFile()) return;
    AppSettings::instance().setProjectsFolder(toPath(chosen));
    readSettings();
  });
}

void SettingsDialog::readSettings() {
  m_filling = true;
  const AppSettings& settings = AppSettings::instance();
  const DeviceConfig device = settings.device();
  m_language->setCurrentIndex(qMax(0, m_language->findData(settings.language())));
  m_theme->setCurrentIndex(qMax(0, m_theme->findData(settings.theme())));
  m_device->setCurrentIndex(qMax(0, m_device->findData(static_cast<int>(device.device))));
  m_precision->setCurrentIndex(qMax(0, m_precision->findData(static_cast<int>(device.precision))));
  m_folder->setText(toQString(settings.projectsFolder()));
  m_filling = false;
}

void SettingsDialog::writeDevice() {
  if (m_filling) return;
  DeviceConfig config = AppSettings::instance().device();
  config.device = static_cast<DeviceChoice>(m_device->currentData().toInt());
  config.precision = static_cast<PrecisionChoice>(m_precision->currentData().toInt());
  AppSettings::instance().setDevice(config);
  showHint();
}

void SettingsDialog::showHint() {
  QString hint = tr("Takes effect when nothing is running. Automatic takes the graphics card where there is one.");
  if (AppSettings::instance().device().precision == PrecisionChoice::Float16) {
    hint += QLatin1Char(' ') + tr("float16 is for drawing on a graphics card: a processor takes float32 instead, and "
                                  "training on the card needs bfloat16 or float32.");
  }
  m_deviceHint->setText(hint);
}

void SettingsDialog::retranslate() {
  m_filling = true;
  setWindowTitle(tr("Settings"));
  m_languageLabel->setText(tr("Language"));
  m_themeLabel->setText(tr("Theme"));
  m_deviceLabel->setText(tr("Compute on"));
  m_precisionLabel->setText(tr("Precision"));
  m_folderLabel->setText(tr("New projects in"));
  showHint();
  m_browse->setText(tr("Browse"));
  m_close->setText(tr("Close"));
  QList<std::pair<QString, QVariant>> languages{{tr("As the system"), QString()}};
  for (const QString& code : languageCodes()) languages.append({languageName(code), code});
  fill(m_language, languages);
  fill(m_theme, {{tr("As the desktop"), QStringLiteral("auto")},
                 {tr("Dark"), QStringLiteral("dark")},
                 {tr("Light"), QStringLiteral("light")}});
  fill(m_device, {{tr("Automatic"), static_cast<int>(DeviceChoice::Automatic)},
                  {tr("Processor (CPU)"), static_cast<int>(DeviceChoice::Cpu)},
                  {tr("Graphics card (CUDA)"), static_cast<int>(DeviceChoice::Cuda)}});
  fill(m_precision, {{tr("Automatic"), static_cast<int>(PrecisionChoice::Automatic)},
                     {tr("32 bits (float32)"), static_cast<int>(PrecisionChoice::Float32)},
                     {tr("16 bits (bfloat16)"), static_cast<int>(PrecisionChoice::BFloat16)},
                     {tr("16 bits (float16)"), static_cast<int>(PrecisionChoice::Float16)}});
  m_filling = false;
}

void SettingsDialog::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QDialog::changeEvent(event);
}

}  // namespace pleinair::ui
