"""Read *.csproj, Directory.Build.props and global.json line by line, never as XML."""

from __future__ import annotations

import re

from bot.core.drafting.manifests.manifest import Evidence, Manifest, Stack, json_object, table, text_of, version

_FRAMEWORK = re.compile(r"<TargetFrameworks?>\s*net(?:coreapp)?([0-9]{1,2}\.[0-9])(-[a-z]{3,12})?")
_PACKAGE = re.compile(r"<Package(?:Reference|Version)\s[^>]{0,200}?Include=\"([A-Za-z0-9._-]{1,80})\"")
_OUTPUT = re.compile(r"<OutputType>\s*(Exe|WinExe|Library)\s*<", re.IGNORECASE)
_SDK = re.compile(r"<Project\s[^>]{0,80}?Sdk=\"Microsoft\.NET\.Sdk\.(Web|BlazorWebAssembly|Worker|Razor)")
_TOOLS = {
    "xunit": "xUnit",
    "xunit.v3": "xUnit",
    "nunit": "NUnit",
    "mstest": "MSTest",
    "mstest.testframework": "MSTest",
    "tunit": "TUnit",
    "bunit": "bUnit",
    "microsoft.playwright": "Playwright",
}


def read_csproj(source: Manifest) -> Stack | None:
    """Read a project, or the properties shared by all projects."""
    framework = source.find(_FRAMEWORK)
    packages = [source.here(match[1], line) for match, line in source.all(_PACKAGE)]
    if framework is None and not packages:
        return None
    tools: dict[str, Evidence] = {}
    for package in packages:
        tool = _TOOLS.get(package.value.lower())
        if tool:
            tools.setdefault(tool, Evidence(tool, package.path, package.line))
    platforms: tuple[Evidence, ...] = ()
    language = None
    if framework:
        number = framework[1].removesuffix(".0")
        language = source.known(f"C# (.NET {number})", framework[0])
        if (framework[2] or "").startswith("-windows"):
            platforms = (source.known("Windows", framework[0]),)
    named = tuple(package for package in packages if package.value.lower() not in _TOOLS)
    return Stack(source.path, language, named, tuple(tools.values()), _kinds(source), platforms=platforms)


def _kinds(source: Manifest) -> tuple[Evidence, ...]:
    sdk, output = source.find(_SDK), source.find(_OUTPUT)
    if sdk and sdk[1] in {"Web", "BlazorWebAssembly"}:
        return (source.known("web service" if sdk[1] == "Web" else "web app", "<Project"),)
    if output and output[1].lower() == "exe":
        return (source.known("command line", output[0]),)
    return ()


def read_global_json(source: Manifest) -> Stack | None:
    """Read the SDK version pinned for all projects."""
    number = version(text_of(table(json_object(source.text), "sdk").get("version")), 1)
    return Stack(source.path, source.known(f"C# (.NET {number})", '"version"')) if number else None
