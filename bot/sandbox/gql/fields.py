"""The part of GitHub's public schema that the sandbox answers: type -> fields. `tools.vendor` keeps only this part."""

from __future__ import annotations

_PAGE = "nodes totalCount pageInfo"

KEPT: dict[str, str] = {
    "Query": "repository viewer rateLimit node nodes",
    "Mutation": "addComment addReaction closePullRequest markPullRequestReadyForReview minimizeComment"
    " unminimizeComment updateIssueComment convertPullRequestToDraft resolveReviewThread",
    # Interfaces and unions, with what they promise.
    "Node": "id",
    "Actor": "login url avatarUrl",
    "GitObject": "id oid abbreviatedOid repository",
    "RepositoryOwner": "id login url",
    "Minimizable": "isMinimized minimizedReason",
    "Reactable": "id reactionGroups",
    "IssueOrPullRequest": "",
    # People and Apps.
    "User": "id databaseId login name email url avatarUrl",
    "Bot": "id databaseId login url avatarUrl",
    "Organization": "id databaseId login name url",
    "App": "id databaseId slug name",
    # Git.
    "Repository": "id databaseId name nameWithOwner owner url isFork isArchived isPrivate isEmpty isDisabled isLocked"
    " visibility defaultBranchRef object ref refs pullRequest pullRequests issue issues issueOrPullRequest labels"
    " createdAt updatedAt pushedAt parent viewerPermission",
    "Ref": "id name prefix target repository associatedPullRequests compare",
    "RefConnection": _PAGE,
    "Blob": "id oid abbreviatedOid repository byteSize isBinary isTruncated text",
    "Tree": "id oid abbreviatedOid repository entries",
    "TreeEntry": "name path mode type oid object size",
    "Tag": "id oid abbreviatedOid repository name target",
    "Commit": "id oid abbreviatedOid repository tree message messageHeadline messageBody authoredDate committedDate"
    " author committer file parents checkSuites associatedPullRequests history url changedFilesIfAvailable"
    " additions deletions",
    "CommitConnection": _PAGE,
    "CommitHistoryConnection": _PAGE,
    "GitActor": "name email date user",
    "Comparison": "id aheadBy behindBy baseTarget headTarget status commits",
    "ComparisonCommitConnection": _PAGE,
    # Checks.
    "CheckSuite": "id databaseId app status conclusion checkRuns commit createdAt updatedAt branch",
    "CheckSuiteConnection": _PAGE,
    "CheckRun": "id databaseId name status conclusion externalId title summary text detailsUrl url startedAt"
    " completedAt checkSuite annotations",
    "CheckRunConnection": _PAGE,
    "CheckAnnotation": "path annotationLevel message title rawDetails location",
    "CheckAnnotationConnection": _PAGE,
    "CheckAnnotationSpan": "start end",
    "CheckAnnotationPosition": "line column",
    # Issues and pull requests.
    "Issue": "id databaseId fullDatabaseId number title body state author comments labels createdAt updatedAt closedAt"
    " closed url repository locked viewerDidAuthor reactionGroups",
    "IssueConnection": _PAGE,
    "PullRequest": "id databaseId fullDatabaseId number title body state isDraft merged mergeable isCrossRepository"
    " author headRefName headRefOid headRef headRepository headRepositoryOwner baseRefName baseRefOid baseRef"
    " baseRepository repository labels files comments commits changedFiles additions deletions createdAt updatedAt"
    " closedAt mergedAt closed url mergeCommit mergedBy locked viewerDidAuthor reviews reviewThreads reactionGroups"
    " mergeStateStatus isInMergeQueue",
    "PullRequestConnection": _PAGE,
    "PullRequestChangedFile": "path changeType additions deletions",
    "PullRequestChangedFileConnection": _PAGE,
    "PullRequestCommit": "id commit",
    "PullRequestCommitConnection": _PAGE,
    "PullRequestReview": "id databaseId fullDatabaseId author state body submittedAt createdAt url viewerDidAuthor"
    " reactionGroups",
    "PullRequestReviewConnection": _PAGE,
    "PullRequestReviewThread": "id path line startLine isResolved isOutdated resolvedBy comments",
    "PullRequestReviewThreadConnection": _PAGE,
    "PullRequestReviewComment": "id databaseId author body path isMinimized minimizedReason viewerDidAuthor"
    " reactionGroups",
    "PullRequestReviewCommentConnection": _PAGE,
    "IssueComment": "id databaseId fullDatabaseId author body createdAt updatedAt lastEditedAt isMinimized"
    " minimizedReason viewerDidAuthor viewerCanUpdate url issue pullRequest repository reactionGroups reactions",
    "IssueCommentConnection": _PAGE,
    "IssueCommentEdge": "node cursor",
    "Label": "id name color",
    "LabelConnection": _PAGE,
    "Reaction": "id databaseId content user",
    "ReactionConnection": _PAGE,
    "ReactionGroup": "content viewerHasReacted reactors",
    "ReactorConnection": "totalCount pageInfo",
    # The rest.
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "RateLimit": "cost limit nodeCount remaining resetAt used",
    "AddCommentPayload": "clientMutationId commentEdge subject",
    "AddReactionPayload": "clientMutationId reaction subject",
    "MinimizeCommentPayload": "clientMutationId minimizedComment",
    "UnminimizeCommentPayload": "clientMutationId unminimizedComment",
    "UpdateIssueCommentPayload": "clientMutationId issueComment",
    "ResolveReviewThreadPayload": "clientMutationId thread",
    "MarkPullRequestReadyForReviewPayload": "clientMutationId pullRequest",
    "ConvertPullRequestToDraftPayload": "clientMutationId pullRequest",
    "ClosePullRequestPayload": "clientMutationId pullRequest",
}

STACKS = """
extend type PullRequest { stack: PullRequestStack stackEntry: PullRequestStackEntry }
type PullRequestStack { id: ID! number: Int! size: Int! baseRefName: String! baseRefOid: GitObjectID! }
type PullRequestStackEntry { position: Int! stack: PullRequestStack }
"""
"""Stacked pull requests, in public preview. The names `stack` and `stackEntry` are GitHub's; what they hold is taken
from the field `stack` of deliveries, since the vendored schema does not have them yet."""
