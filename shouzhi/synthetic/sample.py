"""``shouzhi synth``: a sample region's extracts, month by month."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from shouzhi.errors import UserError
from shouzhi.synthetic import (
    accounts,
    claims,
    clearing,
    contributions,
    deviations,
    enrolment,
    finance,
    population,
    visits,
)
from shouzhi.synthetic import contribution_faults as faults
from shouzhi.synthetic.engine import Engine
from shouzhi.synthetic.lane import Lane
from shouzhi.synthetic.ledger import Ledger
from shouzhi.synthetic.messy import mess_up
from shouzhi.synthetic.output import Step, Writer, ranges
from shouzhi.synthetic.settings import FIRST_START, Plan, month_code, month_number, month_of
from shouzhi.synthetic.settling import Settling
from shouzhi.synthetic.statements import Statements
from shouzhi.synthetic.story import Story, story_of

SCENARIOS = ("steady", "deficit", "messy")
EARLIER = 2  # months whose settlements are paid within the run
AHEAD, BEHIND = 2, 2  # steps drawn and written while another is settled: what memory depends on

NOTE = """# 样例数据说明

本目录全部为虚构数据，由 `shouzhi synth` 按固定种子生成，不含任何真实的人、单位、机构或账目，不得用作对任何地区的判断。
盟市、旗县名称和行政区划代码是真实的；人数、金额、医院、药店和下列全部情节都是编造的。
比率按公开数据校准，每个参数的出处见程序包内 `shouzhi/synthetic/parameter.csv`；注明 sample、assumed 的只用于样例。

参数：{persons} 人，{months} 个月（{first} 至 {last}），种子 {seed}，情景 {scenario}。
同样的参数生成的文件逐字节相同；月数更多时，前面各月的文件不变（人员、参保、单位、机构的年末快照同样不变，只有最后一个月不是12月时另有一份期末快照）。
首月之前两个月的清算汇总（medins_clr_sum_d）一并给出：它们在首月和次月拨付。
truth/ 目录记录有意安排的情节，只供测试核对，系统不读取。
"""


def generate(
    out: Path,
    persons: int,
    months: int,
    seed: int,
    scenario: str,
    start: str,
    report: Callable[[str], None] = lambda _: None,
) -> dict[str, int]:
    """Write the extracts into ``out``; rows by feed are returned."""
    if out.exists() and any(out.iterdir()):
        raise UserError(f"目录 {out} 不是空的。请换一个目录，或先清空它。")
    if start < FIRST_START:
        raise UserError(
            f"--start 的值 {start} 太早：样例的政策参数从 2021 年起，请用 {FIRST_START} 或以后的年月。"
        )
    out.mkdir(parents=True, exist_ok=True)
    plan = Plan(persons, months, seed, scenario, month_number(start))
    work = Path(tempfile.mkdtemp(prefix="shouzhi_synth_", dir=out))
    engine = Engine.open(work)
    try:
        rows = _generate(plan, engine, out, Settling(plan, work), report)
    finally:
        engine.close()
        shutil.rmtree(work, ignore_errors=True)
    first, last = month_code(plan.start), month_code(plan.last)
    note = NOTE.format(persons=persons, months=months, first=first, last=last, seed=seed, scenario=scenario)
    (out / "说明.md").write_text(note, encoding="utf-8", newline="\n")
    return rows


def _drift(plan: Plan, story: Story, month: int) -> str:
    """SQL: the story's growth of cost on top of the common one."""
    years = (month - plan.start) / 12
    steps = [
        f"when {plan.region.number[area]} = drawn.area and scheme = {scheme} then {(1 + growth) ** years!r}"
        for (area, scheme), growth in story.cost.items()
    ]
    return f"(case {' '.join(steps)} else 1.0 end)" if steps else "1.0"


def _tell(path: Path, planted: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(planted, ensure_ascii=False, indent=1), encoding="utf-8")


def _steps(plan: Plan, story: Story) -> Iterator[Step]:
    """Every month, range of persons by range of persons."""
    spans = ranges(plan.persons)
    for month in range(plan.start - EARLIER, plan.last + 1):
        stopped = [area.number for area in plan.region.areas if story.stopped(area.code, plan.serial(month))]
        stop = f"area not in ({', '.join(map(str, stopped)) or '-9'})"
        for place, (low, high, part) in enumerate(spans):
            number = (month - plan.start + EARLIER) * len(spans) + place
            is_last = place == len(spans) - 1
            yield Step(number, month, low, high, part, stop, month >= plan.start, place == 0, is_last)


def _generate(
    plan: Plan, engine: Engine, out: Path, settling: Settling, report: Callable[[str], None]
) -> dict[str, int]:
    """Three lanes: contributions and visits are drawn ahead, the caller settles and books, files are written behind."""
    story = story_of(plan.scenario)
    population.build(engine, plan)
    drawer, settler, scribe = (Writer(con, plan, out) for con in (engine.beside(), engine, engine.beside()))
    clearing.create(settler)
    planted = faults.Truth(plan, engine)
    ledger = Ledger(engine, plan, story, planted)
    statements = Statements(ledger, out, story.has_flaws)
    statements.prepare()

    def draw(step: Step) -> None:
        if step.is_written:
            if step.is_first:
                contributions.begin_month(drawer, step.month)
            contributions.write_staff(drawer, step)
            planted.note_staff(drawer.con, step)
            contributions.write_residents(drawer, step)
            accounts.write_income(drawer, step)
            if month_of(step.month) == 12 or step.month == plan.last:
                enrolment.write_snapshot(drawer, step)
        visits.draw(drawer, step, _drift(plan, story, step.month))

    with Lane(AHEAD) as drawing, Lane(BEHIND) as writing:
        for step in drawing.ahead(draw, _steps(plan, story)):
            lines = claims.settle(settler, settling, step)
            if step.is_written:
                writing.put(claims.write, scribe, step, lines)
            if step.is_last:
                _close_month(settler, ledger, statements, step)
                if step.is_written:
                    report(month_code(step.month))
    truth = out / "truth"
    truth.mkdir()
    planted.write(truth)
    _tell(truth / "statements.json", statements.planted)
    if plan.scenario != "steady":
        deviations.write(truth / "benefit_deviations.csv", settling.planted)
    if plan.scenario == "messy":
        _tell(truth / "habits.json", mess_up(out, plan))
    written: Counter[str] = Counter()
    for writer in (drawer, settler, scribe):
        written.update(writer.rows)
    return dict(written)


def _close_month(writer: Writer, ledger: Ledger, statements: Statements, step: Step) -> None:
    """Clearing of the month's settlements; payments, books and statements where the month is delivered."""
    month = step.month
    clearing.clear_month(writer, month, step.is_written, step.stop)
    if not step.is_written:
        return
    clearing.pay_month(writer, month, step.stop)
    flows = {
        (area, flow): int(fen)
        for area, flow, fen in writer.con.rows(
            f"select area, flow, sum(fen) from flow where month = {month} group by area, flow"
        )
    }
    statements.before_booking(month)
    ledger.book(month, flows)
    statements.write_month(month)
    finance.write_assets(ledger, writer.out, month)
    finance.write_subsidies(ledger, writer.out, month)
