#include "ui/panels/captions/caption_tools.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "ui/bridge/app_settings.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

const QString kTemplateKey = QStringLiteral("captions/template");

}  // namespace

CaptionTools::CaptionTools(ProjectSession& session, std::function<QList<int>()> selection, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_selection(std::move(selection)),
      m_triggerTitle(new QLabel),
      m_templateTitle(new QLabel),
      m_templateHint(new QLabel),
      m_findTitle(new QLabel),
      m_matches(new QLabel),
      m_trigger(new QLineEdit),
      m_template(new QLineEdit),
      m_find(new QLineEdit),
      m_replacement(new QLineEdit),
      m_applyAll(new QPushButton),
      m_applySelected(new QPushButton),
      m_replace(new QPushButton),
      m_matchCase(new QCheckBox) {
  for (QLabel* label : {m_triggerTitle, m_templateTitle, m_findTitle}) label->setProperty("role", "heading");
  for (QLabel* label : {m_templateHint, m_matches}) label->setProperty("role", "quiet");
  m_templateHint->setWordWrap(true);
  m_template->setText(
      AppSettings::instance().value(kTemplateKey, QStringLiteral("a photo of the {trigger}, {caption}")).toString());

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Metrics::kGap);
  const auto pair = [](QWidget* first, QWidget* second) {
    auto* row = new QHBoxLayout;
    row->setSpacing(Metrics::kGap);
    row->addWidget(first, 1);
    row->addWidget(second, 1);
    return row;
  };
  layout->addWidget(m_triggerTitle);
  layout->addWidget(m_trigger);
  layout->addSpacing(Metrics::kGap);
  layout->addWidget(m_templateTitle);
  layout->addWidget(m_template);
  layout->addWidget(m_templateHint);
  layout->addWidget(m_applyAll);
  layout->addWidget(m_applySelected);
  layout->addSpacing(Metrics::kGap);
  layout->addWidget(m_findTitle);
  layout->addLayout(pair(m_find, m_replacement));
  layout->addWidget(m_matchCase);
  auto* row = new QHBoxLayout;
  row->setSpacing(Metrics::kGap);
  row->addWidget(m_matches, 1);
  row->addWidget(m_replace);
  layout->addLayout(row);

  connect(m_trigger, &QLineEdit::textEdited, this, [this](const QString& text) { m_session.setTrigger(text); });
  connect(m_template, &QLineEdit::textChanged, this, [this](const QString& text) {
    AppSettings::instance().setValue(kTemplateKey, text);
    updatePreview();
  });
  connect(m_applyAll, &QPushButton::clicked, this, [this] { applyTemplate(allRows()); });
  connect(m_applySelected, &QPushButton::clicked, this, [this] { applyTemplate(m_selection()); });
  connect(m_find, &QLineEdit::textChanged, this, [this] { updatePreview(); });
  connect(m_matchCase, &QCheckBox::toggled, this, [this] { updatePreview(); });
  connect(m_find, &QLineEdit::returnPressed, this, [this] { m_replacement->setFocus(); });
  connect(m_replacement, &QLineEdit::returnPressed, this, [this] { replaceAll(); });
  connect(m_replace, &QPushButton::clicked, this, [this] { replaceAll(); });
  connect(&session, &ProjectSession::projectChanged, this, [this] { retranslate(); });
  connect(&session, &ProjectSession::photosReset, this, [this] { retranslate(); });
  retranslate();
}

QList<int> CaptionTools::allRows() const {
  QList<int> rows(static_cast<qsizetype>(m_session.photos().size()));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

int CaptionTools::matches() const {
  const auto sensitivity = m_matchCase->isChecked() ? Qt::CaseSensitive : Qt::CaseInsensitive;
  return static_cast<int>(
      std::count_if(m_session.photos().begin(), m_session.photos().end(),
                    [&](const PhotoRow& photo) { return photo.caption.contains(m_find->text(), sensitivity); }));
}

void CaptionTools::applyTemplate(const QList<int>& rows) {
  if (rows.isEmpty()) return;
  m_session.applyTemplate(rows, m_template->text());
  Q_EMIT applied(tr("Template applied to %n captions.", nullptr, static_cast<int>(rows.size())));
}

void CaptionTools::replaceAll() {
  const int changed =
      m_session.replaceInCaptions(allRows(), m_find->text(), m_replacement->text(), m_matchCase->isChecked());
  if (changed > 0) Q_EMIT applied(tr("Replaced in %n captions.", nullptr, changed));
  updatePreview();
}

void CaptionTools::selectionChanged() { updatePreview(); }

void CaptionTools::refresh() { retranslate(); }

void CaptionTools::focusFind() {
  m_find->setFocus();
  m_find->selectAll();
}

void CaptionTools::updatePreview() {
  const bool editable = m_session.isOpen() && !m_session.readOnly();
  const int selected = static_cast<int>(m_selection().size());
  m_applySelected->setText(tr("Apply to the %n selected", nullptr, selected));
  m_applySelected->setVisible(selected > 1);
  m_applySelected->setEnabled(editable);
  m_applyAll->setEnabled(editable && !m_template->text().trimmed().isEmpty() && !m_session.photos().empty());
  const int found = m_find->text().isEmpty() ? 0 : matches();
  m_matches->setText(m_find->text().isEmpty() ? QString() : tr("in %n captions", nullptr, found));
  m_replace->setEnabled(editable && found > 0);
}

void CaptionTools::retranslate() {
  m_triggerTitle->setText(tr("Trigger word"));
  m_trigger->setPlaceholderText(tr("for example SKY"));
  m_trigger->setAccessibleName(m_triggerTitle->text());
  m_templateTitle->setText(tr("Template"));
  m_template->setAccessibleName(m_templateTitle->text());
  m_templateHint->setText(tr("{trigger} stands for the trigger word, {caption} for what is there now."));
  m_applyAll->setText(tr("Apply to all %n", nullptr, static_cast<int>(m_session.photos().size())));
  m_findTitle->setText(tr("Find and replace"));
  m_find->setPlaceholderText(tr("Find"));
  m_replacement->setPlaceholderText(tr("Replace with"));
  m_matchCase->setText(tr("Match upper and lower case"));
  m_replace->setText(tr("Replace all"));
  const QString trigger = QString::fromStdString(m_session.project().trigger);
  if (m_trigger->text().trimmed() != trigger) m_trigger->setText(trigger);
  m_trigger->setReadOnly(!m_session.isOpen() || m_session.readOnly());
  updatePreview();
}

void CaptionTools::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
