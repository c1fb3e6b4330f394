"""The words of a spec's labels and headings, in the languages that specs are written in."""

from __future__ import annotations

import re


def _any(*words: str) -> str:
    return "(?:" + "|".join(words) + ")"


STATUS = frozenset(
    (
        "status",
        "ステータス",
        "状態",
        "状态",
        "狀態",
        "상태",
        "estado",
        "statut",
        "stan",
        "статус",
        "stato",
        "trạng thái",
    )
)
"""Labels of the status, in lower case."""

BRANCH = re.compile(
    _any(
        r"(?:feature[ -])?branch",
        "(?:機能|フィーチャー?)?ブランチ",
        "(?:功能|特性)?分支",
        "(?:기능 )?브랜치",
        "rama(?: de .*)?",
        "ramo",
        "branche",
        "ветка",
        "гілка",
        "gałąź",
        "nhánh",
    )
)
"""Labels of the branch, in lower case."""

TITLE = re.compile(
    r"^\s*"
    + _any(
        "feature spec(?:ification)?",
        "spec(?:ification)?",
        "機能仕様書?",
        "仕様書?",
        "功能规[格范](?:说明)?书?",
        "功能規[格範](?:說明)?書?",
        "기능 (?:명세서?|사양)",
        "especificación(?: de (?:la )?funcionalidad)?",
        "especificação(?: d[ea] funcionalidade)?",
        "spécification",
        "spezifikation",
    )
    + r"\s*[:：—–-]\s*",
    re.IGNORECASE,
)
"""What stands in front of the feature's name in the title."""

STORY = re.compile(
    r"[\W_]*"
    + _any(
        "user[ -]story",
        "ユーザー?ストーリー",
        "(?:用户|使用者|用戶)故事",
        "사용자 (?:스토리|시나리오)",
        "historia de usuario",
        "história de usuário",
        "récit utilisateur",
        "benutzergeschichte",
        "пользовательская история",
        "історія користувача",
        "story",
        "US",
    )
    + r"\s*-?#?([0-9]{1,3})(?![0-9])\s*[:：.)—–-]*\s*(.*)",
    re.IGNORECASE,
)
"""A story's heading: its number and its title."""

PRIORITY = re.compile(
    r"\s*[(（\[]"
    + _any("priority", "優先度", "优先级", "優先級", "우선순위", "prioridad", "prioridade", "priorität", "p[0-9]")
    + r"[^)）\]]*[)）\]].*",
    re.IGNORECASE,
)

PRIMARY = re.compile(
    _any(
        "(?:primary|main) user story",
        "主要(?:な)?ユーザー?ストーリー",
        "主要(?:用户|使用者|用戶)故事",
        "주요 사용자 스토리",
        "historia de usuario principal",
        "história (?:de usuário )?principal",
    )
)
"""The heading of the one story that specs of 2025 begin with, in lower case."""

ENTITIES = re.compile(
    _any(
        "key (?:domain )?entit",
        r"^entities\b",
        "エンティティ",
        "(?:关键|核心|主要)实体",
        "(?:關鍵|核心|主要)實體",
        "(?:핵심|주요) ?(?:엔티티|개체)",
        "entidades (?:clave|principales|principais|chave)",
        "schlüsselentitäten",
        "entités (?:clés|principales)",
        "ключевые сущности",
        "ключові сутності",
        "kluczowe encje",
        "thực thể chính",
    )
)
"""The heading of the key entities, in lower case."""

NONE = re.compile(
    r"[\W_]*"
    + _any(
        r"n/?a\b",
        r"none\b",
        "not applicable",
        "no (?:new |additional |data )?(?:key |domain |data )?entit",
        "なし",
        "該当なし",
        "[无無]",
        "没有",
        "없음",
        "해당 ?없음",
        "ningun[ao]",
        "no aplica",
        "nenhum",
        "não se aplica",
        "keine",
        "aucun",
        r"нет\b",
        "немає",
    ),
    re.IGNORECASE,
)
"""A line that says that there are none."""

INPUT = re.compile(
    r"[\s*_]*"
    + _any("input", "入力", "输入", "輸入", "입력", "entrada", "eingabe", "entrée")
    + r"\s*[*_]*\s*[:：][\s*_]*(.*)",
    re.IGNORECASE,
)
SAID = re.compile(
    "^" + _any("user description", "ユーザーの説明", "用户描述", "使用者描述", "사용자 설명") + r"\s*[:：]\s*",
    re.IGNORECASE,
)
"""What the template puts in front of the words that the feature was asked for with."""

CLAIMS = re.compile(
    _any(
        "require",
        "criteri",
        "outcome",
        "要[件求]",
        "需求",
        "基準",
        "标准",
        "標準",
        "成果",
        "요구",
        "기준",
        "requisit",
        "anforder",
        "kriteri",
        "exigence",
        "требован",
        "критери",
        "вимог",
        "wymaga",
    )
)
"""Headings, in lower case, under which a table's first column may define ids."""

MENTIONS = re.compile(
    _any(
        "checklist",
        "coverage",
        "traceab",
        "matrix",
        "mapping",
        "clarification",
        "assumption",
        "open question",
        "changelog",
        "history",
        "チェックリスト",
        "[清檢检]单",
        "清單",
    )
)
"""Headings, in lower case, under which ids are only spoken of."""
