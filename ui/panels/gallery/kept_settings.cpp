#include "ui/panels/gallery/kept_settings.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

#include "ui/bridge/qt_convert.h"
#include "ui/models/sets_model.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

QString number(double value) { return QLocale::c().toString(value, 'g', 4); }

QString pixels(int width, int height) { return QStringLiteral("%1 × %2").arg(width).arg(height); }

}  // namespace

KeptSettings::KeptSettings(QWidget* parent) : QWidget(parent), m_text(new QLabel), m_leaveOut(new QPushButton) {
  m_text->setProperty("role", "quiet");
  m_text->setWordWrap(true);
  m_text->setTextFormat(Qt::PlainText);
  m_text->setObjectName(QStringLiteral("kept"));
  m_leaveOut->setProperty("flat", true);
  m_leaveOut->setObjectName(QStringLiteral("leaveOut"));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_text, 1);
  layout->addWidget(m_leaveOut, 0, Qt::AlignTop);
  connect(m_leaveOut, &QPushButton::clicked, this, [this] {
    setRecipe({}, {});
    Q_EMIT leftOut();
  });
  retranslate();
}

void KeptSettings::setRecipe(const PictureRecipe& recipe, const std::filesystem::path& model) {
  m_recipe = {};
  m_recipe.sampling = recipe.sampling;
  m_recipe.sampling.prediction = PredictionChoice::Automatic;  // these two have fields
  m_recipe.sampling.zeroTerminalSnr = false;
  m_recipe.sizes = recipe.sizes;
  m_recipe.startImage = recipe.startImage;
  // Elsewhere a strength may belong to a second pass at high resolution: without a start picture it says nothing.
  m_recipe.strength = recipe.startImage.empty() ? 0 : recipe.strength;
  m_recipe.tiledVae = recipe.tiledVae;
  m_recipe.device = recipe.device;
  m_recipe.precision = recipe.precision;
  m_model = model;
  retranslate();
}

void KeptSettings::setLoras(std::vector<LoraReference> loras) {
  m_loras = std::move(loras);
  retranslate();
}

void KeptSettings::applyTo(GenerationRequest& request) const {
  request.sampling = m_recipe.sampling;
  request.sizes = m_recipe.sizes;
  if (m_recipe.startImage.is_absolute() && m_recipe.strength > 0) {
    request.startImage = m_recipe.startImage;
    request.strength = m_recipe.strength;
  }
  request.tiledVae = m_recipe.tiledVae;
  request.device = {m_recipe.device, m_recipe.precision, 0};
  request.model = m_model;
}

QStringList KeptSettings::describe(const PictureRecipe& recipe) {
  const SamplingOptions& sampling = recipe.sampling;
  const SizeConditioning& sizes = recipe.sizes;
  QStringList parts;
  if (recipe.strength > 0 && !recipe.startImage.empty()) {
    const QString name = toQString(recipe.startImage.filename());
    parts << (recipe.startImage.is_absolute()
                  ? tr("%1 redrawn with strength %2").arg(name, number(recipe.strength))
                  : tr("start picture %1, which is not found and has no effect").arg(name));
  }
  if (sampling.clipSkip > 0) parts << tr("clip skip %1").arg(sampling.clipSkip);
  if (sampling.guidanceRescale > 0) parts << tr("guidance rescale %1").arg(number(sampling.guidanceRescale));
  if (sampling.zeroTerminalSnr) parts << tr("zero terminal SNR");
  if (sampling.spacing == SpacingChoice::Leading) parts << tr("leading spacing");
  if (sampling.spacing == SpacingChoice::Trailing) parts << tr("trailing spacing");
  if (sampling.spacing == SpacingChoice::Linspace) parts << tr("even spacing");
  if (sampling.prediction == PredictionChoice::Noise) parts << tr("the model predicts noise");
  if (sampling.prediction == PredictionChoice::Velocity) parts << tr("the model predicts velocity");
  if (sizes.originalWidth > 0 || sizes.originalHeight > 0) {
    parts << tr("original size %1").arg(pixels(sizes.originalWidth, sizes.originalHeight));
  }
  if (sizes.cropLeft != 0 || sizes.cropTop != 0) parts << tr("cut at %1, %2").arg(sizes.cropLeft).arg(sizes.cropTop);
  if (sizes.targetWidth > 0 || sizes.targetHeight > 0) {
    parts << tr("target size %1").arg(pixels(sizes.targetWidth, sizes.targetHeight));
  }
  if (recipe.tiledVae) parts << tr("decoded in tiles");
  if (recipe.device == DeviceChoice::Cuda) parts << tr("on a graphics card");
  if (recipe.device == DeviceChoice::Cpu) parts << tr("on the processor");
  if (recipe.precision == PrecisionChoice::Float32) parts << QStringLiteral("float32");
  if (recipe.precision == PrecisionChoice::BFloat16) parts << QStringLiteral("bfloat16");
  if (recipe.precision == PrecisionChoice::Float16) parts << QStringLiteral("float16");
  return parts;
}

void KeptSettings::retranslate() {
  QStringList parts = describe(m_recipe);
  if (!m_model.empty()) parts.prepend(tr("model %1").arg(modelTitle(m_model)));
  for (const LoraReference& lora : m_loras) {
    if (!lora.textEncoderWeight) continue;
    parts << tr("%1 × %2 on the text encoders").arg(loraLabel(lora.file), number(*lora.textEncoderWeight));
  }
  m_text->setText(tr("Also: %1").arg(parts.join(QStringLiteral(", "))));
  m_leaveOut->setText(tr("Leave out"));
  m_leaveOut->setToolTip(tr("Draws without these settings, which came with a picture"));
  setVisible(!parts.isEmpty());
}

void KeptSettings::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
