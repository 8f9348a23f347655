#include "ui/dialogs/fact_form.h"

#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/style/tokens.h"

namespace pleinair::ui {

QLabel* selectableText(const QString& text, const char* role) {
  auto* label = new QLabel(text);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  // A word longer than the page (a path, a tensor's name) may be cut, but never widens the page.
  label->setMinimumWidth(1);
  if (role != nullptr) label->setProperty("role", role);
  return label;
}

QFormLayout* addFactForm(QVBoxLayout& page) {
  auto* form = new QFormLayout;
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
  form->setHorizontalSpacing(Metrics::kWideMargin);
  form->setVerticalSpacing(Metrics::kGap);
  page.addLayout(form);
  return form;
}

QLabel* addFact(QFormLayout& form, const QString& name, const QString& value) {
  if (value.isEmpty()) return nullptr;
  auto* label = new QLabel(name);
  label->setProperty("role", "quiet");
  label->setAlignment(Qt::AlignLeft | Qt::AlignTop);  // beside the first line of a long value
  label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
  QLabel* text = selectableText(value);
  form.addRow(label, text);
  return text;
}

}  // namespace pleinair::ui
