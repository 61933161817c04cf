"""The benefit replay beside one join-and-aggregate of the same settlements and bill lines.

python benchmarks/benefit_replay.py [SETTLEMENTS ...]      (1,000,000 by default; four lines a settlement)

Made rows: 18 settlements a person and year, one in seven an admission or chronic care, costs with a long tail so that
limits bind, one in a hundred taken back. Both sides run in a process of their own with two threads and 8 GB: the replay
is every table from the resolved parameters to the monthly mart (that of the differences reads only the few rows that
differ; the export's files of rows are on neither side), the yardstick joins the settlements to their lines, sums the
lines' amounts a settlement and stores that. Processor seconds (user + system) count: wall seconds depend on what else
the machine does.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
LINES = 4
REPLAY = (
    "int_benefits__slot",
    "int_benefits__bracket_in_force",
    "int_benefits__rule_value",
    "int_benefits__rule_set",
    "int_benefits__rule_text",
    "fct_reversal",
    "int_benefits__settlement_file",
    "int_benefits__reversal",
    "int_benefits__ruled_claim",
    "int_benefits__year",
    "int_benefits__year_event",
    "int_benefits__limited",
    "int_benefits__fee_split",
    "int_benefits__step_event",
    "int_benefits__stepwise",
    "int_benefits__result",
    "int_benefits__changed_replay",
    "benefits__fct_benefit_month",
)
EXCLUDED = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
YARDSTICK = """
create or replace table yardstick as
select
    settlement.settlement_id, count(*) as line_count, sum(line.line_fee_yuan) as line_fee_yuan,
    sum(line.own_expense_yuan) as own_expense_yuan, sum(line.over_limit_yuan) as over_limit_yuan,
    sum(line.preself_pay_yuan) as preself_pay_yuan, sum(line.in_scope_yuan) as in_scope_yuan,
    max(settlement.fund_pay_yuan) as fund_pay_yuan
