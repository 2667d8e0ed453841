"""How often each thing happens in each office's ledger, in per cent of the rows it can happen to.

The figures are chosen from what reports on population ledgers, audits of hukou registers and studies of record linkage
give as orders of magnitude (typed numbers wrong in 0.3–1 %, names in 0.5–2 %, telephones out of date in a tenth to a
fifth a year), and from belief where nothing is published; no engine was looked at. The table is read by the program.

==================== ====== ========= ======== ======= ====== ====== ==================================================
rate                 police community property tenants elders school of which rows, and what happens
==================== ====== ========= ======== ======= ====== ====== ==================================================
registered_here      99.5   96.5      80       5       95     90     lives and is registered here: on the ledger at all
registered_elsewhere 82     95        70       90      85     85     lives here, registered elsewhere: on it at all
living_elsewhere     99.5   40        15       2       30     20     registered here, lives elsewhere: on it at all
dead_kept            3      20        50       10      10     0      died before the ledger's day: still on it
moved_kept           50     15        50       10      15     30     moved within the area: still at the old door
second_row           0.05   0.6       0.8      0.8     0.6    0.3    stands twice, the second time with differences
sound                0.04   0.4       1        1       0.5    0.4    a character of like sound (input method)
shape                0.03   0.1       0.2      0.2     0.2    0.1    a character of like shape (read from a scan)
dropped              0.01   0.06      0.1      0.1     0.1    0.05   a character left out, or two exchanged
traditional          0.08   0.15      0.1      0.05    0.3    0.05   traditional characters
nickname             0      0.06      0.4      0.6     0.4    0.1    what neighbours call somebody
noted                0.02   0.4       1        1       0.4    0.1    something in brackets behind the name
rare_lost            10     45        45       45      45     30     names with a rare character: it is replaced
unnamed              2      40        40       40      0      0      children under four months: “某某之子”
no_number            0.2    2         45       25      8      15     no ID number
no_child_number      2      12        90       80      0      15     children under six: no ID number
digit                0.04   0.5       0.5      0.8     0.6    0.4    one digit of the number wrong
swapped              0.01   0.15      0.15     0.2     0.2    0.1    two digits exchanged
length               0      0.1       0.1      0.2     0.2    0.1    a digit dropped or doubled
old_number           0      0.4       0.4      0.1     1.5    0      born before 1985: the fifteen digits of before 1999
relative             0.01   0.15      0.15     0.3     0.3    3      the number of another member of the household
masked               0      0.1       0.1      0.1     0.1    0.1    stars in the number
cut                  0      0.1       0.1      0.2     0.1    0.1    the spreadsheet stored it as a number
written              0      2         5        5       2      1      spaces, small x, full width, an apostrophe
no_phone             35     12        8        5       10     2      no telephone
old_phone            60     25        25       20      25     10     changed it since: the old one
no_birth             0.1    6         90       60      4      3      no date of birth
lunar                0      2         2        0       12     0      born before 1970: the day by the moon
birth_slip           0.05   0.4       0.4      0.4     0.6    0.3    another day, month or year
year_only            0      1         1        2       6      0      only the year
no_address           0.4    0.6       0.2      0.5     1      2      no address
address_slip         0.4    0.8       0.8      1       1      2      another building, stairwell or room
other_head           0      12        12       12      0      0      households: another member stands as head
sex_slip             0.04   0.3       0.3      0.3     0.3    0.1    the other sex
==================== ====== ========= ======== ======= ====== ====== ==================================================

A messy ledger multiplies every slip by one factor between 2 and 7 (none above 30 %), covers 70–100 % of those the table
lets it cover, and may have a habit for the whole ledger: all numbers cut (12 %) or masked (13 %), only years of birth
(15 %).
"""

from dataclasses import dataclass, fields, replace
from random import Random

COVERED = ("registered_here", "registered_elsewhere", "living_elsewhere", "dead_kept", "moved_kept")
ROUGH = (2.0, 7.0)
MOST = 0.3


@dataclass(frozen=True, slots=True)
class Rates:
    """The chance, for one written row, of each slip; the words for each stand in the module's table."""

    registered_here: float
    registered_elsewhere: float
    living_elsewhere: float
    dead_kept: float
    moved_kept: float
    second_row: float
    sound: float
    shape: float
    dropped: float
    traditional: float
    nickname: float
    noted: float
    rare_lost: float
    unnamed: float
    no_number: float
    no_child_number: float
    digit: float
    swapped: float
    length: float
    old_number: float
    relative: float
    masked: float
    cut: float
    written: float
    no_phone: float
    old_phone: float
    no_birth: float
    lunar: float
    birth_slip: float
    year_only: float
    no_address: float
    address_slip: float
    other_head: float
    sex_slip: float


def _table(text: str) -> dict[str, Rates]:
    """The columns of the module's table, an office each."""
    names = [field.name for field in fields(Rates)]
    lines = [line.split() for line in text.splitlines()]
    offices = next(line for line in lines if line and line[0] == "rate")[1:7]
    rows = {line[0]: line[1:7] for line in lines if line and line[0] in names}
    return {office: Rates(**{name: float(rows[name][at]) / 100 for name in names}) for at, office in enumerate(offices)}


OFFICES = _table(__doc__)


def rough(rates: Rates, dice: Random) -> Rates:
    """The rates of a small, messy ledger: all slips by one factor, some whole columns by habit."""
    factor = dice.uniform(*ROUGH)
    plain = {field.name: getattr(rates, field.name) for field in fields(rates) if field.name not in COVERED}
    slips = {name: max(rate, min(MOST, rate * factor)) for name, rate in plain.items()}
    covers = {name: getattr(rates, name) * dice.uniform(0.7, 1.0) for name in COVERED[:3]}
    habits: dict[str, float] = {}
    if dice.random() < 0.12:
        habits["cut"] = 0.9
    elif dice.random() < 0.15:
        habits["masked"] = 0.95
    if dice.random() < 0.15:
        habits["year_only"] = 0.8
    return replace(rates, **{**slips, **covers, **habits})
