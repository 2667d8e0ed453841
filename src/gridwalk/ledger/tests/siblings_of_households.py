"""Persons whom their household tells: by a door written once, or registered at, by its names, by whose number it is."""

from __future__ import annotations

from gridwalk.ledger.tests.siblings import REGISTERED, WITHOUT_ESTATE, M, Q, Sibling
from gridwalk.ledger.tests.siblings_of_persons import id_of, masked

FATHER, SON, SISTER = id_of("19630308", 3), id_of("19891117", 5), id_of("19911012", 4)
MOTHER = f"路兰,女,{SISTER},1991-10-12,12011110022,望湖苑,8,6,203,"
ANOTHER_MOTHER = f"祝桂英,女,{id_of('19900302', 6)},1990-03-02,12011110033,望湖苑,9,6,203,"
OF_ONE_NAME = [f"尚小雨,女,,2015-0{n}-01,,望湖苑,{building},6,203,子女" for n, building in ((6, 8), (7, 9))]
SPOILT = f"{FATHER[:15]}000"
SIBLINGS = [
    Sibling(
        "a door written once, beside the first of a household",
        ["尚少博,男,,,,望湖苑,8,6,203,", "路兰,女,,,,,,,,", "尚一平,男,,,,,,,,"],
        ["路兰,女,,,,望湖苑,8,6,203,", "尚少博,男,,,,望湖苑,8,6,203,", "尚一萍,男,,,,望湖苑,8,6,203,"],
        {(0, 1): M, (1, 0): M, (2, 2): M},
    ),
    Sibling(
        "a door written once in a ledger of one estate, which it does not name",
        ["尚少博,男,,,,8,6,203,", "路兰,女,,,,,,,", "尚一平,男,,,,,,,"],
        ["路兰,女,,,,望湖苑,8,6,203,", "尚少博,男,,,,望湖苑,8,6,203,", "尚一萍,男,,,,望湖苑,8,6,203,"],
        {(0, 1): M, (1, 0): M, (2, 2): M},
        left_header=WITHOUT_ESTATE,
    ),
    Sibling(
        "below a door nobody of the household is known at: a namesake is asked about",
        ["尚少博,男,,,,望湖苑,8,6,203,", "路兰,女,,,12011110011,,,,,"],
        ["路兰,女,,,12011110022,望湖苑,8,6,203,"],
        {(1, 0): Q},
    ),
    Sibling(
        "a row without a door below another household",
        ["尚少博,男,,,,望湖苑,8,6,203,", "路兰,女,,1990-02-03,,,,,,"],
        ["尚少博,男,,,,望湖苑,8,6,203,", "路兰,女,,1990-02-03,,望湖苑,2,1,301,"],
        {(0, 0): M, (1, 1): M},
    ),
    Sibling(
        "who lives elsewhere is listed at the door of registration",
        ["尚少博,男,,,,望湖苑8号楼6单元203,"],
        ["尚少博,男,,,,,望湖苑8号楼6单元203"],
        {(0, 0): M},
        header=REGISTERED,
    ),
    Sibling(
        "the door of registration speaks against nobody",
        ["尚少博,男,,1989-11-17,12011110011,望湖苑8号楼6单元203,"],
        ["尚少博,男,,1989-11-17,12011110011,,望湖苑2号楼1单元301"],
        {(0, 0): M},
        header=REGISTERED,
    ),
    Sibling(
        "a family that moved is known by its names",
        ["尚少博,男,,,,望湖苑,8,6,203,", "路兰,女,,,,望湖苑,8,6,203,"],
        ["路兰,女,,,,望湖苑,2,1,301,", "尚少博,男,,,,望湖苑,2,1,301,"],
        {(0, 1): M, (1, 0): M},
    ),
    Sibling(
        "one of a family elsewhere is asked about",
        ["尚少博,男,,,,望湖苑,8,6,203,", "路兰,女,,,,望湖苑,8,6,203,"],
        ["路兰,女,,,,望湖苑,2,1,301,"],
        {(1, 0): Q},
    ),
    Sibling(
        "a brother's number, and the one who is meant lives there",
        [f"尚少博,男,{FATHER},,,望湖苑,8,6,203,"],
        [f"尚宝博,男,{FATHER},,,望湖苑,8,6,203,", f"尚少博,男,{SON},,,望湖苑,8,6,203,"],
        {(0, 1): M},
    ),
    Sibling(
        "a father's number in a son's row, both on both sides",
        [f"尚少博,男,{FATHER},1963-03-08,,望湖苑,8,6,203,", f"尚建国,男,{FATHER},1963-03-08,,望湖苑,8,6,203,"],
        [f"尚建国,男,{FATHER},1963-03-08,,望湖苑,8,6,203,", f"尚少博,男,{SON},1989-11-17,,望湖苑,8,6,203,"],
        {(0, 1): M, (1, 0): M},
    ),
    Sibling(
        "one number at two doors under names of brothers is asked about",
        [f"尚一乐,男,{FATHER},,,望湖苑,8,6,203,"],
        [f"尚一桐,男,{FATHER},,,望湖苑,2,1,301,"],
        {(0, 0): Q},
    ),
    Sibling(
        "one number at two doors under a name that was cut is one person's",
        [f"尚桐,男,{FATHER},,,望湖苑,8,6,203,"],
        [f"尚一桐,男,{FATHER},,,望湖苑,2,1,301,"],
        {(0, 0): M},
    ),
    Sibling(
        "a masked number and one that a table program spoilt show the area alone: neither for nor against",
        [f"尚少博,男,{SPOILT},,,望湖苑,8,6,203,"],
        [f"尚少博,男,{masked(SON)},,,望湖苑,8,6,203,"],
        {(0, 0): M},
    ),
    Sibling(
        "a masked number that ends otherwise than a whole one",
        [f"尚少博,男,{FATHER},,,望湖苑,8,6,203,"],
        [f"尚少博,男,{masked(SON)},,,望湖苑,8,6,203,"],
        {(0, 0): Q},
    ),
    Sibling(
        "an unreadable name and a masked number are asked about, whoever lives there",
        [f"尚□,男,{SISTER},,,望湖苑,8,6,203,"],
        [f"尚艳,女,{masked(SISTER)},,,望湖苑,8,6,203,"],
        {(0, 0): Q},
    ),
    Sibling(
        "of two children of one name the one whose mother's telephone the pupil's row has",
        [*OF_ONE_NAME, MOTHER, ANOTHER_MOTHER],
        ["尚小雨,女,,,12011110022,,,,,"],
        {(0, 0): Q},
    ),
    Sibling(
        "the pupils' list on the other side",
        ["尚小雨,女,,,12011110033,,,,,"],
        [*OF_ONE_NAME, MOTHER, ANOTHER_MOTHER],
        {(0, 1): Q},
    ),
    Sibling(
        "a telephone that nobody at either home has says nothing of which child it is",
        [*OF_ONE_NAME, MOTHER, ANOTHER_MOTHER],
        ["尚小雨,女,,,12011110044,,,,,"],
        {(0, 0): Q},
    ),
    Sibling(
        "the mother's telephone in the row of a brother",
        [OF_ONE_NAME[0], MOTHER],
        ["尚小雷,男,,,12011110022,,,,,"],
        {},
    ),
    Sibling(
        "the mother's telephone under a name that sounds alike is asked about",
        [OF_ONE_NAME[0].replace("尚小雨", "尚雨桐"), MOTHER],
        ["尚雨彤,女,,,12011110022,,,,,"],
        {(0, 0): Q},
    ),
]
