import re

import pytest

from shouzhi.intake.contract import ContractError, _feed, load_feeds
from shouzhi.intake.contract_page import PAGE_PATH, render_page
from shouzhi.intake.discovery import find_feed

DECLARED = [
    "fund_statement",
    "psn_insu_d",
    "psn_insu_his_d",
    "psn_info_b",
    "insu_emp_info_b",
    "staf_psn_clct_detl_d",
    "rsdt_psn_clct_detl_d",
    "setl_d",
    "fee_list_d",
    "fixmedins_b",
    "opsp_reg_d",
    "refl_appy_evt_c",
    "out_appy_d",
    "acct_inc_detl_d",
    "acct_pay_detl_d",
    "adj_fund_d",
    "wage_tax",
    "medins_clr_sum_d",
    "med_dfr_d",
    "med_dfr_detl_d",
    "med_dfr_fund_sbit_d",
    "fund_asset",
    "fin_subsidy",
    "performance_goal",
    "price_catalogue",
    "material_catalogue",
    "chronic_quota",
    "case_register",
]


NOT_READ = {
    *("opsp_reg_d", "refl_appy_evt_c", "out_appy_d", "adj_fund_d", "wage_tax"),
    *("performance_goal", "price_catalogue", "material_catalogue", "chronic_quota", "case_register"),
}


def test_every_feed_is_declared_and_most_are_read():
    feeds = load_feeds()
    assert set(feeds) == set(DECLARED)
    assert {code for code, feed in feeds.items() if not feed.is_read} == NOT_READ


def test_identifying_fields_never_pass():
    for feed in load_feeds().values():
        for column in feed.columns:
            is_name = re.fullmatch(
                r"(psn|opter|crter|agnter|coner|whistleblower)_name|certno|tel|addr|bankacct", column.name
            )
            if is_name:
                assert column.privacy == "drop", (feed.feed, column.name)
            if column.name == "psn_no":
                assert column.privacy == "pseudonymise", feed.feed


@pytest.mark.parametrize("code", DECLARED)
def test_a_file_name_finds_its_feed(code):
    assert find_feed(f"sub/{code}_202401_全量.csv").feed == code
    assert find_feed(f"{code.upper()}_2024.XLSX").feed == code


@pytest.mark.parametrize(
    "name",
    [
        "基金收支表_2024.xlsx",
        "某县2024年城乡居民基本医疗保险基金收支预算表.xlsx",
        "2024年医保基金决算报表.xls",
        "职工医保收支情况表.csv",
    ],
)
def test_chinese_names_of_statements_are_known(name):
    assert find_feed(name).feed == "fund_statement"


@pytest.mark.parametrize("name", ["工作总结.xlsx", "data.csv", "setl_detail.csv"])
def test_other_names_are_unknown(name):
    assert find_feed(name) is None


def test_the_committed_page_is_the_generated_one():
    assert PAGE_PATH.read_text(encoding="utf-8") == render_page()


def test_a_wrong_contract_is_refused():
    entry = {
        "feed": "x",
        "label": "甲",
        "is_read": False,
        "delivery_mode": "merge",
        "key": ["b"],
        "columns": [{"name": "a", "label": "乙", "type": "text"}],
    }
    with pytest.raises(ContractError, match="among columns"):
        _feed("g", entry)
    with pytest.raises(ContractError, match="delivery mode"):
        _feed("g", {**entry, "key": ["a"], "delivery_mode": "append"})
