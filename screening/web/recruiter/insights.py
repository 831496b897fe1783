"""Insights: what the figures say about pipelines, interviews and fairness, of one posting or of all that one reads, as a page and as files."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from screening.extensions import db
from screening.models import Posting, Role, Stage
from screening.policy import Permission
from screening.queries.insight_figures import Pipeline, Progress, pipeline, progress
from screening.queries.insights import Insights, Standing, insights
from screening.queries.stage_rules import STANDARD, Rules, rules_of
from screening.services.insight_counts import Tour, ask_for_count, job_key
from screening.services.undoing import Act, remember
from screening.services.voluntary import ask_candidates
from screening.web.access import actor, may, needs, now
from screening.web.recruiter import flow_words as flow
from screening.web.recruiter import insight_words as words
from screening.web.recruiter.insight_rows import header, rows
from screening.web.recruiter.insight_tables import SECTIONS, about, sheets
from screening.web.spreadsheets import Sheet, csv_file, xlsx_file
from screening.web.stage_words import stage_words
from screening.web.toasts import toast

blueprint = Blueprint("insights", __name__, url_prefix="/staff")

PERIODS = {30: _l("Last 30 days"), 90: _l("Last 90 days"), 365: _l("Last year"), 0: _l("All time")}
USUAL = 90
RUN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Figures:
    """What a page or a file shows: figures of pipelines and of interviews, and the rules of stages: of several postings the standard."""

    line: Pipeline
    page: Insights
    rules: Rules


@blueprint.get("/insights")
@needs(Permission.INSIGHTS_VIEW)
def index() -> ResponseReturnValue:
    """Show the figures of all postings that one has rights on; a chosen posting has its own address."""
    chosen = request.args.get("posting", "")
    if chosen.isdecimal():
        return redirect(url_for("insights.posting", posting_id=int(chosen), days=_days()))
    return _page()


@blueprint.get("/postings/<int:posting_id>/insights")
@needs(Permission.POSTING_VIEW, of=Posting)
def posting(posting: Posting) -> ResponseReturnValue:
    """Show the figures of one posting."""
    return _page(posting)


@blueprint.get("/insights.csv")
@needs(Permission.INSIGHTS_VIEW)
def table() -> ResponseReturnValue:
    """Give one section's figures as CSV, those of interviews where none is named."""
    return _csv()


@blueprint.get("/postings/<int:posting_id>/insights.csv")
@needs(Permission.POSTING_VIEW, of=Posting)
def posting_table(posting: Posting) -> ResponseReturnValue:
    """Give one posting's figures as CSV."""
    return _csv(posting)


@blueprint.get("/insights.xlsx")
@needs(Permission.INSIGHTS_VIEW)
def book() -> ResponseReturnValue:
    """Give all sections as a workbook for Excel, or the one that is named."""
    return _workbook()


@blueprint.get("/postings/<int:posting_id>/insights.xlsx")
@needs(Permission.POSTING_VIEW, of=Posting)
def posting_book(posting: Posting) -> ResponseReturnValue:
    """Give one posting's sections as a workbook."""
    return _workbook(posting)


@blueprint.post("/insights/count")
@needs(Permission.INSIGHTS_VIEW)
def count() -> ResponseReturnValue:
    """Ask for everything that one reads to be counted now."""
    return _count()


@blueprint.post("/postings/<int:posting_id>/insights/count")
@needs(Permission.POSTING_VIEW, of=Posting)
def count_posting(posting: Posting) -> ResponseReturnValue:
    """Ask for a posting to be counted now."""
    return _count(posting)


@blueprint.get("/insights/counting")
@needs(Permission.INSIGHTS_VIEW)
def counting() -> ResponseReturnValue:
    """Show how far a count is: the fragment that the page asks for again and again."""
    return _counting()


@blueprint.get("/postings/<int:posting_id>/insights/counting")
@needs(Permission.POSTING_VIEW, of=Posting)
def counting_posting(posting: Posting) -> ResponseReturnValue:
    """Show how far the count of a posting is."""
    return _counting(posting)


@blueprint.post("/postings/<int:posting_id>/voluntary")
@needs(Permission.POSTING_EDIT, of=Posting)
def ask(posting: Posting) -> ResponseReturnValue:
    """Let candidates of the posting be asked for voluntary answers after they applied, or no longer."""
    asks = request.form.get("asks_voluntary") == "on"
    if ask_candidates(db.session, posting=posting, asks=asks, actor_id=actor().id, now=now()):
        token = remember(
            db.session, actor_id=actor().id, act=Act.VOLUNTARY, now=now(), posting=posting.id, asks=int(asks)
        )
        db.session.commit()
        toast(
            _("Candidates are asked from now on, after they have applied.")
            if asks
            else _("Candidates are no longer asked. What was answered stays counted."),
            undo=token,
        )
    return redirect(url_for("questions.index", posting_id=posting.id, _anchor="voluntary"), 303)


