"""The check run `plangate config`: the mistakes in an `app.yml`, their places, and the version in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.forge.check_run_output import NAME, Annotation, CheckRunOutput, Conclusion
from bot.core.speech.render.annotations import MOST
from bot.core.speech.render.check_run import LIMIT, RECHECK, largest, size
from bot.core.speech.render.context import short
from bot.core.speech.render.excerpt import SourceLines, excerpt
from bot.core.speech.render.footer import version
from bot.core.speech.render.markdown import Links, with_code
from bot.core.speech.render.title import TITLE_LIMIT, needs_admin
from bot.core.speech.render.words import words
from bot.core.text.neutral import code_span, fence, neutralise, plain_line
from bot.core.text.prose import At, Side
from bot.core.text.wording import count

if TYPE_CHECKING:
    from bot.core.config.yaml import ConfigMistake
    from bot.core.speech.render.context import RenderContext
    from bot.core.yardstick.constitution import Constitution

CONFIG_NAME = "plangate config"
"""The check run's name; it is its own, so that a broken file never hides a feature's verdict."""
_ROOM = 100
_MOST_MISTAKES = 100


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file in a pull request."""

    path: str
    text: str
    mistakes: tuple[ConfigMistake, ...]
    base_exists: bool = True
    """The base has a version of its own, which stays in force; otherwise the defaults do."""
    removed: bool = False
    """The pull request removes the file."""
    link: bool = False
    """It removes the file by putting a symbolic link in its place."""
    shadowed: str | None = None
    """The other file in the same commit that takes precedence, so that this one is not read."""
    untouched: bool = False
    """The pull request does not change the file, but an earlier run on the same commit said that it does."""
    constitution: Constitution | None = None
    """The constitution in which the principles named in the file were looked up."""


def config_run(file: ConfigFile, context: RenderContext) -> CheckRunOutput:
    """The run on the pull request that changes the file: it fails for any mistake, else it passes with one sentence."""
    name = plain_line(file.path.rsplit("/", 1)[-1], 40)
    if not file.mistakes:
        title, text = _well(file, name, code_span(_branch(context)))
        return _output(title, f"{text}\n\n{_foot(file, context, Links(context))}\n", (), Conclusion.SUCCESS)
    most = min(len(file.mistakes), _MOST_MISTAKES)
    shown = largest(lambda count: size(_summary(file, context, count)) <= LIMIT, most)
    mistakes = count(len(file.mistakes), "mistake", "mistakes")
    in_force = f"{_branch(context)}'s version stays in force" if file.base_exists else "the defaults stay in force"
    annotations = tuple(_annotation(file.path, mistake) for mistake in file.mistakes[:MOST])
    title = plain_line(f"{name}: {mistakes} · {in_force}", TITLE_LIMIT)
    return _output(title, _summary(file, context, shown), annotations, Conclusion.FAILURE)


def _well(file: ConfigFile, name: str, branch: str) -> tuple[str, str]:
    """Title and sentence when there is no mistake."""
    path = code_span(file.path)
    if file.untouched:
        return f"{name}: not changed", f"This pull request does not change {path}."
    if file.shadowed is not None:
        first = code_span(file.shadowed)
        return (
            f"{name}: not in force",
            f"{path} can be read but is not used, since {first} comes first. Keep one of the two.",
        )
    if file.removed:
        does = f"makes {path} a symbolic link, which is not followed" if file.link else f"removes {path}"
        gone = f"This pull request {does}. Once it is on {branch}, the owner's settings and the defaults apply."
        return f"{name}: removed", gone
    return f"{name}: no mistakes", f"{path} can be read; it holds once it is on {branch}."


