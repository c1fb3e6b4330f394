"""Pages about files: one file with its lines, a file written in the browser, and a pull request from a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.sandbox.acts import pulls, pushes
from bot.sandbox.errors import ApiError
from bot.sandbox.git import GitError
from bot.sandbox.pages.door import Page, Visit, page, show

if TYPE_CHECKING:
    from bot.sandbox.state import Repository

_LARGEST_SHOWN = 512 * 1024


def _divided(repository: Repository, text: str) -> tuple[str, str]:
    """The ref and the path in `ref/path`; a branch's own slashes belong to it. Raises `ApiError` 404."""
    parts = text.split("/")
    for depth in range(1, len(parts)):
        ref, path = "/".join(parts[:depth]), "/".join(parts[depth:])
        commit = repository.git.commit(repository.branch(ref) or ref)
        if commit is not None and repository.git.read(f"{commit.oid}:{path}") is not None:
            return ref, path
    raise ApiError(404, "There is no such file.")


@page("GET", "/{owner}/{repo}/blob/{rest*}")
def blob(visit: Visit) -> Page:
    """A file at a commit or branch; `#L12` points at a line."""
    repository = visit.repository
    ref, path = _divided(repository, visit.params["rest"])
    git_object = repository.git.read(f"{repository.branch(ref) or ref}:{path}")
    if git_object is None or git_object.kind != "blob":
        raise ApiError(404, "There is no such file.")
    text = (
        None if b"\0" in git_object.content[:8000] else git_object.content[:_LARGEST_SHOWN].decode("utf-8", "replace")
    )
    lines = [] if text is None else text.removesuffix("\n").split("\n")
    rendered = "preview" in visit.query and path.endswith(".md")
    return show(
        "blob.html", visit, repository=repository, ref=ref, file=path, lines=lines, text=text, rendered=rendered
    )


def _check_writer(visit: Visit) -> None:
    if not visit.repository.may_push(visit.visitor.login):
        raise ApiError(403, f"{visit.visitor.login} may not push to {visit.repository.full_name}.")


def _check_branch(repository: Repository, name: str) -> None:
    try:
        repository.git.git("check-ref-format", "--branch", name)
    except (GitError, ValueError):
        raise ApiError(422, f"“{name}” is no name for a branch.") from None


@page("GET", "/{owner}/{repo}/new/{branch*}")
def new_file(visit: Visit) -> Page:
    """A form for a new file, filled from the address as GitHub does."""
    repository, base = visit.repository, visit.params["branch"]
    if repository.branch(base) is None:
        raise ApiError(404, "There is no such branch.")
    name, text = visit.query.get("filename", ""), visit.query.get("value", "")
    parts = name.split("/")
    suggested = parts[1] if len(parts) > 2 else f"{base}-patch-1"  # noqa: PLR2004 -- root, feature, file
    return show("new.html", visit, repository=repository, base=base, filename=name, text=text, suggested=suggested)


@page("POST", "/{owner}/{repo}/new/{branch*}")
def make_file(visit: Visit) -> Page:
    """Commit a new file to a branch, which is made when it is not there."""
    repository, base, form = visit.repository, visit.params["branch"], visit.form
    _check_writer(visit)
    path, branch = form.get("filename", "").strip("/ "), form.get("branch", "").strip()
    parts = path.split("/")
    if not path or any(part in {"", ".", "..", ".git"} for part in parts):
        raise ApiError(422, "Name the file by its path in the repository.")
    parent = repository.branch(branch) or repository.branch(base)
    if parent is None or not branch or repository.git.read(f"{parent}:{path}") is not None:
        raise ApiError(422, "Choose a branch, and a file that is not there yet.")
    _check_branch(repository, branch)
    return _commit(visit, branch, parent, path, f"Create {parts[-1]}")


