"""The invented region: who reports, how large each area is, and the story that its balances tell.

Area codes and names are the real ones of 内蒙古, because the demonstration uses that region pack. The areas'
sizes follow the 2020 census (第七次全国人口普查) roughly and serve proportions only. Every amount of
money, every head count of insured people and every balance is invented.
"""

from dataclasses import dataclass

REGION_OFFICE = "159900"
FIRST_SIMULATED_YEAR = 2022
LAST_SIMULATED_YEAR = 2026
FIRST_REPORTED_MONTH = "202210"
LAST_REPORTED_MONTH = "202609"

FUNDS = ("310100", "310200", "390100", "330100")
ADJUSTMENT_FUND = {"310100": "ADJ310", "390100": "ADJ390"}

# Lunar New Year's month: hospitals empty, spending has its trough.
LUNAR_NEW_YEAR_MONTH = {2022: 2, 2023: 1, 2024: 2, 2025: 1, 2026: 2}


@dataclass(frozen=True)
class Area:
    """A pooling area: persons in 万人, and how its files look."""

    code: str
    name: str
    employees: float
    residents: float
    file_style: str = (
        "csv"  # csv (UTF-8, English headers), gb18030 (Chinese headers, thousands separators), xlsx
    )
    measure: str = "ytd"  # ytd or period
    last_month: str = LAST_REPORTED_MONTH


AREAS = (
    Area(REGION_OFFICE, "自治区本级", 16, 9),  # its residents: students of the region's universities
    Area("150100", "呼和浩特市", 114, 205, "xlsx"),
    Area("150200", "包头市", 98, 155, "csv", "period"),
    Area("150300", "乌海市", 25, 27, "gb18030", "period"),
    Area("150400", "赤峰市", 64, 315, "gb18030"),
    Area("150500", "通辽市", 46, 222),
    Area("150600", "鄂尔多斯市", 71, 131, "xlsx"),
    Area("150700", "呼伦贝尔市", 67, 142, "gb18030"),
    Area("150800", "巴彦淖尔市", 29, 115),
    Area("150900", "乌兰察布市", 26, 133),
    Area("152200", "兴安盟", 23, 110),
    Area("152500", "锡林郭勒盟", 28, 76, "gb18030"),
    Area("152900", "阿拉善盟", 12, 13, "xlsx", "ytd", "202606"),
)
AREA_BY_CODE = {area.code: area for area in AREAS}

