"""What the figures of interviews mean, in one sentence each."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from rubrics.measures.figures import Agreement, Calibration, Doubt
from rubrics.measures.intervals import Estimate
from rubrics.measures.tally import BANDS
from rubrics.prescore import Verdict
from screening.web.formatting import is_chinese, listing

VERDICTS = {
    Verdict.MET: _l("Met"),
    Verdict.PARTLY: _l("Partly met"),
    Verdict.NOT_SHOWN: _l("Not shown"),
    Verdict.CONTRADICTED: _l("Contradicted"),
    Verdict.FOR_INTERVIEW: _l("For the interviewer"),
}


def number(value: float, places: int = 2, *, signed: bool = False) -> str:
    """Print a number with a real minus, and with a plus where it is a difference: −0.20, +0.05."""
    value = round(value, places) or 0.0  # no minus before nothing
    text = f"{value:+.{places}f}" if signed else f"{value:.{places}f}"
    return text.replace("-", "\u2212")


def between(one: Estimate, places: int = 2, *, signed: bool = False) -> str:
    """Print an interval: 0.14–0.71; with signs its ends are joined by a word, so that no minus meets the dash."""
    if one.low is None or one.high is None:
        return ""
    low, high = (number(end, places, signed=signed) for end in (one.low, one.high))
    return _("%(low)s to %(high)s", low=low, high=high) if one.low < 0 or signed else f"{low}–{high}"


def band_name(start: int) -> str:
    """Name a band of the prescore: 0–39, 40–49, 80+."""
    place = BANDS.index(start)
    return f"{start}+" if place == len(BANDS) - 1 else f"{start}–{BANDS[place + 1] - 1}"


def calibration_words(found: Calibration) -> str:
    """Say whether a higher prescore goes with higher ratings, and where there are too few to tell."""
    r = found.correlation
    silent = [band_name(start) for start, one in found.bands if one.value is None]
    if r.value is None or r.low is None or r.high is None:
        first = _("Too few candidates with a prescore and ratings to say whether the two agree (n=%(n)s).", n=r.n)
    else:
        facts = {"n": r.n, "r": number(r.value), "span": between(r)}
        if r.low > 0:
            first = _("Who has a higher prescore is rated higher (n=%(n)s, r = %(r)s, %(span)s).", **facts)
        elif r.high < 0:
            first = _("Who has a higher prescore is rated lower (n=%(n)s, r = %(r)s, %(span)s): look into it.", **facts)
        else:
            first = _("Prescore and ratings show no clear link (n=%(n)s, r = %(r)s, %(span)s).", **facts)
    if not silent or len(silent) == len(found.bands):
        return first
    return first + ("" if is_chinese() else " ") + _("Too few to say at %(bands)s.", bands=listing(silent))


def agreement_words(found: tuple[Agreement, ...]) -> str:
    """Say how many criteria reach the agreement that conclusions need."""
    said = [one for one in found if one.alpha.value is not None]
    good = sum(not one.needs_work for one in said)
    if not said:
        return _("Too few candidates were rated by two people on the same criterion to say anything yet.")
    return ngettext(
        "%(good)s of %(num)s criterion reaches 0.67. The line is the 95%% interval; below 0.67, calibrate the anchors together.",
        "%(good)s of %(num)s criteria reach 0.67. The line is the 95%% interval; below 0.67, calibrate the anchors together.",
        len(said),
        good=good,
    )


def verdict_words(found: Calibration) -> str:
    """Say whether what the documents show is borne out on average."""
    met, partly = found.verdicts.get(Verdict.MET), found.verdicts.get(Verdict.PARTLY)
    if met is None or met.value is None:
        return _("Too few candidates to compare verdicts with ratings yet.")
    if partly is None or partly.value is None:
        return _("“Met” is rated %(met)s on average (n=%(n)s).", met=number(met.value, 1), n=met.n)
    facts = {"met": number(met.value, 1), "partly": number(partly.value, 1)}
    if met.low is not None and partly.high is not None and met.low > partly.high:
        return _("“Met” is rated above “partly met”: %(met)s against %(partly)s.", **facts)
    if met.high is not None and partly.low is not None and met.high < partly.low:
        return _("“Met” is rated below “partly met”: %(met)s against %(partly)s. Look into it.", **facts)
    return _("“Met” and “partly met” are not rated clearly apart: %(met)s against %(partly)s.", **facts)


def doubt_words(found: tuple[Doubt, ...]) -> str:
    """Say how many criteria tell nobody apart or go against outcomes, and do not call them sound where there are too few to tell."""
    odd = sum(one.never_discriminates or one.contradicts for one in found)
    if odd:
        return ngettext(
            "%(num)s criterion tells nobody apart, or is rated against the outcome.",
            "%(num)s criteria tell nobody apart, or are rated against the outcome.",
            odd,
        )
    said = sum(any(figure is not None for figure in (one.share, one.advised.value, one.decided.value)) for one in found)
    if not said:
        return _("Too few ratings of any criterion to say anything yet.")
    return ngettext(
        "Nothing stands out in the %(num)s criterion with enough ratings.",
        "Nothing stands out in the %(num)s criteria with enough ratings.",
        said,
    )
