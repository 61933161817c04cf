"""The sample region agrees with itself: plain sums over the files that were written, to the fen."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from shouzhi.synthetic import generate

PERSONS, MONTHS = 2000, 14
FUNDS = ("310100", "310200", "390100", "330100", "320100")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synth") / "steady"
    generate(folder, PERSONS, MONTHS, 7, "steady", "202201")
    return folder


@pytest.fixture(scope="module")
def ask(sample: Path) -> Callable[[str], list[tuple]]:
    """SQL over tables named as the feeds; every column as text, statements decoded and in yuan by month."""
    con = duckdb.connect()
    feeds = {path.name.rsplit("_2", 1)[0] for path in sample.glob("*.csv")} - {"fund_statement"}
    for feed in feeds:
        con.execute(
            f"create table {feed} as select * from read_csv('{sample}/{feed}_2*.csv', all_varchar = true, header = true)"
        )
    con.execute(
        "create table line (period varchar, measure varchar, admdvs varchar, name varchar, fund varchar, statement varchar,"
        " side varchar, account varchar, amount varchar, unit varchar, doc varchar)"
    )
    for path in sorted(sample.glob("fund_statement_??????*.csv")):
        raw = path.read_bytes()
        text = raw.decode("gb18030" if raw[:6] == "期间".encode("gb18030") + b",\xbc" else "utf-8")
        local = sample.parent / "one.csv"
        local.write_text(text, encoding="utf-8")
        con.execute(f"insert into line select * from read_csv('{local}', all_varchar = true, header = true)")
    con.execute("update line set measure = 'ytd' where measure = '本年累计'")
    con.execute(
        """
        create view monthly as
        with amounts as (
            select period, measure, admdvs, fund, account,
                cast(cast(replace(amount, ',', '') as decimal(24, 6)) * case unit when '万元' then 10000 else 1 end as decimal(20, 2)) as yuan
            from line where statement = '执行' and length(period) = 6
        )
        select period, admdvs, fund, account,
            case
                when measure = 'ytd' and account not in ('上年结余', '累计结余') and period[5:] <> '01'
                    then yuan - lag(yuan) over (partition by admdvs, fund, account, period[:4] order by period)
                else yuan
            end as yuan
        from amounts
        """
    )
    return lambda sql: con.execute(sql).fetchall()


def of(table: str, column: str) -> str:
    return f"sum(cast({column} as decimal(20, 2)))"


def statement(account: str, fund: str) -> str:
    """Period, area, yuan of an account (one area prints 万元, with as many decimals as it takes)."""
    return f"""
        select period, admdvs, yuan from monthly
        where account = '{account}' and fund = '{fund}' and yuan <> 0
    """


def pooled(column: str = "insu_admdvs") -> str:
    return f"case when {column} = '159900' then {column} else {column}[:4] || '00' end"


def test_settlement_identities(ask: Callable[[str], list[tuple]]) -> None:
    def d(name: str) -> str:
        return f"cast({name} as decimal(20, 2))"

    funds = " + ".join(
        d(name)
        for name in (
            "hifp_pay",
            "cvlserv_pay",
            "hifes_pay",
            "hifmi_pay",
            "hifob_pay",
            "hifdm_pay",
            "maf_pay",
            "othfund_pay",
        )
    )
    (found,) = ask(
        f"""
        select
            count(*),
            count(*) filter (where {d("medfee_sumamt")} <> {d("fulamt_ownpay_amt")} + {d("overlmt_selfpay")} + {d("preselfpay_amt")} + {d("inscp_amt")}),
            count(*) filter (where {d("fund_pay_sumamt")} <> {funds}),
            count(*) filter (where {d("medfee_sumamt")} <> {d("fund_pay_sumamt")} + {d("psn_pay")}),
            count(*) filter (where {d("psn_pay")} <> {d("acct_pay")} + {d("cash_payamt")}),
            count(*) filter (where {d("medfee_sumamt")} > 0 and ({d("cash_payamt")} < 0 or {d("inscp_amt")} < 0 or {d("fund_pay_sumamt")} > {d("inscp_amt")})),
            count(distinct setl_id || updt_time) - count(*)
        from setl_d
        """
    )
    assert found[0] > 8000
    assert found[1:] == (0, 0, 0, 0, 0, 0)


def test_keys_are_unique(ask: Callable[[str], list[tuple]]) -> None:
    """A key comes twice only where a row is delivered again: collected later, or reversed later."""
    for feed, key, again in (
        ("rsdt_psn_clct_detl_d", "rsdt_clct_detl_id", "true"),
        ("staf_psn_clct_detl_d", "psn_clct_detl_id", "clct_flag = '1'"),
        ("setl_d", "setl_id", "refd_setl_flag = '0' or init_setl_id is not null"),
        ("acct_inc_detl_d", "acct_inc_detl_id", "true"),
        ("acct_pay_detl_d", "acct_pay_detl_id", "true"),
        ("medins_clr_sum_d", "fee_clr_id", "true"),
        ("med_dfr_d", "dfr_id", "true"),
        ("med_dfr_fund_sbit_d", "fund_sbit_seq", "true"),
    ):
        (found,) = ask(f"select count(*), count(distinct {key}) from {feed} where {again}")
        assert found[0] == found[1] > 0, feed


def test_reversals_cancel_their_originals(ask: Callable[[str], list[tuple]]) -> None:
    (found,) = ask(
        """
        select count(*), count(*) filter (where cast(reversal.medfee_sumamt as decimal(20, 2)) <> -cast(original.medfee_sumamt as decimal(20, 2))
            or original.refd_setl_flag <> '1'), count(*) filter (where reversal.setl_time[:7] <> original.setl_time[:7])
        from setl_d as reversal
        inner join (select *, row_number() over (partition by setl_id order by updt_time desc) as version from setl_d) as original
            on reversal.init_setl_id = original.setl_id and original.version = 1
        """
    )
    assert found[0] > 30 and found[1] == 0 and found[2] > 5


@pytest.mark.parametrize("fund", ["310100", "310200", "390100", "330100", "320100"])
def test_benefits_are_the_payments(ask: Callable[[str], list[tuple]], fund: str) -> None:
    paid = f"""
        select replace(fin_acen_time[:7], '-', ''), fin_optins, {of("", "fund_payamt")}
        from med_dfr_fund_sbit_d as part inner join med_dfr_d as payment on part.dfr_id = payment.dfr_id
        where fund_pay_type = '{fund}' group by 1, 2 having {of("", "fund_payamt")} <> 0
    """
    stated = statement("基本医疗保险待遇支出", fund)
    assert ask(f"({paid}) except ({stated})") == []
    assert ask(f"({stated}) except ({paid})") == []


def test_premiums_are_the_collections(ask: Callable[[str], list[tuple]]) -> None:
    collected = "clct_flag = '1' and revs_flag = 'Z'"
    month = "replace(clct_time[:7], '-', '')"

    def employees(insutype: str) -> str:
        return f"select {month} as period, {pooled()} as area, {of('', 'clct_sumamt')} as yuan from staf_psn_clct_detl_d where {collected} and insutype = '{insutype}' group by 1, 2"

    credited = f"select replace(acct_modi_date[:7], '-', '') as period, {pooled()} as area, {of('', 'inc_sumamt')} as yuan from acct_inc_detl_d where acct_incexpd_type = '101' group by 1, 2"
    business = {
        "310200": credited,
        "310100": f"select period, area, sum(yuan) from (select * from ({employees('310')}) union all select period, area, -yuan from ({credited})) group by 1, 2",
        "330100": employees("330"),
        "320100": employees("320"),
        "390100": f"select {month}, {pooled()}, {of('', 'psn_clct_amt')} + {of('', 'oth_clct_amt')} from rsdt_psn_clct_detl_d where {collected} group by 1, 2",
    }
    for fund, query in business.items():
        query = f"select * from ({query}) as sums(period, area, yuan) where yuan <> 0"
        stated = statement("基本医疗保险费收入", fund)
        assert ask(f"({query}) except ({stated})") == [], fund
        assert ask(f"({stated}) except ({query})") == [], fund


def test_subsidies_assets_and_interest(ask: Callable[[str], list[tuple]]) -> None:
    arrived = f"select replace(arrived_date[:7], '-', ''), {pooled('admdvs')}, {of('', 'arrived_amt')} from fin_subsidy group by 1, 2"
    stated = statement("财政补贴收入", "390100")
    assert ask(f"({arrived}) except ({stated})") == [] and ask(f"({stated}) except ({arrived})") == []
    assert (
        ask(
            "select * from fin_subsidy where cast(heads as integer) * cast(standard as decimal(20, 2)) <> cast(due_amt as decimal(20, 2))"
        )
        == []
    )
    assert (
        ask(
            """
        select asset.*, yuan from fund_asset as asset
        inner join monthly on asset.period = monthly.period and asset.admdvs = monthly.admdvs and fund_code = fund and account = '累计结余'
        where yuan <> cast(fiscal_account as decimal(20, 2)) + cast(income_account as decimal(20, 2))
            + cast(expenditure_account as decimal(20, 2)) + cast(advances as decimal(20, 2)) - cast(payables as decimal(20, 2)) - cast(loans as decimal(20, 2))
        """
        )
        == []
    )
    interest = f"select replace(acct_modi_date[:7], '-', ''), {pooled()}, {of('', 'inc_sumamt')} from acct_inc_detl_d where acct_incexpd_type in ('102', '103') group by 1, 2"
    assert ask(f"({interest}) except ({statement('利息收入', '310200')})") == []


def test_clearing_is_the_settlements(ask: Callable[[str], list[tuple]]) -> None:
    cleared = f"select clr_optins, clr_ym, fixmedins_code, insutype, {of('', 'fund_appy_sum')}, {of('', 'acct_pay')} from medins_clr_sum_d where clr_ym >= '202201' group by all"
    latest = (
        "(select *, row_number() over (partition by setl_id order by updt_time desc) as version from setl_d)"
    )
    settled = f"select {pooled()}, replace(setl_time[:7], '-', ''), fixmedins_code, insutype, {of('', 'fund_pay_sumamt')}, {of('', 'acct_pay')} from {latest} as setl where version = 1 and pay_loc <> '1' group by all"
    assert ask(f"({cleared}) except ({settled})") == []
    assert ask(f"({settled}) except ({cleared})") == []
    assert (
        ask(
            "select * from medins_clr_sum_d where cast(act_dfr_amt as decimal(20, 2)) <> cast(dfr_amt as decimal(20, 2)) - cast(det_sumamt as decimal(20, 2)) - cast(dpst_sumamt as decimal(20, 2))"
        )
        == []
    )
    paid = ask(
        "select sum(cast(dfr_sumamt as decimal(20, 2))) - (select sum(cast(fund_payamt as decimal(20, 2))) from med_dfr_fund_sbit_d) - 0 from med_dfr_d"
    )
    assert paid[0][0] == 0


def test_account_payments_are_the_settlements(ask: Callable[[str], list[tuple]]) -> None:
    latest = (
        "(select *, row_number() over (partition by setl_id order by updt_time desc) as version from setl_d)"
    )
    (found,) = ask(
        f"select (select {of('', 'acct_pay')} from {latest} where version = 1) - (select {of('', 'pay_sumamt')} from acct_pay_detl_d where acct_incexpd_type = '201')"
    )
    assert found[0] == 0


def test_remittances_and_subsidies_between_levels(ask: Callable[[str], list[tuple]]) -> None:
    for upper, lower in (("下级上解收入", "上解上级支出"), ("补助下级支出", "上级补助收入")):
        differing = ask(
            f"""
            select period, scheme, abs(sum(yuan)) from (
                select period, fund[4:] as scheme, yuan from monthly where fund like 'ADJ%' and account = '{upper}'
                union all select period, fund[:3], -yuan from monthly where fund in ('310100', '390100') and account = '{lower}'
            ) group by 1, 2 having sum(yuan) <> 0
            """
        )
        assert differing == []


def test_nobody_is_treated_without_cover(ask: Callable[[str], list[tuple]]) -> None:
    (found,) = ask(
        """
        with spells as (
            select psn_no, insutype, crt_insu_date, paus_insu_date, insu_admdvs from psn_insu_d
            where updt_time = (select max(updt_time) from psn_insu_d)
            union all
            select psn_no, insutype, crt_insu_date, paus_insu_date, insu_admdvs from psn_insu_his_d
            where updt_time = (select max(updt_time) from psn_insu_his_d)
        )
        select count(*) from setl_d
        where not exists (
            select 1 from spells
            where spells.psn_no = setl_d.psn_no and spells.insutype = setl_d.insutype and spells.insu_admdvs = setl_d.insu_admdvs
                and crt_insu_date <= setl_d.begndate and (paus_insu_date is null or paus_insu_date >= setl_d.begndate)
        )
        """
    )
    assert found[0] == 0