def _commit(visit: Visit, branch: str, parent: str, path: str, words: str) -> Page:
    """Commit the form's text, as the visitor, and go where a pull request can be opened."""
    repository, visitor = visit.repository, visit.visitor
    text = visit.form.get("value", "").replace("\r\n", "\n")
    words = visit.form.get("message", "").strip() or words
    sha = repository.git.commit_files(
        parent, {path: text}, words, visitor.name, visitor.email, int(visit.hub.state.now())
    )
    pushes.update_ref(visit.hub, repository, visitor, {f"refs/heads/{branch}": sha})
    return Page(status=303, location=f"/{repository.full_name}?fresh=2&head={quote(branch, safe='')}")


@page("GET", "/{owner}/{repo}/edit/{rest*}")
def edit_file(visit: Visit) -> Page:
    """A form for a file of a branch."""
    repository = visit.repository
    branch, path, tip = _on_branch(visit)
    git_object = repository.git.read(f"{tip}:{path}")
    text = "" if git_object is None else git_object.content.decode("utf-8", "replace")
    return show("new.html", visit, repository=repository, base=branch, filename=path, text=text, suggested=None)


@page("POST", "/{owner}/{repo}/edit/{rest*}")
def change_file(visit: Visit) -> Page:
    """Commit a file's new text to its branch."""
    _check_writer(visit)
    branch, path, tip = _on_branch(visit)
    return _commit(visit, branch, tip, path, f"Update {path.rpartition('/')[2]}")


def _on_branch(visit: Visit) -> tuple[str, str, str]:
    """The branch, the path, and the branch's tip. Raises `ApiError` 404 when it is no file of a branch."""
    branch, path = _divided(visit.repository, visit.params["rest"])
    tip = visit.repository.branch(branch)
    git_object = visit.repository.git.read(f"{tip}:{path}")
    if tip is None or git_object is None or git_object.kind != "blob":
        raise ApiError(404, "There is no such file on a branch.")
    return branch, path, tip


@page("POST", "/{owner}/{repo}/pulls")
def open_pull(visit: Visit) -> Page:
    """Open a pull request from a branch to the default branch."""
    repository, head = visit.repository, visit.form.get("head", "")
    title = visit.form.get("title", "").strip() or head
    try:
        pull = pulls.open_pull(
            visit.hub,
            repository,
            visit.visitor,
            head=repository,
            head_ref=head,
            base_ref=repository.default_branch,
            title=title,
        )
    except ApiError as error:
        reason = next((str(each.get("message")) for each in error.errors or [] if each.get("message")), error.message)
        raise ApiError(error.status, f"{reason}.") from None
    return Page(status=303, location=f"/{repository.full_name}/pull/{pull.number}?fresh=2")


@page("POST", "/{owner}/{repo}/pull/{number}/state")
def change_state(visit: Visit) -> Page:
    """Close, reopen, make a draft or ready."""
    pull = visit.repository.pulls.get(visit.number("number"))
    if pull is None:
        raise ApiError(404, "There is no such pull request.")
    match visit.form.get("do"):
        case "close":
            pulls.close(visit.hub, pull, visit.visitor)
        case "reopen":
            pulls.reopen(visit.hub, pull, visit.visitor)
        case "draft" | "ready" as which:
            pulls.set_draft(visit.hub, pull, visit.visitor, draft=which == "draft")
        case _:
            raise ApiError(422, "Choose what to do.")
    return Page(status=303, location=f"/{visit.repository.full_name}/pull/{pull.number}?fresh=2")


@page("POST", "/{owner}/{repo}/required")
def require(visit: Visit) -> Page:
    """Require a check for merges into the default branch, or stop requiring it."""
    repository, form = visit.repository, visit.form
    repository.required_checks |= {form["add"]} if form.get("add") else set()
    repository.required_checks -= {form.get("drop", "")}
    back = form.get("back", "")
    return Page(
        status=303, location=back if back.startswith("/") and not back.startswith("//") else f"/{repository.full_name}"
    )