def never_good(path: str, mistake: ConfigMistake, context: RenderContext) -> CheckRunOutput:
    """The run on a feature that cannot be judged, because no version of the file was ever readable."""
    links = Links(context)
    where = links.at(At(path, mistake.spot.line, Side.BASE), code_span(path))
    problem = plain_line(mistake.title).rstrip(".")
    summary = "\n\n".join(
        [
            (
                f"We cannot judge this feature: {where} on {code_span(_branch(context))} has never been readable"
                f" (line {mistake.spot.line}, column {mistake.spot.column}: {neutralise(problem)}."
                f" {links.prose(with_code(mistake.remedy))})."
            ),
            (
                "**Nothing in this pull request is wrong.** Someone with write access mends that line on"
                f" {code_span(_branch(context))}, or deletes the file to use the defaults; every open pull request is"
                " then judged again by itself."
            ),
            links.definitions(),
        ]
    )
    return CheckRunOutput(
        needs_admin(path), summary.strip() + "\n", None, (), (RECHECK,), Conclusion.ACTION_REQUIRED, NAME
    )


def _output(title: str, summary: str, annotations: tuple[Annotation, ...], conclusion: Conclusion) -> CheckRunOutput:
    return CheckRunOutput(title, summary, None, annotations, (RECHECK,), conclusion, CONFIG_NAME)


def _branch(context: RenderContext) -> str:
    return plain_line(context.base_branch or context.default_branch or "the base", 60)


def _summary(file: ConfigFile, context: RenderContext, shown: int) -> str:
    links = Links(context)
    branch = code_span(_branch(context))
    places = count(len(file.mistakes), "place", "places")
    holds = f"the version on {branch} stays in force" if file.base_exists else "the defaults stay in force"
    mended = "it is mended" if len(file.mistakes) == 1 else "they are mended"
    until = f"Until {mended}, {holds}: no open pull request is affected."
    lines = SourceLines({file.path: file.text})
    items = [_item(number, file, mistake, lines, links) for number, mistake in enumerate(file.mistakes[:shown], 1)]
    not_shown = len(file.mistakes) - shown
    check = code_span(f"plangate config validate {file.path}")
    keys = links.to("all keys", f"{context.site_url}/configuration", "k")
    parts = [
        f"This pull request changes {code_span(file.path)}, and **{places} in it cannot be read**. {until}",
        "\n".join(items),
        f"and {not_shown} more: {check} lists them all" if not_shown else "",
        f"Check it on your desk: {check} · {keys}",
        _foot(file, context, links),
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _item(number: int, file: ConfigFile, mistake: ConfigMistake, lines: SourceLines, links: Links) -> str:
    spot = mistake.spot
    place = f"line {spot.line}, column {spot.column}"
    sentence = f"{neutralise(mistake.title.rstrip('.'))}. {links.prose(with_code(mistake.remedy)).strip()}"
    head = f"{number}. ❌ **{place}**: {sentence}"
    raw = lines.line(file.path, spot.line)
    if raw is None or not raw.strip():
        return head
    line, carets = excerpt(raw, spot.column, spot.column + max(1, spot.length) - 1, _ROOM)
    pad = " " * len(str(spot.line))
    indent = " " * (len(str(number)) + 2)
    shown = fence(f"{spot.line} | {line}\n{pad} | {carets}", indent=indent)
    return f"{head}\n{shown}"


def _annotation(path: str, mistake: ConfigMistake) -> Annotation:
    spot = mistake.spot
    title = plain_line(mistake.title, 255)
    return Annotation(
        path=path,
        start_line=spot.line,
        end_line=spot.line,
        annotation_level="failure",
        title=title[:1].upper() + title[1:],
        message=words(with_code(mistake.remedy)) or title,
        start_column=spot.column,
        end_column=spot.column + max(1, spot.length) - 1,
    )


def _foot(file: ConfigFile, context: RenderContext, links: Links) -> str:
    checked_against = ""
    constitution = file.constitution
    if constitution and context.base_sha:
        name = f"constitution {neutralise(constitution.version, 40)}" if constitution.version else "the constitution"
        linked = links.to(name, context.at_url(At(constitution.path, None, Side.BASE)), "con")
        checked_against = f"Checked against {linked} at {code_span(f'{_branch(context)}@{short(context.base_sha)}')} · "
    return f"<sub>{checked_against}{version(context)}</sub>"
