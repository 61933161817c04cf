"""Rows of the business feeds by hand: what a test does not say is a clean default, keys and months are made up here.

The rows go straight into the lake relations, with the control counts and months that intake would write for them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pandas as pd

CONTROL = {
    "setl_d": "fund_pay_sumamt",
    "fee_list_d": "det_item_fee_sumamt",
    "staf_psn_clct_detl_d": "clct_sumamt",
    "rsdt_psn_clct_detl_d": "clct_sumamt",
    "acct_inc_detl_d": "inc_sumamt",
    "acct_pay_detl_d": "pay_sumamt",
    "medins_clr_sum_d": "act_dfr_amt",
    "med_dfr_d": "dfr_sumamt",
    "med_dfr_detl_d": "dfr_sumamt",
    "med_dfr_fund_sbit_d": "fund_payamt",
    "fund_asset": "fiscal_account",
    "fin_subsidy": "arrived_amt",
}
AREA = {"insu_admdvs", "admdvs", "clr_optins", "fin_optins", "fix_blng_admdvs"}
AMOUNTS = [
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "dedc_std",
    "crt_dedc",
    "act_pay_dedc",
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "hifdm_pay",
    "maf_pay",
    "othfund_pay",
    "acct_pay",
    "cash_payamt",
]


@dataclass
class Feeds:
    """Rows by feed; every method adds one clean row and lets the test change any column of it."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    # (feed, month, area) -> rows and yuan that could not be used; and where a later delivery came in their place
    quarantined: dict[tuple[str, str, str], tuple[int, float | None]] = field(default_factory=dict)
    delivered_again: set[tuple[str, str, str]] = field(default_factory=set)
    # the names of their files, where they are not <feed>_bad.csv
    quarantined_in: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def add(self, feed: str, month: str | None, **values: Any) -> None:
        number = len(self.rows[feed]) + 1
        self.rows[feed].append(
            {
                "event_month": month or "all",
                "delivery_no": 1,
                "file_no": 1,
                "row_number": number + 1,
                "row_id": number,
            }
            | values
        )

    def key(self, feed: str) -> str:
        return f"{feed}-{len(self.rows[feed]) + 1}"

    def person(self, person: str, **values: Any) -> None:
        row = {"psn_no": person, "gend": "1", "brdy": dt.date(1970, 1, 1), "surv_stas": "1"} | values
        self.add("psn_info_b", None, **row)

    def institution(self, code: str, area: str) -> None:
        self.add("fixmedins_b", None, fixmedins_code=code, fixmedins_type="1", fix_blng_admdvs=area)

    def spell(self, person: str, area: str, insutype: str, begin: str, **values: Any) -> None:
        row = {
            "psn_insu_rlts_id": self.key("psn_insu_d"), "psn_no": person, "insutype": insutype,
            "crt_insu_date": dt.date.fromisoformat(begin), "psn_insu_stas": "1",
            "psn_type": "1101" if insutype == "310" else "1501", "insutype_retr_flag": "0", "insu_admdvs": area,
        }  # fmt: skip
        self.add("psn_insu_d", begin[:4] + begin[5:7], **(row | values))

    def claim(
        self, person: str, area: str, day: str, fund: float, *, insutype: str = "310", **values: Any
    ) -> str:
        """An outpatient settlement of which the pooled fund pays `fund` and the person a quarter as much in cash."""
        own = round(fund / 4, 2)
        row = {
            "setl_id": self.key("setl_d"), "mdtrt_id": self.key("setl_d"), "psn_no": person, "insutype": insutype,
            "psn_type": "1101" if insutype == "310" else "1501", "insu_admdvs": area, "fixmedins_code": "H1",
            "fix_blng_admdvs": area, "dedc_hosp_lv": "2", "pay_loc": "2", "med_type": "11", "setl_type": "2",
            "begndate": dt.date.fromisoformat(day), "enddate": dt.date.fromisoformat(day),
            "setl_time": dt.datetime.fromisoformat(day), **dict.fromkeys(AMOUNTS, 0),
            "medfee_sumamt": fund + own, "inscp_amt": fund + own, "hifp_pay": fund, "fund_pay_sumamt": fund,
            "psn_pay": own, "cash_payamt": own, "refd_setl_flag": "0", "vali_flag": "1", "year": day[:4],
        }  # fmt: skip
        row |= values
        when = row["setl_time"]
        self.add("setl_d", f"{when:%Y%m}", **row)
        return str(row["setl_id"])

    def bill(self, settlement: str | None, area: str, day: str, fees: list[float], **values: Any) -> None:
        """Fee lines of a settlement, all of them in scope; the last one gets what the case changes."""
        for number, fee in enumerate(fees, start=1):
            row = {
                "bkkp_sn": self.key("fee_list_d"), "setl_id": settlement, "psn_no": "P", "insu_admdvs": area,
                "fixmedins_code": "H1", "list_type": "101", "med_chrgitm_type": "09", "chrgitm_lv": "01", "cnt": 1,
                "pric": fee, "det_item_fee_sumamt": fee, "fulamt_ownpay_amt": 0, "overlmt_selfpay": 0,
                "preselfpay_amt": 0, "inscp_amt": fee, "fee_ocur_time": dt.datetime.fromisoformat(day),
            }  # fmt: skip
            row |= values if number == len(fees) else {}
            self.add("fee_list_d", f"{row['fee_ocur_time']:%Y%m}", **row)

    def employee(self, person: str, area: str, month: str, base: float = 5000, **values: Any) -> None:
        """A collected month of an in-service employee: unit 7%, person 2%."""
        employer, own = round(base * 0.07, 2), round(base * 0.02, 2)
        row = {
            "psn_clct_detl_id": self.key("staf_psn_clct_detl_d"), "psn_no": person, "emp_no": "E1", "insutype": "310",
            "cashym": month, "accrym_begn": month, "accrym_end": month, "emp_clctstd": base, "psn_clctstd": base,
            "emp_clct_paraval": 0.07, "psn_clct_paraval": 0.02, "emp_clct_amt": employer, "psn_clct_amt": own,
            "emp_clct_into_acct_amt": 0, "psn_clct_into_acct_amt": own, "finsubs_amt": 0, "oth_clct_amt": 0,
            "clct_sumamt": employer + own, "latefee": 0, "quot_clct_flag": "0", "clct_flag": "1", "clct_type": "10",
            "revs_flag": "Z", "insu_admdvs": area,
        }  # fmt: skip
        row |= values
        paid = row.pop("paid_month", row["cashym"])
        row["clct_time"] = dt.datetime(int(paid[:4]), int(paid[4:]), 15)
        self.add("staf_psn_clct_detl_d", paid, **row)

    def resident(
        self, person: str, area: str, paid: str, year: int, amount: float = 400, **values: Any
    ) -> None:
        """A collected premium of a resident for the year `year`."""
        row = {
            "rsdt_clct_detl_id": self.key("rsdt_psn_clct_detl_d"), "psn_no": person, "insutype": "390",
            "cashym": f"{year}01", "accrym_begn": f"{year}01", "accrym_end": f"{year}12", "psn_clct_amt": amount,
            "finsubs_amt": 670, "oth_clct_amt": 0, "clct_sumamt": amount + 670, "quot_clct_flag": "1",
            "clct_flag": "1", "clct_type": "10", "revs_flag": "Z", "insu_admdvs": area,
            "clct_time": dt.datetime(int(paid[:4]), int(paid[4:]), 15),
        }  # fmt: skip
        self.add("rsdt_psn_clct_detl_d", paid, **(row | values))

    def credit(self, area: str, month: str, amount: float, kind: str = "101") -> None:
        self.add(
            "acct_inc_detl_d", month, acct_inc_detl_id=self.key("acct_inc_detl_d"), psn_no="P", year=month[:4],
            insu_admdvs=area, acct_incexpd_type=kind, inc_sumamt=amount,
            acct_modi_date=dt.date(int(month[:4]), int(month[4:]), 15),
        )  # fmt: skip

    def clearing(
        self, area: str, month: str, paid_month: str, applied: float, *, payable: float | None = None,
        deduction: float = 0, deposit: float = 0, account: float = 0, side: dict[str, float] | None = None,
        insutype: str = "310",
    ) -> None:  # fmt: skip
        """A clearing and its payment by fund: side funds as asked for, the pooled fund what is left."""
        number = self.key("medins_clr_sum_d")
        due = applied if payable is None else payable
        actual = due - deduction - deposit
        self.add(
            "medins_clr_sum_d", month, fee_clr_id=number, clr_optins=area, fixmedins_code="H1", insutype=insutype,
            clr_type="11", clr_ym=month, clr_stas="60", medfee_sumamt=applied, fund_appy_sum=applied, dfr_amt=due,
            dpst_sumamt=deposit, det_sumamt=deduction, acct_pay=account, act_dfr_amt=actual,
        )  # fmt: skip
        side = side or {}
        pooled = "310100" if insutype == "310" else "390100"
        funds = {pooled: actual - sum(side.values()), **side} | ({"310200": account} if account else {})
        self.payment(area, paid_month, funds, source="201", number=number, insutype=insutype, charge=month)

    def payment(
        self, area: str, month: str, funds: dict[str, float], *, source: str, number: str | None = None,
        insutype: str = "310", charge: str | None = None,
    ) -> None:  # fmt: skip
        payment, detail = self.key("med_dfr_d"), self.key("med_dfr_detl_d")
        total = sum(funds.values())
        self.add(
            "med_dfr_d", month, dfr_id=payment, cashym=charge or month, dfr_souc=source, souc_sn=number, dfr_obj="31",
            dfr_obj_code="H1", dfr_sumamt=total, fin_optins=area,
            fin_acen_time=dt.datetime(int(month[:4]), int(month[4:]), 20),
        )  # fmt: skip
        self.add(
            "med_dfr_detl_d", None, dfr_detl_id=detail, dfr_id=payment, dfr_obj_code="H1", dfr_sumamt=total,
            insu_admdvs=area, insutype=insutype, clr_type="11",
        )  # fmt: skip
        for fund, amount in funds.items():
            self.add(
                "med_dfr_fund_sbit_d", None, fund_sbit_seq=self.key("med_dfr_fund_sbit_d"), dfr_detl_id=detail,
                dfr_id=payment, fund_pay_type=fund, fund_payamt=amount,
            )  # fmt: skip

    def subsidy(self, area: str, year: int, due: float, arrived: float, day: str, **values: Any) -> None:
        row = {
            "year": str(year), "admdvs": area, "level": "中央", "heads": due / 670, "standard": 670, "due_amt": due,
            "arrived_amt": arrived, "arrived_date": dt.date.fromisoformat(day),
        }  # fmt: skip
        self.add("fin_subsidy", str(year), **(row | values))

    def asset(self, area: str, period: str, fund: str, held: float, **values: Any) -> None:
        row = {
            "period": period, "admdvs": area, "fund_code": fund, "fiscal_account": held, "income_account": 0,
            "expenditure_account": 0, "advances": 0, "payables": 0, "loans": 0,
        }  # fmt: skip
        self.add("fund_asset", period, **(row | values))


