from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from bot.sandbox.faults import Fault

if TYPE_CHECKING:
    from tests.sandbox.scene import Stage

READ = """query Read($owner:String!,$name:String!,$number:Int!,$folder:String!,$head:GitObjectID!,$app:Int!){
  rateLimit{cost remaining nodeCount}
  repository(owner:$owner,name:$name){
    databaseId isFork isArchived defaultBranchRef{name target{oid}}
    none:object(expression:"HEAD:no/such/file"){...blob}
    folder:object(expression:$folder){...on Tree{entries{name type mode object{...blob}}}}
    head:object(oid:$head){...on Commit{oid file(path:"specs"){object{...on Tree{entries{name type}}}}
      checkSuites(first:1,filterBy:{appId:$app}){nodes{
        checkRuns(first:10,filterBy:{checkType:LATEST}){nodes{name status conclusion externalId}}}}}}
    pullRequest(number:$number){state isDraft mergeable isCrossRepository author{login __typename}
      headRefName headRefOid baseRefName headRepository{nameWithOwner}
      files(first:100){totalCount pageInfo{hasNextPage} nodes{path changeType}}
      comments(first:50){nodes{fullDatabaseId viewerDidAuthor isMinimized body author{login __typename}}}}
    numbered:refs(refPrefix:"refs/heads/",query:"001-",first:20){totalCount nodes{name}}}
  others:repository(owner:$owner,name:".github"){object(expression:"HEAD:app.yml"){...blob}}}
fragment blob on Blob{oid byteSize isBinary isTruncated text}"""


def test_one_query_reads_a_pull_request(stage: Stage) -> None:
    world, repository = stage.world, stage.repository
    head = world.push(
        repository, "001-a", {"specs/001-a/plan.md": "# Plan\n", "specs/001-a/x.bin": b"\0\1"}, author="ada"
    )
    pull = world.open_pull_request(repository, "001-a", author="ada")
    client = stage.pygithub_repository()
    for conclusion in ("failure", "success"):
        client.create_check_run("plangate", head, status="completed", conclusion=conclusion, external_id=conclusion)
    client.get_pull(pull.number).create_issue_comment("Ours")
    world.comment(repository, pull.number, "Theirs", author="ada")
    variables: dict[str, Any] = {
        "owner": "acme",
        "name": "server",
        "number": 1,
        "folder": f"{head}:specs/001-a",
        "head": head,
    }
    body = stage.graphql(READ, **variables, app=world.app.id)
    assert [(error["type"], error["path"]) for error in body["errors"]] == [("NOT_FOUND", ["others"])]
    data = body["data"]
    assert data["others"] is None
    assert data["rateLimit"]["cost"] == 1
    found = data["repository"]
    assert found["none"] is None
    assert [(e["name"], e["object"]["text"], e["object"]["isBinary"]) for e in found["folder"]["entries"]] == [
        ("plan.md", "# Plan\n", False),
        ("x.bin", None, True),
    ]
    assert found["head"]["file"]["object"]["entries"] == [{"name": "001-a", "type": "tree"}]
    [suite] = found["head"]["checkSuites"]["nodes"]
    assert [run["externalId"] for run in suite["checkRuns"]["nodes"]] == ["success"]
    shown = found["pullRequest"]
    assert (shown["state"], shown["mergeable"], shown["headRefOid"]) == ("OPEN", "MERGEABLE", head)
    assert shown["files"]["totalCount"] == 2
    comments = [
        (comment["body"], comment["viewerDidAuthor"], comment["author"]["login"])
        for comment in shown["comments"]["nodes"]
    ]
    assert comments == [("Ours", True, "plangate"), ("Theirs", False, "ada")]
    assert found["numbered"]["nodes"] == [{"name": "001-a"}]


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ('refs(refPrefix:"refs/heads/"){nodes{name}}', "MISSING_PAGINATION_BOUNDARIES", "`first` or `last`"),
        ('refs(refPrefix:"refs/heads/",first:101){nodes{name}}', "EXCESSIVE_PAGINATION", "exceeds the `first` limit"),
        ("refs(first:1){nodes{name}}", None, "refPrefix"),
        ("nonsense", None, "nonsense"),
        ("pullRequest(number:99){id}", "NOT_FOUND", "Could not resolve to a PullRequest with the number of 99."),
    ],
)
def test_mistakes_are_told_inside_a_200(stage: Stage, fields: str, kind: str | None, words: str) -> None:
    headers = {"Authorization": f"Bearer {stage.token()}"}
    query = f'{{repository(owner:"acme",name:"server"){{{fields}}}}}'
    response = requests.post(f"{stage.world.url}/graphql", json={"query": query}, headers=headers, timeout=5)
    assert response.status_code == 200
    body = response.json()
    assert body["errors"][0].get("type") == kind
    assert words in body["errors"][0]["message"]


