"""Scenes 2 and 3: a dataset whose faults are named, and one that becomes ready and is split."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.demonstration.asking import settled, upload
from local.demonstration.checking import UnusableFile, require, require_equal
from local.demonstration.showing import table
from local.demonstration.stage import FAULTY_FILE, Cast, Stage
from local.wire import Client

PENDING = ("uploading", "uploaded", "validating")
VALIDATION_SECONDS = 120.0
FINDINGS_SHOWN = 25
WARNING = {"warning": "(warning) "}
HELD_OUT = 0.2
SEED = 7
FEWEST_EXAMPLES = 12
"""Providers want ten examples to train on, and some have to be held out."""

PLANTED = {
    4: "missing_role", 5: "unknown_role", 6: "no_assistant_message", 7: "trailing_comma", 8: "invalid_weight",
    9: "unknown_key", 10: "invalid_content", 12: "unanswered_tool_call", 13: "arguments_not_text",
    14: "duplicate_example", 15: "blank_line", 16: "curly_quotes", 17: "completion_row", 18: "python_literal",
    19: "weight_not_on_assistant", 20: "empty_content", 22: "invalid_name", 23: "last_message_not_assistant",
}  # fmt: skip
"""What is wrong with which line of our faulty file."""


@dataclass(frozen=True)
class Parts:
    """What to train on and what to measure on. `report` is that of the whole dataset."""

    training: dict[str, Any]
    held_out: dict[str, Any]
    report: dict[str, Any]


def show_faults(stage: Stage, cast: Cast) -> None:
    """Every fault that was planted in our faulty file is found, and what can be mended mechanically is mended."""
    with stage.scene(2, "A dataset with faults: each with its line, and how to mend it"):
        dataset = _uploaded(stage, cast.team.client, FAULTY_FILE)
        findings = _findings(cast.team.client, dataset["id"])
        require_equal(dataset["status"], "rejected", "The faulty dataset")
        planted = [one for one in findings if one["code"] in PLANTED.values()]
        require_equal({one["line"]: one["code"] for one in planted}, PLANTED, "What was found in the faulty dataset")
        require(all(one["fix"] for one in findings), "A finding does not say how to mend it")
        _show_findings(stage, findings)
        stage.console.print(f"[bold]rejected[/]: {dataset['reason']}")
        _mend(stage, cast.team.client, dataset)


def prepare_data(stage: Stage, cast: Cast) -> Parts:
    """The good dataset, ready and split. Raises UnusableFile for a file of the user's that cannot be used."""
    with stage.scene(3, "A good dataset: validated, counted, and split"):
        client = cast.team.client
        dataset = _uploaded(stage, client, stage.file)
        if dataset["status"] != "ready":
            _refuse(stage, client, dataset)
        report = client.must("GET", f"/v1/datasets/{dataset['id']}/report")
        if report["examples"] < FEWEST_EXAMPLES:
            raise UnusableFile(
                f"{stage.file} has {report['examples']} examples. At least {FEWEST_EXAMPLES} are needed: ten to train on "
                "and two to measure with."
            )
        _show_report(stage, dataset, report)
        return _split(stage, client, dataset, report)


def _uploaded(stage: Stage, client: Client, path: Path) -> dict[str, Any]:
    received = upload(client, path, name=path.stem[:80])
    with stage.console.status(f"validating {path.name}"):
        return settled(client, f"/v1/datasets/{received['id']}", PENDING, seconds=VALIDATION_SECONDS)


def _findings(client: Client, dataset_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.must("GET", f"/v1/datasets/{dataset_id}/findings?limit=200")["data"]
    return found


def _mend(stage: Stage, client: Client, dataset: dict[str, Any]) -> None:
    asked = {"remedies": "recommended"}
    made = client.must("POST", f"/v1/datasets/{dataset['id']}/prepare", asked)
    with stage.console.status("applying remedies"):
        mended = settled(client, f"/v1/datasets/{made['id']}", PENDING, seconds=VALIDATION_SECONDS)
    require_equal(mended["status"], "ready", "The mended dataset")
    changes = mended["derivation"]["changes"]
    rows = [[name, f"{change['changed']}", f"{change['dropped']}"] for name, change in changes.items()]
    stage.console.print(table(["remedy", ">rows mended", ">left out"], rows))
    stage.console.print(
        f"[bold]ready[/] as version {mended['version']}: {mended['reason']} The original stays as it is."
    )


def _show_findings(stage: Stage, findings: list[dict[str, Any]]) -> None:
    rows = [
        [one["line"] or "file", one["code"], f"{WARNING.get(one['severity'], '')}{one['message']} → {one['fix']}"]
        for one in findings[:FINDINGS_SHOWN]
    ]
    stage.console.print(table([">line", "code", "what is wrong → how to mend it"], rows))
    if len(findings) > FINDINGS_SHOWN:
        stage.console.print(f"… and {len(findings) - FINDINGS_SHOWN} more", style="dim")


def _refuse(stage: Stage, client: Client, dataset: dict[str, Any]) -> None:
    findings = _findings(client, dataset["id"])
    _show_findings(stage, findings)
    faults = [one for one in findings if one["severity"] == "error"]
    first = f" The first, on line {faults[0]['line']}: {faults[0]['fix']}" if faults and faults[0]["line"] else ""
    raise UnusableFile(f"{stage.file} cannot be trained on: {dataset['reason']}{first}")


def _show_report(stage: Stage, dataset: dict[str, Any], report: dict[str, Any]) -> None:
    stage.console.print(
        f"[bold]ready[/]: {report['examples']:,} examples, {report['messages']:,} messages, {dataset['size_bytes']:,} bytes, "
        f"SHA-256 {dataset['sha256'][:12]}…"
    )
    marks = ("p5", "p25", "p50", "p75", "p95", "max")
    rows = [
        [encoding, f"{one['total']:,}", f"{one['trained']:,}", *(f"{one['quantiles'][mark]:,}" for mark in marks)]
        for encoding, one in report["tokens"].items()
    ]
    stage.console.print(table(["tokens by", ">in all", ">learnt", *(f">{mark}" for mark in marks)], rows))
    stage.console.print(
        f"Quantiles are tokens per example. Left to itself a provider would train {report['automatic_epochs']} epochs.\n",
        style="dim",
    )


def _split(stage: Stage, client: Client, dataset: dict[str, Any], report: dict[str, Any]) -> Parts:
    wish = {"held_out": HELD_OUT, "seed": SEED}
    made = client.must("POST", f"/v1/datasets/{dataset['id']}/split", wish)["data"]
    parts = [settled(client, f"/v1/datasets/{one['id']}", PENDING, seconds=VALIDATION_SECONDS) for one in made]
    counts = [client.must("GET", f"/v1/datasets/{one['id']}/report")["examples"] for one in parts]
    require_equal(sum(counts), report["examples"], "The number of examples in both parts")
    rows = [[part["name"], f"{count:,}", part["id"]] for part, count in zip(parts, counts, strict=True)]
    stage.console.print(table(["split into", ">examples", "id"], rows))
    stage.console.print(f"The same seed ({SEED}) divides alike, always.", style="dim")
    training, held_out = parts
    return Parts(training, held_out, report)
