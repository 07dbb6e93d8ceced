"""A report as tables for the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from inkread.evaluation.calibration import BINS
from inkread.evaluation.metrics import Evaluation, most_confused
from inkread.evaluation.report import Report
from inkread.evaluation.wording import interval, percent, printable

MATRIX_UP_TO = 16  # classes; beyond, a terminal is too narrow and the most frequent mistakes are listed
RIGHT, WRONG, WARNING = "bold blue", "bold black on orange1", "bold orange1"
TRAINED_ON = "these are the pictures that the model was trained on: the figures say nothing about new ones"


def render(report: Report) -> RenderableType:
    """Lay the whole report out: summary, a line for each class, and the confusion matrix.

    Args:
        report: what was measured.

    Returns:
        Something that Rich prints.
    """
    evaluation = report.evaluation
    if evaluation.correct == evaluation.count:
        mistakes: RenderableType = Text("No mistakes.", style=RIGHT)
    elif len(evaluation.classes) <= MATRIX_UP_TO:
        mistakes = confusion_table(evaluation)
    else:
        mistakes = most_confused_table(evaluation)
    head: list[RenderableType] = ["", Rule(Text(printable(report.source), "bold"), align="left", style="cyan")]
    if report.trained_on:
        head.append(Text(TRAINED_ON, WARNING))
    return Group(*head, summary_table(report), "", class_table(evaluation), "", mistakes, "")


def summary_table(report: Report) -> Table:
    """Lay out the figures that describe the whole set."""
    evaluation, taken = report.evaluation, report.acceptance
    table = Table.grid(padding=(0, 3))
    table.add_column(style="dim")
    table.add_column(justify="right", style="bold")
    table.add_column()
    table.add_row(
        "accuracy",
        percent(evaluation.accuracy),
        f"{evaluation.correct:,} of {evaluation.count:,}, 95 % interval {interval(evaluation)}",
    )
    table.add_row("average loss", f"{evaluation.average_loss:.4f}", "negative log-likelihood")
    table.add_row("calibration error", percent(report.ece), f"ECE in {BINS} bins of confidence")
    right = f", of these {percent(taken.accuracy)} right" if taken.accepted else ""
    table.add_row("accepted", percent(taken.share), f"confidence {taken.threshold:g} or more{right}")
    table.add_row("risk-coverage area", percent(report.risk_coverage.aurc, 3), "AURC, mean risk over all coverages")
    if evaluation.unanswered:
        table.add_row("no ink", f"{evaluation.unanswered:,}", "not read, counted as wrong")
    for others in report.outsiders:
        share, at_99 = percent(others.accepted / others.count), percent(others.accepted_at_99 / others.count)
        table.add_row(
            Text(printable(f"against {others.data}")),
            f"{others.auroc:.4f}",
            f"AUROC; {share} of {others.count:,} accepted wrongly, {at_99} where 99 % of the digits are accepted",
        )
    return table


def class_table(evaluation: Evaluation) -> Table:
    """Lay out each class's precision, recall and F1."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("class", style="bold")
    for name in ("precision", "recall", "F1", "pictures"):
        table.add_column(name, justify="right")
    for score in evaluation.per_class:
        table.add_row(
            Text(printable(score.label)),
            percent(score.precision),
            percent(score.recall),
            percent(score.f1),
            f"{score.count:,}",
        )
    return table


def confusion_table(evaluation: Evaluation) -> Table:
    """Lay out the confusion matrix; right answers in blue, mistakes on orange, a dot for none."""
    table = Table(title="rows: truth, columns: read as", title_style="dim", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", style="bold")
    for label in evaluation.classes:
        table.add_column(Text(printable(label)), justify="right")
    for row, label in enumerate(evaluation.classes):
        counts = evaluation.confusion[row]
        table.add_row(Text(printable(label)), *(_cell(int(n), row == column) for column, n in enumerate(counts)))
    return table


def most_confused_table(evaluation: Evaluation) -> Table:
    """List the mistakes that were made most often."""
    table = Table(title="most frequent mistakes", title_style="dim", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("truth", style="bold")
    table.add_column("read as", style="bold")
    table.add_column("times", justify="right")
    for mistake in most_confused(evaluation):
        table.add_row(Text(printable(mistake.truth)), Text(printable(mistake.read)), f"{mistake.times:,}")
    return table


def _cell(count: int, right: bool) -> Text:
    """Write one count of the confusion matrix."""
    if count == 0:
        return Text("·", style="dim")
    return Text(f" {count} " if not right else f"{count}", style=RIGHT if right else WRONG)