def test_too_many_nodes_are_refused(stage: Stage) -> None:
    commits = "history(first:100){nodes{history(first:100){nodes{history(first:100){nodes{oid}}}}}}"
    query = f'{{repository(owner:"acme",name:"server"){{object(expression:"HEAD"){{...on Commit{{{commits}}}}}}}}}'
    assert stage.graphql(query)["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED"


def test_a_long_blob_is_cut_off(stage: Stage) -> None:
    stage.world.push(stage.repository, "main", {"long.md": "x" * 512_001})
    blob = "...on Blob{isTruncated byteSize text}"
    query = f'{{repository(owner:"acme",name:"server"){{object(expression:"main:long.md"){{{blob}}}}}}}'
    found = stage.graphql(query)["data"]["repository"]["object"]
    assert (found["isTruncated"], found["byteSize"], len(found["text"])) == (True, 512_001, 512_000)


def test_pages_follow_each_other(stage: Stage) -> None:
    issue = stage.world.open_issue(stage.repository, "Talk")
    for number in range(5):
        stage.world.comment(stage.repository, issue.number, str(number))
    query = """query($after:String){repository(owner:"acme",name:"server"){issue(number:1){
      comments(first:2,after:$after){pageInfo{hasNextPage endCursor} nodes{body}}}}}"""
    seen: list[str] = []
    after = None
    while True:
        page = stage.graphql(query, after=after)["data"]["repository"]["issue"]["comments"]
        seen += [comment["body"] for comment in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == list("01234")


def test_mutations_act(stage: Stage) -> None:
    issue = stage.world.open_issue(stage.repository, "Talk")
    find = '{repository(owner:"acme",name:"server"){issue(number:1){id comments(last:1){nodes{id isMinimized body}}}}}'
    subject = stage.graphql(find)["data"]["repository"]["issue"]["id"]
    add = "mutation($i:AddCommentInput!){addComment(input:$i){commentEdge{node{id}}}}"
    made = stage.graphql(add, i={"subjectId": subject, "body": "Said"})["data"]["addComment"]["commentEdge"]["node"]
    update = "mutation($i:UpdateIssueCommentInput!){updateIssueComment(input:$i){issueComment{body}}}"
    stage.graphql(update, i={"id": made["id"], "body": "Said again"})
    hide = (
        "mutation($i:MinimizeCommentInput!){minimizeComment(input:$i){minimizedComment{isMinimized minimizedReason}}}"
    )
    stage.graphql(hide, i={"subjectId": made["id"], "classifier": "OUTDATED"})
    react = "mutation($i:AddReactionInput!){addReaction(input:$i){reaction{content}}}"
    stage.graphql(react, i={"subjectId": made["id"], "content": "EYES"})
    [shown] = stage.graphql(find)["data"]["repository"]["issue"]["comments"]["nodes"]
    assert (shown["isMinimized"], shown["body"]) == (True, "Said again")
    [comment] = stage.world.comments(stage.repository, issue.number)
    assert [reaction.content for reaction in stage.world.reactions(stage.repository, comment)] == ["eyes"]
    assert len(stage.world.requests.writes) == 4


def test_a_mutation_needs_its_permission(stage: Stage) -> None:
    stage.world.open_issue(stage.repository, "Talk")
    narrow = stage.token(metadata="read", issues="read")
    find = '{repository(owner:"acme",name:"server"){issue(number:1){id}}}'
    subject = stage.graphql(find, token=narrow)["data"]["repository"]["issue"]["id"]
    query = f'mutation{{addComment(input:{{subjectId:"{subject}",body:"No"}}){{clientMutationId}}}}'
    headers = {"Authorization": f"Bearer {narrow}"}
    body = requests.post(f"{stage.world.url}/graphql", json={"query": query}, headers=headers, timeout=5).json()
    assert body["errors"][0]["type"] == "FORBIDDEN"
    assert stage.world.comments(stage.repository, 1) == []


def test_partial_data_comes_beside_its_error(stage: Stage) -> None:
    error: dict[str, Any] = {"type": "NOT_FOUND", "path": ["repository", "issue"], "message": "Gone"}
    stage.world.faults.add(Fault("graphql", graphql=error, partial=True))
    stage.world.open_issue(stage.repository, "Talk")
    body = stage.graphql('{repository(owner:"acme",name:"server"){databaseId issue(number:1){id}}}')
    assert body["data"]["repository"] == {"databaseId": stage.repository.id, "issue": None}
    assert body["errors"][0]["message"] == "Gone"


def test_a_forks_commits_are_read_through_the_base_repository(stage: Stage) -> None:
    world, base = stage.world, stage.repository
    fork = world.fork(base, "eve")
    head = world.push(fork, "001-a", {"specs/001-a/plan.md": "# Plan\n"}, author="eve")
    pull = world.open_pull_request(base, "001-a", author="eve", fork=fork)
    query = """query($e:String!){repository(owner:"acme",name:"server"){object(expression:$e){...on Blob{text}}
      pullRequest(number:1){isCrossRepository headRepository{nameWithOwner}}}}"""
    repository = stage.graphql(query, e=f"{head}:specs/001-a/plan.md")["data"]["repository"]
    assert repository["object"]["text"] == "# Plan\n"
    assert repository["pullRequest"] == {"isCrossRepository": True, "headRepository": {"nameWithOwner": "eve/server"}}
    run = stage.pygithub_repository().create_check_run("plangate", head)
    assert run.pull_requests == []
    assert stage.world.sent("check_run", "created")[-1].payload["check_run"]["check_suite"]["head_branch"] is None
    again = world.push(fork, "001-a", {"specs/001-a/plan.md": "# Plan 2\n"}, author="eve")
    assert (pull.head_sha, base.refs["refs/pull/1/head"]) == (again, again)
    world.delete_repository(fork)
    assert stage.graphql(query, e="HEAD:x")["data"]["repository"]["pullRequest"]["headRepository"] is None
    assert world.sent("pull_request", "closed")[-1].payload["pull_request"]["head"]["repo"] is None


def test_pull_requests_are_filtered_by_branch_and_state(stage: Stage) -> None:
    for branch in ("001-a", "002-b"):
        stage.world.push(stage.repository, branch, {branch: "x"})
        stage.world.open_pull_request(stage.repository, branch)
    stage.world.merge(stage.repository.pulls[2])
    query = """{repository(owner:"acme",name:"server"){
      a:pullRequests(headRefName:"001-a",states:OPEN,first:5){nodes{number}}
      b:pullRequests(states:[MERGED],first:5){nodes{number mergeCommit{parents(first:2){totalCount}}}}
      c:pullRequests(first:5,orderBy:{field:CREATED_AT,direction:DESC}){nodes{number}}}}"""
    repository = stage.graphql(query)["data"]["repository"]
    assert repository["a"]["nodes"] == [{"number": 1}]
    assert repository["b"]["nodes"] == [{"number": 2, "mergeCommit": {"parents": {"totalCount": 2}}}]
    assert [pull["number"] for pull in repository["c"]["nodes"]] == [2, 1]