def _page(posting: Posting | None = None) -> ResponseReturnValue:
    figures, running = _figures(posting), _running(posting)
    goals = {stage: rule.days for stage, rule in figures.rules.items()} if posting else {}
    return render_template(
        "recruiter/insights.html",
        page=figures.page,
        line=figures.line,
        goals=goals,
        posting=posting,
        days=_days(),
        periods=PERIODS,
        names_raters=may(Permission.RATERS_VIEW),
        sees_impact=may(Permission.IMPACT_VIEW),
        running=running,
        run=_run(),
        words=words,
        flow=flow,
        stages=stage_words(figures.rules),
        files=_sheets(figures),
        Standing=Standing,
        Stage=Stage,
    )


def _csv(posting: Posting | None = None) -> Response:
    section = request.args.get("section", "interviews")
    if section not in SECTIONS:
        abort(404)
    figures = _figures(posting)
    if section == "interviews":
        if figures.page.standing is not Standing.READY:
            abort(404)
        return csv_file(_named("csv"), header(), rows(figures.page, with_raters=may(Permission.RATERS_VIEW)))
    found = _sheets(figures)
    if section not in found:
        abort(404)
    return csv_file(_named("csv", found[section].title), found[section].header, found[section].rows)


def _workbook(posting: Posting | None = None) -> Response:
    section = request.args.get("section")
    if section is not None and section not in SECTIONS:
        abort(404)
    figures = _figures(posting)
    found = _sheets(figures)
    if section is not None and section not in found:
        abort(404)
    first = about(posting, str(PERIODS[_days()]), figures.line, figures.page, now())
    shown = list(found.values()) if section is None else [found[section]]
    return xlsx_file(_named("xlsx", "" if section is None else found[section].title), [first, *shown])


def _count(posting: Posting | None = None) -> ResponseReturnValue:
    run = f"{now():%Y%m%d%H%M}"
    ask_for_count(db.session, tour=_tour(posting), run=run, now=now(), is_awaited=True)
    db.session.commit()
    return redirect(_address(posting, run), 303)


def _counting(posting: Posting | None = None) -> ResponseReturnValue:
    running = _running(posting)
    if running is not None and not running.is_over:
        return render_template(
            "recruiter/insights_progress.html", posting=posting, running=running, run=_run(), days=_days()
        )
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Redirect": _address(posting)})
    return redirect(_address(posting), 303)


def _figures(posting: Posting | None) -> Figures:
    ident = posting.id if posting else None
    line = pipeline(
        db.session,
        actor=actor(),
        posting_id=ident,
        days=_days(),
        with_raters=may(Permission.RATERS_VIEW),
        with_impact=may(Permission.IMPACT_VIEW),
    )
    rules = STANDARD if posting is None else rules_of(db.session, posting_id=posting.id)
    return Figures(line, insights(db.session, actor=actor(), posting_id=ident, days=_days()), rules)


def _sheets(figures: Figures) -> dict[str, Sheet]:
    return sheets(
        figures.line,
        figures.page,
        stages=stage_words(figures.rules),
        with_raters=may(Permission.RATERS_VIEW),
        with_impact=may(Permission.IMPACT_VIEW),
    )


def _running(posting: Posting | None) -> Progress | None:
    """Read how far the count is that the address names."""
    run = _run()
    return progress(db.session, key=job_key(_tour(posting), run)) if run else None


def _tour(posting: Posting | None) -> Tour:
    """Give what is counted together: one posting, one's own, or all for an admin."""
    if posting is not None:
        return Tour(0, posting.id)
    return Tour(0 if actor().role is Role.ADMIN else actor().id)


def _address(posting: Posting | None, run: str | None = None) -> str:
    if posting is not None:
        return url_for("insights.posting", posting_id=posting.id, days=_days(), run=run)
    return url_for("insights.index", days=_days(), run=run)


def _named(ending: str, section: str = "") -> str:
    part = f"-{section}" if section else ""
    return f"{_('insights')}{part}-{now():%Y-%m-%d}.{ending}"


def _run() -> str | None:
    asked = request.args.get("run", "")
    return asked if len(asked) == RUN_DIGITS and asked.isdecimal() and asked.isascii() else None


def _days() -> int:
    asked = request.args.get("days", "")
    return next((days for days in PERIODS if str(days) == asked), USUAL)
