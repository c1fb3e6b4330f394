"""Sixty broken `app.yml` files: what is written, where the mistake is, and a word of the sentence that says so.

Each row is `(name, text, (line, column), words)`; the words stand in the title or the remedy of the first mistake.
"""

from __future__ import annotations

P = "plangate:\n"

BROKEN: tuple[tuple[str, str, tuple[int, int], str], ...] = (
    # syntax
    ("unclosed quote", P + "  mode: 'enforce\n", (3, 1), "end of stream"),
    ("unclosed bracket", P + "  specs: [specs\n", (3, 1), "did not find expected"),
    ("unclosed brace", P + "  rules: {dead-link: off\n", (3, 1), "did not find expected"),
    ("tab as indent", P + "\tmode: off\n", (2, 1), "Indent with spaces"),
    ("no colon", P + "  mode off\n  since: 3\n", (3, 8), "not allowed"),
    ("two documents", P + "  mode: off\n---\nplangate: {}\n", (3, 1), "another document"),
    ("bad indent", P + "    mode: off\n  since: 3\n", (3, 3), "did not find expected key"),
    ("at sign", P + "  mode: @off\n", (2, 9), "cannot start any token"),
    ("backtick", P + "  mode: `off`\n", (2, 9), "cannot start any token"),
    ("percent", P + "  code: [%a]\n", (2, 10), "cannot start any token"),
    ("unknown anchor", P + "  mode: *nobody\n", (2, 9), "undefined alias"),
    ("unknown escape", P + '  mode: "\\q"\n', (2, 10), "unknown escape"),
    # encodings and bombs
    ("NUL byte", P + "  mode: o\0ff\n", (1, 1), "no YAML"),
    ("control character", P + "  mode: o\x07ff\n", (1, 1), "no YAML"),
    ("lone surrogate", P + "  mode: \ud800\n", (1, 1), "UTF-8"),
    ("too large", P + "  code: [" + "a, " * 30_000 + "]\n", (1, 1), "64 KB"),
    ("too deep", P + "  code: " + "[" * 40 + "]" * 40 + "\n", (2, 19), "levels"),
    (
        "a thousand laughs",
        P + "  code: [a]\n  x: &a [1,1,1,1,1,1,1,1,1,1]\n  y: &b [" + ",".join(["*a"] * 99) + "]\n"
        "  z: &c [" + ",".join(["*b"] * 99) + "]\n",
        (3, 26),
        "too many",
    ),
    ("an alias of itself", P + "  code: &a [*a]\n", (2, 9), "holds itself"),
    ("too many keys", P + "  rules:\n" + "".join(f"    r{n}: off\n" for n in range(4200)), (4000, 5), "too many"),
    ("python object", P + "  mode: !!python/object/apply:os.system [id]\n", (2, 9), "tag"),
    ("own tag", P + "  mode: !off x\n", (2, 9), "tag"),
    ("binary", P + "  mode: !!binary b2Zm\n", (2, 9), "tag"),
    ("a set", P + "  specs: !!set {a}\n", (2, 10), "tag"),
    # keys
    ("a list as key", P + "  ? [mode]\n  : off\n", (2, 5), "plain word"),
    ("key twice", P + "  mode: off\n  mode: enforce\n", (3, 3), "line 2"),
    ("rule twice", P + "  rules:\n    dead-link: off\n    dead-link: error\n", (4, 5), "line 3"),
    ("plangate is text", "plangate: enforce\n", (1, 11), "mapping"),
    ("plangate is a list", "plangate: [mode]\n", (1, 11), "mapping"),
    ("misspelt key", P + "  artefacts: {}\n", (2, 3), "`artifacts`"),
    ("capital key", P + "  Mode: off\n", (2, 3), "`mode`"),
    ("key of nowhere", P + "  zzz: 1\n", (2, 3), "`mode`"),
    ("merge key", P + "  <<: {mode: off}\n", (2, 3), "unknown key"),
    ("misspelt command", P + "  commands: {prefx: /gate}\n", (2, 14), "`prefix`"),
    ("key is a number", P + "  3: off\n", (2, 3), "unknown key 3"),
    # types
    ("mode is a list", P + "  mode: [off]\n", (2, 9), "enforce"),
    ("mode is nothing", P + "  mode:\n", (2, 8), "enforce"),
    ("mode of another", P + "  mode: strict\n", (2, 9), "`advise` or `off`"),
    ("mode is a boolean", P + "  mode: true\n", (2, 9), "`advise` or `off`"),
    ("specs is text", P + "  specs: specs\n", (2, 10), "list"),
    ("an item is a number", P + "  specs: [specs, 3]\n", (2, 18), "text"),
    ("since is text", P + "  since: '14'\n", (2, 10), "whole number"),
    ("since is a fraction", P + "  since: 1.5\n", (2, 10), "whole number"),
    ("rules is a list", P + "  rules: [dead-link]\n", (2, 10), "mapping"),
    ("level of another", P + "  rules:\n    number-collision: fatal\n", (3, 23), "`warning`"),
    ("level is a number", P + "  rules: {number-collision: 2}\n", (2, 29), "`warning`"),
    ("artifacts is text", P + "  artifacts: all\n", (2, 14), "mapping"),
    ("requirement of another", P + "  artifacts: {spec.md: must}\n", (2, 24), "`required`"),
    ("commands is text", P + "  commands: /gate\n", (2, 13), "mapping"),
    ("role of another", P + "  commands: {start: owner}\n", (2, 21), "`maintain`"),
    ("comment of another", P + "  comment: often\n", (2, 12), "`never`"),
    # what cannot be meant
    ("pattern unclosed", P + "  branches: '(?P<number>[0-9]+'\n", (2, 13), "missing"),
    ("pattern looks ahead", P + "  branches: '(?=x)(?P<number>1)-(?P<slug>x)'\n", (2, 13), "look-around"),
    ("pattern without number", P + "  branches: '(?P<slug>x)'\n", (2, 13), "number"),
    ("pattern without slug", P + "  branches: '(?P<number>1)'\n", (2, 13), "slug"),
    ("pattern too long", P + "  branches: '" + "a" * 500 + "'\n", (2, 13), "400"),
    ("specs is empty", P + "  specs: []\n", (2, 10), "at least one"),
    ("specs leads out", P + "  specs: [../specs]\n", (2, 11), "`..`"),
    ("specs is absolute", P + "  specs: [/specs]\n", (2, 11), "leading slash"),
    ("code pattern too long", P + "  code: ['" + "a" * 400 + "']\n", (2, 10), "300"),
    ("too many patterns", P + "  ignore: [" + ", ".join(["a"] * 101) + "]\n", (2, 11), "100"),
    ("since is negative", P + "  since: -1\n", (2, 10), "first number"),
    ("artifact of another", P + "  artifacts: {contracts: off}\n", (2, 15), "`contracts/`"),
    ("rule of another", P + "  rules: {number-colision: off}\n", (2, 11), "`number-collision`"),
    ("rule of nowhere", P + "  rules: {be-nice: off}\n", (2, 11), "plangate rules"),
    ("prefix without slash", P + "  commands: {prefix: plan}\n", (2, 22), "`/plan`"),
    ("prefix of two words", P + "  commands: {prefix: /my plan}\n", (2, 22), "one word"),
    ("ungoverned is not ours", P + "  ungoverned: silent\n", (2, 3), "owner"),
    ("lock of nowhere", P + "  locked: [moad]\n", (2, 12), "`mode`"),
    ("lock for nobody", P + "  locked: [mode]\n", (2, 12), "waive"),
)
