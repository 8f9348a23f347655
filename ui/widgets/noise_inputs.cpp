#include "ui/widgets/noise_inputs.h"

#include <QCheckBox>
#include <QEvent>
#include <QVBoxLayout>

#include "ui/style/tokens.h"
#include "ui/widgets/quiet_inputs.h"
#include "ui/widgets/settings_form.h"

namespace pleinair::ui {

namespace {

/// Qt breaks the lines of rich text only.
QString wrapping(const QString& tip) { return QStringLiteral("<p>%1</p>").arg(tip.toHtmlEscaped()); }

}  // namespace

NoiseInputs::NoiseInputs(QWidget* parent)
    : QWidget(parent),
      m_prediction(new QuietComboBox),
      m_zeroSnr(new QCheckBox),
      m_predictionRow(new SettingRow(m_prediction, SettingRow::Shape::Under)),
      m_zeroSnrRow(new SettingRow(m_zeroSnr, SettingRow::Shape::Under)) {
  m_prediction->setObjectName(QStringLiteral("prediction"));
  m_zeroSnr->setObjectName(QStringLiteral("zeroSnr"));
  for (const auto choice : {PredictionChoice::Automatic, PredictionChoice::Noise, PredictionChoice::Velocity}) {
    m_prediction->addItem({}, static_cast<int>(choice));
  }
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Metrics::kMargin);
  layout->addWidget(m_predictionRow);
  layout->addWidget(m_zeroSnrRow);
  connect(m_prediction, &QComboBox::currentIndexChanged, this, &NoiseInputs::changed);
  connect(m_zeroSnr, &QCheckBox::toggled, this, &NoiseInputs::changed);
  retranslate();
}

void NoiseInputs::setValues(PredictionChoice prediction, bool zeroTerminalSnr) {
  m_prediction->setCurrentIndex(m_prediction->findData(static_cast<int>(prediction)));
  m_zeroSnr->setChecked(zeroTerminalSnr);
}

PredictionChoice NoiseInputs::prediction() const {
  return static_cast<PredictionChoice>(m_prediction->currentData().toInt());
}

bool NoiseInputs::zeroTerminalSnr() const { return m_zeroSnr->isChecked(); }

void NoiseInputs::retranslate() {
  m_predictionRow->setTexts(tr("What the model predicts (prediction)"));
  m_prediction->setItemText(0, tr("Automatic"));
  m_prediction->setItemText(1, tr("Noise (epsilon)"));
  m_prediction->setItemText(2, tr("Velocity (v)"));
  m_predictionRow->setToolTip(
      wrapping(tr("Automatic goes by the model's settings, and tries it out where they say nothing. Choose another "
                  "one only where pictures come out as noise or in glaring colours.")));
  m_zeroSnrRow->setTexts(tr("How far the noise goes (zero terminal SNR)"));
  m_zeroSnr->setText(tr("To pure noise"));
  m_zeroSnrRow->setToolTip(
      wrapping(tr("Lets pictures be very dark or very bright as a whole. Only for models that predict velocity, and "
                  "not with every sampler. Off: as the model's settings say.")));
}

void NoiseInputs::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
