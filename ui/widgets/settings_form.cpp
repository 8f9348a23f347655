#include "ui/widgets/settings_form.h"

#include <QGridLayout>
#include <QLabel>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/bridge/app_settings.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {

namespace {

constexpr int kFieldWidth = 104;
constexpr int kUnitWidth = 52;

}  // namespace

SettingRow::SettingRow(QWidget* field, Shape shape, QWidget* parent)
    : QWidget(parent), m_field(field), m_name(new QLabel), m_unit(new QLabel), m_sentence(new QLabel) {
  m_name->setWordWrap(true);
  m_name->setBuddy(field);
  m_unit->setProperty("role", "quiet");
  m_sentence->setProperty("role", "quiet");
  m_sentence->setWordWrap(true);
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(Metrics::kGap);
  grid->setVerticalSpacing(4);
  if (shape != Shape::Under) {
    field->setFixedWidth(kFieldWidth);
    m_unit->setMinimumWidth(shape == Shape::Beside ? kUnitWidth : 0);
    m_unit->setVisible(shape == Shape::Beside);
    grid->addWidget(m_name, 0, 0);
    grid->addWidget(field, 0, 1, Qt::AlignTop);
    grid->addWidget(m_unit, 0, 2);
    grid->addWidget(m_sentence, 1, 0, 1, 3);
    grid->setColumnStretch(0, 1);
  } else {
    grid->addWidget(m_name, 0, 0);
    grid->addWidget(m_unit, 0, 1, Qt::AlignRight);
    grid->addWidget(field, 1, 0, 1, 2);
    grid->addWidget(m_sentence, 2, 0, 1, 2);
    grid->setColumnStretch(0, 1);
  }
}

void SettingRow::setTexts(const QString& name, const QString& unit, const QString& sentence) {
  m_name->setText(name);
  m_unit->setText(unit);
  m_field->setAccessibleName(name);
  setSentence(sentence);
}

void SettingRow::setSentence(const QString& sentence) {
  m_sentence->setText(sentence);
  m_sentence->setVisible(!sentence.isEmpty());
  m_field->setAccessibleDescription(sentence);
}

FoldSection::FoldSection(QWidget* parent)
    : QWidget(parent), m_title(new QToolButton), m_body(new QWidget), m_rows(new QVBoxLayout(m_body)) {
  m_title->setCheckable(true);
  m_title->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_title->setArrowType(Qt::RightArrow);
  m_title->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  m_rows->setContentsMargins(0, Metrics::kGap, 0, Metrics::kMargin);
  m_rows->setSpacing(Metrics::kMargin);
  m_body->hide();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_title);
  layout->addWidget(m_body);
  connect(m_title, &QToolButton::toggled, this, [this](bool open) {
    m_title->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    m_body->setVisible(open);
  });
}

void FoldSection::setTitle(const QString& title) { m_title->setText(title); }

void FoldSection::addRow(QWidget* row) { m_rows->addWidget(row); }

void FoldSection::setOpen(bool open) { m_title->setChecked(open); }

bool FoldSection::isOpen() const { return m_title->isChecked(); }

void rememberSplitter(QSplitter* splitter, const QString& name) {
  splitter->setObjectName(name);
  const QString key = QStringLiteral("splitters/") + name;
  const QByteArray state = AppSettings::instance().value(key).toByteArray();
  if (!state.isEmpty()) splitter->restoreState(state);
  QObject::connect(splitter, &QSplitter::splitterMoved, splitter,
                   [splitter, key] { AppSettings::instance().setValue(key, splitter->saveState()); });
}

}  // namespace pleinair::ui