def load_feeds(con: duckdb.DuckDBPyConnection, feeds: Feeds) -> None:
    """The rows into the lake, with what was received and stands per feed, month and area."""
    control, months = [], defaultdict(int)
    for feed, rows in feeds.rows.items():
        con.register("rows", pd.DataFrame(rows))
        con.execute(f"insert into lake.{feed} by name select * from rows")
        con.unregister("rows")
        cells: dict[tuple[str, str | None], list[float]] = defaultdict(lambda: [0, 0.0])
        for row in rows:
            area = next((row[name] for name in row if name in AREA), None)
            cell = cells[(row["event_month"], area)]
            cell[0] += 1
            cell[1] += float(row.get(CONTROL.get(feed, ""), 0) or 0)
            months[(feed, row["event_month"])] += 1
        control += [
            (1, 1, f"h-{feed}", f"{feed}.csv", feed, month, area, *both(count, yuan), 0, 0, 0, 0, 0)
            for (month, area), (count, yuan) in cells.items()
        ]
    for (feed, month, area), (count, yuan) in feeds.quarantined.items():
        known, unreadable = yuan or 0, count if yuan is None else 0
        delivery = 0 if (feed, month, area) in feeds.delivered_again else 1
        file = feeds.quarantined_in.get((feed, month, area), f"{feed}_bad.csv")
        con.execute(
            """
            insert into lake.quarantine_row by name
            select
                ? as delivery_no, ? as content_hash, ? as file_name, ? as feed_code, number as row_number,
                ? as admdvs, 'month' as period_type, ? as period_code, ? as amount_yuan
            from range(?) as given (number)
            """,
            [delivery, f"q-{feed}", file, feed, area, month, yuan and yuan / count, count],
        )
        control.append(
            (
                delivery,
                2,
                f"q-{feed}",
                file,
                feed,
                month,
                area,
                count,
                known,
                0,
                0,
                0,
                0,
                count,
                known,
                unreadable,
            )
        )
    if control:
        con.executemany(f"insert into lake.feed_control values ({', '.join('?' * 16)})", control)
        con.executemany(
            "insert into lake.feed_month values (?, ?, ?, ?)",
            [(feed, month, f"{feed}{month}", count) for (feed, month), count in months.items()],
        )


def both(count: float, yuan: float) -> tuple[int, float, int, float]:
    """Received and loaded: the same for a clean file."""
    return int(count), round(yuan, 2), int(count), round(yuan, 2)
