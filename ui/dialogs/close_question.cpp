#include "ui/dialogs/close_question.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/style/tokens.h"

namespace pleinair::ui {

CloseQuestion::CloseQuestion(QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("A training is running"));
  auto* title = new QLabel(tr("A training is running"));
  title->setProperty("role", "title");
  auto* sentence =
      new QLabel(tr("It can be kept as it is now and go on later from the same step, or be cancelled. "
                    "Samples and checkpoints stay in either case."));
  sentence->setWordWrap(true);
  auto* keep = new QPushButton(tr("Keep the run resumable"));
  auto* cancel = new QPushButton(tr("Cancel the run"));
  auto* goOn = new QPushButton(tr("Go on training"));
  keep->setProperty("primary", true);
  keep->setDefault(true);
  keep->setObjectName(QStringLiteral("keepRun"));
  cancel->setObjectName(QStringLiteral("cancelRun"));
  goOn->setObjectName(QStringLiteral("goOn"));

  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Metrics::kGap);
  buttons->addWidget(goOn);
  buttons->addStretch();
  buttons->addWidget(cancel);
  buttons->addWidget(keep);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin, 16);
  layout->setSpacing(16);
  layout->addWidget(title);
  layout->addWidget(sentence);
  layout->addLayout(buttons);
  setMinimumWidth(520);

  const auto choose = [this](CloseAnswer answer) {
    m_answer = answer;
    accept();
  };
  connect(keep, &QPushButton::clicked, this, [choose] { choose(CloseAnswer::KeepRun); });
  connect(cancel, &QPushButton::clicked, this, [choose] { choose(CloseAnswer::CancelRun); });
  connect(goOn, &QPushButton::clicked, this, [choose] { choose(CloseAnswer::GoOn); });
}

CloseAnswer CloseQuestion::ask(QWidget* parent) {
  CloseQuestion question(parent);
  question.exec();
  return question.answer();
}

}  // namespace pleinair::ui
