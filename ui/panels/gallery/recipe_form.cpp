#include "ui/panels/gallery/recipe_form.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/utf8.h"
#include "core/config/samplers.h"
#include "ui/panels/gallery/kept_settings.h"
#include "ui/panels/gallery/lora_list.h"
#include "ui/style/icons.h"
#include "ui/style/tokens.h"
#include "ui/widgets/noise_inputs.h"
#include "ui/widgets/number_inputs.h"
#include "ui/widgets/settings_form.h"

namespace pleinair::ui {

namespace {

QPlainTextEdit* textField(int height, const char* name) {
  auto* edit = new QPlainTextEdit;
  edit->setTabChangesFocus(true);
  edit->setFixedHeight(height);
  edit->setObjectName(QLatin1String(name));
  return edit;
}

QuietSpinBox* sizeField(const char* name) {
  auto* box = new QuietSpinBox;
  box->setRange(64, 4096);
  box->setSingleStep(64);
  box->setObjectName(QLatin1String(name));
  return box;
}

QString fromView(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

RecipeForm::RecipeForm(QWidget* parent)
    : QWidget(parent),
      m_prompts(textField(112, "prompts")),
      m_negative(textField(56, "negative")),
      m_loras(new LoraList),
      m_kept(new KeptSettings),
      m_sampler(new QuietComboBox),
      m_steps(new QuietSpinBox),
      m_width(sizeField("width")),
      m_height(sizeField("height")),
      m_count(new QuietSpinBox),
      m_guidance(new QuietDoubleSpinBox),
      m_noise(new NoiseInputs),
      m_rare(new FoldSection),
      m_seed(new SeedEdit),
      m_dice(new QToolButton) {
  for (const SamplerInfo& sampler : samplers()) {
    QString name = fromView(sampler.name);
    if (!sampler.schedule.empty()) name += QLatin1Char(' ') + fromView(sampler.schedule);
    m_sampler->addItem(name, fromView(sampler.id));
  }
  m_sampler->setObjectName(QStringLiteral("sampler"));
  m_steps->setRange(1, 1000);
  m_steps->setObjectName(QStringLiteral("steps"));
  m_guidance->setRange(1, 30);
  m_guidance->setDecimals(1);
  m_guidance->setSingleStep(0.5);
  m_guidance->setObjectName(QStringLiteral("guidance"));
  m_count->setRange(1, 64);
  m_count->setObjectName(QStringLiteral("count"));
  m_seed->setObjectName(QStringLiteral("seed"));

  using Shape = SettingRow::Shape;
  m_promptsRow = new SettingRow(m_prompts, Shape::Under);
  m_negativeRow = new SettingRow(m_negative, Shape::Under);
  m_samplerRow = new SettingRow(m_sampler, Shape::Under);
  m_stepsRow = new SettingRow(m_steps, Shape::BesideBare);
  m_guidanceRow = new SettingRow(m_guidance, Shape::BesideBare);
  m_seedRow = new SettingRow(buildSeed(), Shape::Under);
  m_sizeRow = new SettingRow(buildSize(), Shape::Under);
  m_countRow = new SettingRow(m_count, Shape::BesideBare);
  m_rare->addRow(m_noise);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kMargin, Metrics::kMargin, Metrics::kMargin, Metrics::kMargin);
  layout->setSpacing(Metrics::kMargin);
  for (QWidget* part : std::initializer_list<QWidget*>{m_promptsRow, m_negativeRow, m_loras, m_countRow, m_seedRow,
                                                       m_stepsRow, m_guidanceRow, m_samplerRow, m_sizeRow, m_rare,
                                                       m_kept}) {
    layout->addWidget(part);
  }
  layout->addStretch(1);

  const GenerationRequest fresh;
  m_steps->setValue(fresh.steps);
  m_guidance->setValue(fresh.guidanceScale);
  m_count->setValue(4);
  m_sampler->setCurrentIndex(std::max(0, m_sampler->findData(QString::fromStdString(fresh.sampler))));
  setSize(fresh.width, fresh.height);
  connect(m_dice, &QToolButton::clicked, m_seed, &SeedEdit::roll);
  connect(m_prompts, &QPlainTextEdit::textChanged, this, [this] {
    explainPrompts();
    Q_EMIT changed();
  });
  connect(m_count, &QSpinBox::valueChanged, this, &RecipeForm::changed);
  connect(m_loras, &LoraList::changed, this, [this] {
    m_kept->setLoras(m_loras->loras());
    Q_EMIT changed();
  });
  connect(m_kept, &KeptSettings::leftOut, m_loras, &LoraList::joinWeights);
  retranslate();
}

QWidget* RecipeForm::buildSeed() {
  auto* line = new QWidget;
  auto* layout = new QHBoxLayout(line);
  layout->setContentsMargins(0, 0, 0, 0);
  m_dice->setIcon(icon(QStringLiteral("dice")));
  m_dice->setObjectName(QStringLiteral("dice"));
  layout->addWidget(m_seed, 1);
  layout->addWidget(m_dice);
  return line;
}

QWidget* RecipeForm::buildSize() {
  auto* line = new QWidget;
  auto* layout = new QHBoxLayout(line);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_width, 1);
  layout->addWidget(new QLabel(QStringLiteral("×")));
  layout->addWidget(m_height, 1);
  return line;
}

GenerationRequest RecipeForm::request() const {
  GenerationRequest request;
  request.prompts.clear();
  for (const QString& line : m_prompts->toPlainText().split(QLatin1Char('\n'))) {
    if (!line.trimmed().isEmpty()) request.prompts.push_back(line.trimmed().toStdString());
  }
  if (request.prompts.empty()) request.prompts.emplace_back();
  request.negativePrompt = m_negative->toPlainText().simplified().toStdString();
  request.loras = m_loras->loras();
  request.sampler = m_sampler->currentData().toString().toStdString();
  request.steps = m_steps->value();
  request.guidanceScale = m_guidance->value() == m_guidanceShown ? m_guidanceMeant : m_guidance->value();
  request.seed = m_seed->seed();
  request.width = m_width->value() / 8 * 8;
  request.height = m_height->value() / 8 * 8;
  request.count = m_count->value();
  m_kept->applyTo(request);
  request.sampling.prediction = m_noise->prediction();
  request.sampling.zeroTerminalSnr = m_noise->zeroTerminalSnr();
  return request;
}

QStringList RecipeForm::applyRecipe(const PictureRecipe& recipe, const std::filesystem::path& model) {
  // A prompt of several lines comes from elsewhere: here every line is a prompt of its own.
  m_prompts->setPlainText(QString::fromStdString(recipe.prompt).replace(QLatin1Char('\n'), QLatin1Char(' ')));
  m_negative->setPlainText(QString::fromStdString(recipe.negativePrompt));
  if (const int row = m_sampler->findData(QString::fromStdString(recipe.sampler)); row >= 0)
    m_sampler->setCurrentIndex(row);
  if (recipe.steps > 0) m_steps->setValue(recipe.steps);
  if (recipe.steps > 0) {
    m_guidance->setValue(recipe.guidanceScale);
    m_guidanceShown = m_guidance->value();
    m_guidanceMeant = recipe.guidanceScale;
  }
  m_seed->setSeed(recipe.seed);
  if (recipe.width > 0 && recipe.height > 0) setSize(recipe.width, recipe.height);
  const SamplingOptions& sampling = recipe.sampling;
  m_noise->setValues(sampling.prediction, sampling.zeroTerminalSnr);
  // What decides the picture is not left folded away.
  if (sampling.prediction != PredictionChoice::Automatic || sampling.zeroTerminalSnr) m_rare->setOpen(true);
  m_kept->setRecipe(recipe, model);
  return m_loras->setLoras(recipe.loras);
}

void RecipeForm::setSize(int width, int height) {
  m_width->setValue(width);
  m_height->setValue(height);
}

void RecipeForm::proposePrompts(const QStringList& prompts) {
  if (m_prompts->toPlainText().trimmed().isEmpty()) m_prompts->setPlainText(prompts.join(QLatin1Char('\n')));
}

QString RecipeForm::suggestedName() const {
  const QString prompt = QString::fromStdString(request().prompts.front()).simplified();
  if (prompt.isEmpty()) return tr("without prompt");
  constexpr int kMost = 40;
  if (prompt.size() <= kMost) return prompt;
  const qsizetype space = prompt.lastIndexOf(QLatin1Char(' '), kMost);
  return prompt.left(space > kMost / 2 ? space : kMost);
}

void RecipeForm::explainPrompts() {
  m_promptsRow->setSentence(
      utf8::hasForeignLetters(m_prompts->toPlainText().toStdString())
          ? tr("Stable Diffusion reads English. Words in other letters mean little to it until a "
               "training teaches them.")
          : tr("Each line is a prompt of its own."));
}

void RecipeForm::retranslate() {
  m_promptsRow->setTexts(tr("Prompt"));
  explainPrompts();
  m_negativeRow->setTexts(tr("Not in the picture (negative prompt)"));
  m_countRow->setTexts(tr("Pictures a prompt"));
  m_seedRow->setTexts(tr("Seed"), {}, tr("Pictures take this seed and the ones after it."));
  m_stepsRow->setTexts(tr("Steps"));
  m_guidanceRow->setTexts(tr("Closeness to the prompt (guidance)"));
  m_samplerRow->setTexts(tr("Sampler"));
  m_sizeRow->setTexts(tr("Size"), tr("px"));
  m_rare->setTitle(tr("Rarely needed"));
  m_seed->setAccessibleName(tr("Seed"));
  m_width->setAccessibleName(tr("Width"));
  m_height->setAccessibleName(tr("Height"));
  m_dice->setToolTip(tr("Another seed by chance"));
  m_dice->setAccessibleName(m_dice->toolTip());
}

void RecipeForm::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
