import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouzhi.intake.periods import Period, PeriodError, parse_period, periods_in

SAID = [
    ("2024", "year", "2024", None),
    ("２０２４年度", "year", "2024", None),
    ("二○二四年", "year", "2024", None),
    ("二〇二四年", "year", "2024", None),
    ("2024.0", "year", "2024", None),
    ("2024H1", "half", "2024H1", None),
    ("2024年上半年", "half", "2024H1", None),
    ("2024下半年", "half", "2024H2", None),
    ("2024q1", "quarter", "2024Q1", None),
    ("2024年一季度", "quarter", "2024Q1", None),
    ("2024年第四季度", "quarter", "2024Q4", None),
    ("2024年前三季度", "quarter", "2024Q3", "ytd"),
    ("2024年1-3季度", "quarter", "2024Q3", "ytd"),
    ("202401", "month", "202401", None),
    ("202401.0", "month", "202401", None),
    ("2024-03", "month", "202403", None),
    ("2024/3", "month", "202403", None),
    ("2024.03", "month", "202403", None),
    ("2024年3月份", "month", "202403", None),
    ("二○二四年十二月", "month", "202412", None),
    ("2024-03-31", "month", "202403", None),
    ("2024-03-31 00:00:00", "month", "202403", None),
    ("20240331", "month", "202403", None),
    ("45382", "month", "202403", None),
    ("2024年1-3月", "month", "202403", "ytd"),
    ("2024年1—3月", "month", "202403", "ytd"),
    ("2024年1至3月", "month", "202403", "ytd"),
    ("2024年一至九月", "month", "202409", "ytd"),
    ("截至2024年9月末", "month", "202409", "ytd"),
    ("2024年9月底累计", "month", "202409", "ytd"),
    ("2024年9月当月", "month", "202409", "period"),
    ("2024年4-6月", "quarter", "2024Q2", "period"),
]


@pytest.mark.parametrize(("text", "kind", "code", "measure"), SAID)
def test_a_wording_is_read(text, kind, code, measure):
    assert parse_period(text) == Period(kind, code, measure)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("202413", "13 月"),
        ("2024Q5", "季度"),
        ("2024H3", "半年"),
        ("2024-02-30", "没有这一天"),
        ("1789", "1990"),
        ("24年", "看不懂"),
        ("", "为空"),
        ("2024.1〔数值〕", "1 月还是 10 月"),
        ("2024年2-5月", "累计"),
        ("2023年11月-2024年2月", "跨了年度"),
    ],
)
def test_what_cannot_be_a_period_says_why(text, reason):
    with pytest.raises(PeriodError, match=reason):
        parse_period(text)


@given(st.integers(1990, 2099), st.integers(1, 12))
def test_every_month_wording_names_the_same_month(year, month):
    code = f"{year}{month:02d}"
    for text in (
        code,
        f"{year}-{month:02d}",
        f"{year}/{month}",
        f"{year}年{month}月",
        f"{year}-{month:02d}-01",
    ):
        assert parse_period(text).period_code == code


@given(st.integers(1990, 2099), st.integers(1, 4))
def test_codes_round_trip(year, quarter):
    for code in (f"{year}", f"{year}Q{quarter}", f"{year}H{(quarter + 1) // 2}"):
        assert parse_period(code).period_code == code


def test_titles_name_their_periods():
    assert periods_in("二○二四年城乡居民基本医疗保险基金收支预算表") == [Period("year", "2024")]
    assert periods_in("2024年1-9月收支情况") == [Period("month", "202409", "ytd")]
    assert [each.period_code for each in periods_in("2023年预算执行及2024年预算")] == ["2023", "2024"]