# Reserve months at chosen month ends; between two of them the premiums carry the balance there.
# 职工统筹. Bands: below 3 red, 3 to 6 orange, above 9 and 15 surplus.
Path = dict[str, float]
EMPLOYEE_POOLED_PATH: dict[str, Path] = {
    REGION_OFFICE: {"202112": 7.6, "202312": 7.9, "202512": 8.2, "202612": 8.3},
    "150100": {"202112": 7.0, "202312": 7.3, "202512": 7.6, "202612": 7.8},
    "150200": {"202112": 9.6, "202312": 10.6, "202512": 11.4, "202612": 11.6},
    "150300": {"202112": 8.0, "202312": 7.8, "202512": 7.6, "202612": 7.4},
    "150400": {"202112": 6.8, "202312": 7.0, "202512": 7.2, "202612": 7.3},
    "150500": {
        "202112": 7.6,
        "202312": 7.4,
        "202412": 7.2,
        "202512": 6.9,
        "202608": 6.3,
        "202609": 5.8,
        "202612": 5.7,
    },
    "150600": {"202112": 14.0, "202312": 16.2, "202512": 18.3, "202612": 19.0},
    "150700": {
        "202112": 4.6,
        "202312": 3.6,
        "202412": 2.9,
        "202512": 2.5,
        "202607": 2.9,
        "202608": 3.4,
        "202609": 3.5,
        "202612": 3.7,
    },
    "150800": {
        "202112": 5.4,
        "202312": 5.2,
        "202412": 5.3,
        "202512": 5.6,
        "202607": 5.9,
        "202608": 6.4,
        "202609": 6.5,
        "202612": 6.6,
    },
    "150900": {
        "202112": 7.0,
        "202312": 5.6,
        "202412": 4.7,
        "202512": 3.8,
        "202608": 3.1,
        "202609": 2.8,
        "202612": 2.6,
    },
    "152200": {"202112": 6.9, "202312": 7.0, "202509": 7.0, "202608": 6.8, "202609": 6.5, "202612": 6.5},
    "152500": {"202112": 8.2, "202312": 8.3, "202512": 8.5, "202612": 8.5},
    "152900": {"202112": 11.0, "202312": 11.8, "202512": 12.4, "202612": 12.6},
}
# 居民, year ends only: within a year the balance means nothing. Below 2 red, 2 to 4 orange, 4 to 6 yellow.
RESIDENT_PATH: dict[str, Path] = {
    REGION_OFFICE: {"202112": 7.2, "202312": 7.5, "202512": 7.8, "202612": 7.9},
    "150100": {"202112": 6.6, "202312": 6.9, "202512": 7.2, "202612": 7.3},
    "150200": {"202112": 7.4, "202312": 7.7, "202512": 8.0, "202612": 8.1},
    "150300": {"202112": 3.9, "202212": 3.6, "202312": 3.1, "202412": 2.2, "202512": -0.2, "202612": -0.3},
    "150400": {"202112": 5.4, "202212": 5.0, "202312": 4.6, "202412": 4.2, "202512": 3.4, "202612": 3.0},
    "150500": {"202112": 5.2, "202312": 5.2, "202512": 5.3, "202612": 5.4},
    "150600": {"202112": 8.4, "202312": 8.6, "202512": 9.0, "202612": 9.2},
    "150700": {"202112": 6.7, "202312": 6.9, "202512": 7.0, "202612": 7.2},
    "150800": {"202112": 7.0, "202312": 7.1, "202512": 7.2, "202612": 7.3},
    "150900": {"202112": 4.6, "202312": 4.8, "202512": 5.0, "202612": 5.2},
    "152200": {"202112": 6.6, "202312": 6.7, "202512": 6.8, "202612": 6.9},
    "152500": {"202112": 7.6, "202312": 7.8, "202512": 8.0, "202612": 8.1},
    "152900": {"202112": 8.5, "202312": 8.7, "202512": 9.0, "202612": 9.1},
}
PERSONAL_ACCOUNT_PATH: Path = {"202112": 21.0, "202312": 21.4, "202512": 21.8, "202612": 22.0}
LARGE_CLAIM_PATH: Path = {"202112": 6.4, "202312": 6.5, "202512": 6.6, "202612": 6.7}
LARGE_CLAIM_EXCEPTIONS: dict[str, Path] = {
    "150900": {"202112": 6.0, "202312": 5.0, "202412": 4.2, "202512": 3.3, "202612": 3.0},
}


def reserve_path(area_code: str, fund_code: str) -> Path:
    """Reserve months that the story wants at month ends."""
    if fund_code == "310100":
        return EMPLOYEE_POOLED_PATH[area_code]
    if fund_code == "390100":
        return RESIDENT_PATH[area_code]
    if fund_code == "310200":
        return PERSONAL_ACCOUNT_PATH
    return LARGE_CLAIM_EXCEPTIONS.get(area_code, LARGE_CLAIM_PATH)


# Shares of the year by calendar month.
EVEN = (1.0,) * 12
PREMIUM_SHAPE = {
    "310100": (1.10, 0.90, 1.00, 0.99, 0.99, 1.00, 1.00, 0.99, 0.99, 0.98, 0.98, 1.08),
    "310200": (1.10, 0.90, 1.00, 0.99, 0.99, 1.00, 1.00, 0.99, 0.99, 0.98, 0.98, 1.08),
    "390100": (0.50, 0.35, 0.20, 0.12, 0.10, 0.10, 0.10, 0.10, 0.45, 2.40, 3.50, 4.08),
    "330100": (4.80, 1.80, 0.60, 0.55, 0.55, 0.55, 0.55, 0.52, 0.52, 0.52, 0.52, 0.52),
}
SUBSIDY_SHAPE = (0.0, 0.0, 3.4, 0.0, 0.0, 3.6, 0.0, 0.0, 3.0, 0.0, 2.0, 0.0)
# yuan a person and year, and yearly growth, at the start of the simulation
BENEFIT_PER_HEAD = {
    "310100": (3150.0, 0.052),
    "310200": (1480.0, 0.03),
    "390100": (905.0, 0.045),
    "330100": (118.0, 0.04),
}
SUBSIDY_PER_RESIDENT = (610.0, 0.03)
CRITICAL_ILLNESS_SHARE = 0.085
ADJUSTMENT_RATE = 0.03  # of last year's benefits, in four quarterly parts
# share of the adjustment fund's yearly intake that these areas get, half in June, half in December
ADJUSTMENT_RECEIVERS = {
    "310100": {"150700": 0.30, "150900": 0.14, "152200": 0.06},
    "390100": {"150300": 0.10, "150400": 0.20, "150900": 0.15},
}
ADJUSTMENT_OPENING_YUAN = {"ADJ310": 320_000_000, "ADJ390": 150_000_000}
