"""Read pom.xml, build.gradle(.kts) and build.sbt line by line.

XML is never parsed, so entities cannot expand. Gradle and sbt files are programs, which are never run.
"""

from __future__ import annotations

import re

from bot.core.drafting.manifests.manifest import Evidence, Manifest, Stack, joined, version

_TAG = re.compile(r"<([A-Za-z][A-Za-z.]{0,60})>\s*([^<>&${}]{1,80}?)\s*</")
_JAVA_TAGS = ("maven.compiler.release", "java.version", "maven.compiler.source", "release", "jdk.version")
_KOTLIN_GRADLE = re.compile(
    r"kotlin\(\s*\"(?:jvm|multiplatform|android)\"\s*\)(?:\s*version\s*\"([0-9.]{1,12}))?"
    r"|org\.jetbrains\.kotlin[.\w-]{0,40}[\"']\)?(?:\s*version\s*[\"']([0-9.]{1,12}))?"
)
_JAVA_GRADLE = re.compile(
    r"JavaLanguageVersion\.of\(\s*([0-9]{1,2})|(?:source|target)Compatibility\s*=?\s*(?:JavaVersion\.VERSION_|[\"'])?([0-9_.]{1,5})"
    r"|jvmToolchain\(\s*([0-9]{1,2})"
)
_COORDINATES = re.compile(r"[\"']([A-Za-z0-9._-]{2,80}):([A-Za-z0-9._-]{2,80})(?::|[\"'])")
_SCALA = re.compile(r"scalaVersion\s*:=\s*\"([0-9]+\.[0-9]+(?:\.[0-9]+)?)\"")
_SCALA_VALUE = re.compile(r"val\s+\w{0,20}[sS]cala\w{0,20}\s*=\s*\"([23]\.[0-9]+(?:\.[0-9]+)?)\"")
_SBT = re.compile(r"\"([A-Za-z0-9._-]{2,80})\"\s*%%?%?\s*\"([A-Za-z0-9._-]{2,80})\"")
_PLUGIN = re.compile(
    r"org\.springframework\.boot|com\.android\.(?:application|library)|io\.ktor\.plugin|io\.micronaut\.application"
    r"|io\.quarkus"
)
_ANDROID = "com.android."

_TOOLS = {
    "junit": "JUnit",
    "junit-jupiter": "JUnit 5",
    "junit-jupiter-api": "JUnit 5",
    "junit-bom": "JUnit 5",
    "spring-boot-starter-test": "JUnit 5",
    "kotest-runner-junit5": "Kotest",
    "kotlin-test": "kotlin.test",
    "spock-core": "Spock",
    "testng": "TestNG",
    "scalatest": "ScalaTest",
    "munit": "MUnit",
    "specs2-core": "specs2",
    "zio-test": "ZIO Test",
    "gatling-test-framework": "Gatling",
}


def read_pom(source: Manifest) -> Stack | None:
    """Read a Maven project."""
    tags = [(match[1], match[2], line) for match, line in source.all(_TAG)]
    if not tags:
        return None
    kotlin = next((line for tag, _, line in tags if tag == "kotlin.version"), None)
    java = next((item for wanted in _JAVA_TAGS for item in tags if item[0] == wanted and version(item[1])), None)
    number = version(java[1].removeprefix("1."), 1) if java else ""
    if kotlin:
        language = source.here(
            joined("Kotlin", next(version(value) for tag, value, _ in tags if tag == "kotlin.version")), kotlin
        )
    else:
        language = source.here(joined("Java", number), java[2] if java else 1)
    artifacts = [source.here(value, line) for tag, value, line in tags if tag == "artifactId"]
    members = tuple(value for tag, value, _ in tags if tag == "module")
    return Stack(source.path, language, _needed(artifacts), _tools(artifacts), _kinds(source, artifacts), members)


def read_gradle(source: Manifest) -> Stack | None:
    """Read a Gradle project, in Groovy or Kotlin."""
    kotlin, java = source.find(_KOTLIN_GRADLE), source.find(_JAVA_GRADLE)
    plugins = [source.here(match[0], line) for match, line in source.all(_PLUGIN)]
    artifacts = [source.here(match[2], line) for match, line in source.all(_COORDINATES)]
    if kotlin:
        language = source.known(joined("Kotlin", version(kotlin[1] or kotlin[2] or "")), kotlin[0])
    elif java:
        number = next(group for group in java.groups() if group).replace("_", ".").removeprefix("1.")
        language = source.known(joined("Java", number), java[0])
    else:
        language = None
    if language is None and not plugins and not artifacts:
        return None
    tools = _tools(artifacts)
    if not tools and (line := source.at("useJUnitPlatform")):
        tools = (source.here("JUnit 5", line),)
    return Stack(source.path, language, _needed(artifacts), tools, _kinds(source, [*artifacts, *plugins]))


def read_sbt(source: Manifest) -> Stack | None:
    """Read an sbt project."""
    scala = source.find(_SCALA) or source.find(_SCALA_VALUE)
    artifacts = [source.here(match[2], line) for match, line in source.all(_SBT)]
    if scala is None and not artifacts:
        return None
    language = source.known(joined("Scala", version(scala[1], 3)), scala[0]) if scala else None
    return Stack(source.path, language, _needed(artifacts), _tools(artifacts), _kinds(source, artifacts))


_FOR_TESTS = re.compile(
    r"(?:^|-)(?:test|tests|junit\w{0,10}|mock\w{0,8}|testcontainers\S{0,30}|assertj)(?:-|$)|^spock|^kotest"
)


def _needed(artifacts: list[Evidence]) -> tuple[Evidence, ...]:
    """Run-time dependencies: those whose names do not look like test tools."""
    return tuple(
        artifact for artifact in artifacts if artifact.value not in _TOOLS and not _FOR_TESTS.search(artifact.value)
    )


def _tools(artifacts: list[Evidence]) -> tuple[Evidence, ...]:
    tools: dict[str, Evidence] = {}
    for artifact in artifacts:
        tool = _TOOLS.get(artifact.value)
        if tool:
            tools.setdefault(tool, Evidence(tool, artifact.path, artifact.line))
    return tuple(tools.values())


def _kinds(source: Manifest, artifacts: list[Evidence]) -> tuple[Evidence, ...]:
    web = (
        "spring-boot-starter-web",
        "spring-boot-starter-webflux",
        "org.springframework.boot",
        "io.quarkus",
        "io.ktor.plugin",
    )
    for artifact in artifacts:
        if artifact.value.startswith(_ANDROID + "application"):
            return (source.here("mobile app", artifact.line or 1),)
        if artifact.value in web or artifact.value.startswith(("ktor-server-", "quarkus-rest", "http4s-ember-server")):
            return (source.here("web service", artifact.line or 1),)
    return ()
