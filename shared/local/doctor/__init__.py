"""`throughcare doctor`: what is wrong with an installation, in sentences, and what to do about each."""

import asyncio
from pathlib import Path

from rich.console import Console

from shared.local.doctor.finding import Finding
from shared.local.doctor.machine import examine_machine
from shared.local.doctor.stack import examine_stack, running


async def examine(data_dir: Path) -> list[Finding]:
    """Everything found, good and bad, in the order a person would look."""
    folder = await asyncio.to_thread(lambda: data_dir.expanduser().resolve())
    run = running(folder)
    return [*examine_machine(folder, ports_are_ours=run is not None), *await examine_stack(folder, run)]


def print_findings(findings: list[Finding]) -> bool:
    """Print one line a finding, the remedy below it; returns whether all is well."""
    console = Console(highlight=False)
    for finding in findings:
        mark = "[green]ok[/green]" if finding.well else "[bold red]no[/bold red]"
        console.print(mark, end="  ")
        console.print(finding.sentence, markup=False, soft_wrap=True)
        if finding.remedy is not None:
            console.print(f"    {finding.remedy}", markup=False, soft_wrap=True)
    wrong = sum(not finding.well for finding in findings)
    console.print("All is well." if not wrong else f"{wrong} thing{'s' if wrong > 1 else ''} to put right.")
    return not wrong