from core.fct_settlement as settlement
inner join core.fct_fee_line as line on settlement.settlement_id = line.settlement_id
group by settlement.settlement_id
"""
# Draws are hashes of the row's number: the same rows at every run.
MADE = """
create or replace temp table made as
select
    number, person, kind, cost, scheme, area, day, back,
    cast(cost * 7 // 100 as bigint) as own, cast(cost * 5 // 100 as bigint) as first, cost - cost * 7 // 100 - cost * 5 // 100 as scope
from (
    select
        range as number, cast(hash(range) % {persons} as bigint) as person, hash(range, 'kind') % 100 as kind_draw,
        case when kind_draw < 5 then 'stay' when kind_draw < 15 then 'chronic' when kind_draw < 60 then 'out' else 'shop' end as kind,
        cast(100 * exp(
            case when kind_draw < 5 then 8.8 when kind_draw < 15 then 5.5 else 4.8 end
            + (case when kind_draw < 5 then 1.0 else 0.5 end)
            * sqrt(-2 * ln((1 + hash(range, 'a') % 1000000) / 1000001.0)) * cos(6.2831853 * (hash(range, 'b') % 1000000) / 1e6)
        ) as bigint) as cost,
        case when person % 3 = 0 then '310' else '390' end as scheme,
        (['159900', '150102', '150202', '150402', '150502', '152201'])[1 + person % 6] as area,
        cast(date '2024-01-01' + cast(hash(range, 'day') % 366 as integer) as date) as day,
        hash(range, 'back') % 100 = 0 as back
    from range({rows})
)
"""
SETTLEMENTS = """
insert into lake.setl_d by name
select
    (800000000000000000 + {shift} + number) :: varchar as setl_id, {original} as init_setl_id,
    (700000000000000000 + number) :: varchar as mdtrt_id, md5(person :: varchar) as psn_no, scheme as insutype,
    case when scheme = '390' then '1501' when person % 4 = 0 then '1201' else '1101' end as psn_type,
    case when person % 9 = 0 then '1' else '0' end as cvlserv_flag,
    case when person % 50 = 1 then '23' when person % 200 = 0 then '07' end as sp_psn_type, area as insu_admdvs,
    'H' || area || lpad((number % 400) :: varchar, 5, '0') as fixmedins_code, area as fix_blng_admdvs,
    (1 + number % 3) :: varchar as dedc_hosp_lv, '2' as pay_loc,
    case kind when 'stay' then '21' when 'chronic' then '14' when 'out' then '11' else '41' end as med_type, '2' as setl_type,
    day as begndate, day as enddate, day + interval (28800 + {shift} % 7 * 3600 + number % 36000) second as setl_time,
    {sign} * cost / 100 as medfee_sumamt, {sign} * own / 100 as fulamt_ownpay_amt, 0 as overlmt_selfpay,
    {sign} * first / 100 as preselfpay_amt, {sign} * scope / 100 as inscp_amt, 0 as dedc_std, 0 as crt_dedc, 0 as act_pay_dedc,
    {sign} * (scope // 2) / 100 as hifp_pay, 0 as hi_agre_sumfee, 0 as cvlserv_pay, 0 as hifes_pay, 0 as hifmi_pay,
    0 as hifob_pay, 0 as hifdm_pay, 0 as maf_pay, 0 as othfund_pay, {sign} * (scope // 2) / 100 as fund_pay_sumamt,
    0 as psn_pay, 0 as acct_pay, 0 as cash_payamt, '{flag}' as refd_setl_flag, '1' as vali_flag, '2024' as year,
    strftime(day, '%Y%m') as event_month, 1 as delivery_no, 1 as file_no, number as row_number, {shift} + number as row_id
from made
where {condition}
"""
BILLS = """
insert into lake.fee_list_d by name
select
    (600000000000000000 + number * 4 + line) :: varchar as bkkp_sn, (800000000000000000 + number) :: varchar as setl_id,
    md5(person :: varchar) as psn_no, area as insu_admdvs, '101' as list_type, '09' as med_chrgitm_type,
    case line when 0 then '03' when 1 then '01' else '02' end as chrgitm_lv, 1 as cnt, 0 as pric,
    case line when 0 then own when 1 then scope // 2 when 2 then scope - scope // 2 - scope // 4 + first else scope // 4 end / 100
        as det_item_fee_sumamt,
    case when line < 2 then 0 else 0.1 end as selfpay_prop, case when line = 0 then own / 100 else 0 end as fulamt_ownpay_amt,
    0 as overlmt_selfpay, case when line = 2 then first / 100 else 0 end as preselfpay_amt,
    case line when 0 then 0 when 1 then scope // 2 when 2 then scope - scope // 2 - scope // 4 else scope // 4 end / 100 as inscp_amt,
    day as fee_ocur_time, strftime(day, '%Y%m') as event_month, 1 as delivery_no, 1 as file_no, number as row_number
from made
cross join range(4) as lines (line)
"""


def prepared(folder: Path) -> Path:
    """A working file with every table and view of the product over an empty lake, and the replay's compiled queries."""
    sys.path.insert(0, str(ROOT))
    from tests.python.pipeline import feed_harness
    from tests.python.pipeline.model_harness import run_dbt

    path = folder / "warehouse.duckdb"
    feed_harness.load(path, {})
    with duckdb.connect(str(path)) as con:
        con.execute("insert into lake.home_parameter values ('policy_sample', 'true')")
    is_success, failures = run_dbt(
        path,
        folder / "target",
        ["build", *EXCLUDED, "--select", *(f"+{name}" for name in REPLAY)],
    )
    assert is_success, failures
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    nodes = {node["name"]: node for node in manifest["nodes"].values()}
    queries = {nodes[name]["relation_name"]: nodes[name]["compiled_code"] for name in REPLAY}
    (folder / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    return path


def connect(path: Path) -> duckdb.DuckDBPyConnection:

    con = duckdb.connect(str(path))
    con.execute("set threads = 2")
    con.execute("set memory_limit = '8GB'")
    con.execute("set preserve_insertion_order = false")
    return con


def make(path: Path, rows: int) -> None:
    with connect(path) as con:
        con.execute(MADE.format(rows=rows, persons=max(rows // 18, 1)))
        con.execute(SETTLEMENTS.format(shift=0, original="null", sign="1", flag="0", condition="true"))
        con.execute(
            SETTLEMENTS.format(
                shift=50_000_000_000,
                original="(800000000000000000 + number) :: varchar",
                sign="-1",
                flag="1",
                condition="back",
            )
        )
        con.execute(BILLS)


def measured(path: Path, what: str) -> dict[str, float]:
    """Run one side in this process and say what it took."""
    import resource
    import time

    steps = {}
    with connect(path) as con:
        started = time.monotonic()
        if what == "yardstick":
            con.execute(YARDSTICK)
        else:
            queries = json.loads((path.parent / "queries.json").read_text(encoding="utf-8"))
            for relation, query in queries.items():
                before = time.process_time()
                con.execute(f"drop table if exists {relation}")
                con.execute(f"create table {relation} as {query}")
                steps[relation.split('"')[-2]] = round(time.process_time() - before, 1)
        wall = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"wall": wall, "processor": time.process_time(), "memory": used.ru_maxrss / 1024, "steps": steps}


def in_process(path: Path, what: str, *more: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", what, str(path), *more]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(result.stdout.splitlines()[-1])


def main() -> None:
    if sys.argv[1:2] == ["--run"]:
        what, path = sys.argv[2], Path(sys.argv[3])
        if what == "prepare":
            prepared(path.parent)
        elif what == "make":
            make(path, int(sys.argv[4]))
        print(json.dumps(measured(path, what) if what in ("replay", "yardstick") else {}))
        return
    for rows in [int(text.replace(",", "")) for text in sys.argv[1:]] or [1_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "warehouse.duckdb"
            in_process(path, "prepare")
            in_process(path, "make", str(rows))
            yardstick, replay = (in_process(path, what) for what in ("yardstick", "replay"))
        for name, one in (("yardstick", yardstick), ("replay", replay)):
            print(
                f"{rows:,} settlements, {LINES * rows:,} lines, {name}: {one['processor']:.1f} s processor,"
                f" {one['wall']:.1f} s wall, peak memory {one['memory']:,.0f} MB"
            )
        print(f"ratio {replay['processor'] / yardstick['processor']:.2f}; by table {replay['steps']}")


if __name__ == "__main__":
    main()
