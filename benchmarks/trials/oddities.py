"""One list with one oddity a row, and a few small lists of odd make: what a clerk's keyboard and spreadsheet do."""

import csv
from datetime import date
from pathlib import Path

from .cast import Cast, Resident, Sent, workbook


def rows(folder: Path) -> Sent:
    """A tidy list in which every row has one odd cell."""
    cast = Cast(90)
    book, sheet = workbook()
    sheet.append(["姓名", "与户主关系", "身份证号", "联系电话", "出生日期", "楼号", "门", "室", "户籍地址"])
    odd: list[tuple[int, object]] = [
        (0, "{name}（已故）"),
        (0, "{name}(租户)"),
        (0, "{name}1"),
        (0, "{name} {number}"),
        (0, "{name}之子"),
        (0, "无名氏"),
        (1, "女婿"),
        (1, "前妻之女"),
        (1, "02"),
        (2, "{number}（母亲）"),
        (2, "{low}"),
        (2, "E12345678"),
        (2, "办理中"),
        (3, "{phone}（儿子）"),
        (3, "{phone}/12345678"),
        (3, "1291234567"),
        (3, 12912345678.0),
        (4, 29221),
        (4, "农历1950.8.15"),
        (4, date(1904, 1, 1)),
        (4, "1980.13.1"),
        (5, "甲9号楼"),
        (5, "9号楼东"),
        (6, "增1"),
        (7, "401、402"),
        (7, "401-1"),
        (7, "地下室"),
        (7, date(2026, 3, 12)),
        (8, "空挂"),
        (8, "同上"),
    ]
    for at, (column, text) in enumerate(odd):
        person = cast.resident(1955 + at, at % 2 == 0, "户主")
        cells = _tidy(person, at)
        words = {"name": person.name, "number": person.number, "phone": person.phone, "low": _broken(person.number)}
        cells[column] = text.format(**words) if isinstance(text, str) else text
        sheet.append(cells)
    path = folder / "16一行一个毛病.xlsx"
    book.save(path)
    return Sent(path, len(odd), "人员", "每一行有一格不对劲：名字带注、关系、号码、日期、房号成了日期……")


def _tidy(person: Resident, at: int) -> list[object]:
    born = f"{person.born:%Y-%m-%d}"
    home = ["9号楼", 1 + at % 4, 101 + 100 * (at // 4)]
    return [person.name, person.relation, person.number, person.phone, born, *home, "天津市海津区福安里"]


def _broken(number: str) -> str:
    """The number with two digits exchanged."""
    return number[:15] + number[16] + number[15] + number[17:] if number[15] != number[16] else number[:17] + "?"


def pages(folder: Path) -> Sent:
    """A printed list: headings again on every page, page numbers, sums carried over, hidden rows of a filter."""
    cast = Cast(91)
    book, sheet = workbook()
    headings = ["楼门牌", "姓名", "性别", "身份证号", "电话"]
    records = 0
    for page in range(1, 4):
        sheet.append(["福安里10号楼居民名单"])
        sheet.append(headings)
        for number in range(1, 6):
            person = cast.resident(1950 + 7 * number + page, number % 2 == 0, "")
            where = f"10-{page}-{number}01" if number != 3 else "同上"
            sheet.append([where, person.name, person.sex, person.number, person.phone])
            if number == 4:
                sheet.row_dimensions[sheet.max_row].hidden = True
            records += 1
        sheet.append(["", "本页小计", 5, "", f"第{page}页 共3页"])
    sheet.append(["总计", "15人"])
    path = folder / "17分页打印名单.xlsx"
    book.save(path)
    return Sent(path, records, "人员", "每页重复表头、页码、小计、同上、筛选藏起来的行")


def wide(folder: Path) -> Sent:
    """A household a row: the head, then members one to three with two columns each."""
    cast = Cast(92)
    book, sheet = workbook()
    members = [word for number in (1, 2, 3) for word in (f"成员{number}", f"成员{number}身份证", f"成员{number}关系")]
    sheet.append(["房号", "户主", "户主身份证", "户主电话", *members, "车牌号"])
    records = 0
    for number in range(1, 6):
        family = cast.family(number % 3, elder=False)
        row = [f"11-1-{number}01", family[0].name, family[0].number, family[0].phone]
        for person in family[1:]:
            row += [person.name, person.number, person.relation]
        sheet.append(row + [""] * (13 - len(row)) + ["津X00000"])
        records += len(family)
    path = folder / "18一户一行.xlsx"
    book.save(path)
    return Sent(path, records, "人员", "一户一行，成员一二三横着排")


def excel_csv(folder: Path) -> Sent:
    """A list opened in a spreadsheet and saved as CSV: numbers in E notation, doors turned into dates."""
    cast = Cast(93)
    path = folder / "19另存的.csv"
    with path.open("w", encoding="gbk", newline="") as file:
        out = csv.writer(file)
        out.writerow(["姓名", "身份证号码", "手机", "楼号", "门牌", "出生年月", ""])
        for number in range(1, 7):
            person = cast.resident(1960 + number, number % 2 == 0, "")
            door = f"{number}月{number + 10}日" if number < 3 else f"{number}-{number}01"
            code = "1.20199E+17" if number != 4 else person.number[:15] + "000"
            out.writerow([person.name, code, "1.29E+10", "12号楼", door, f"{person.born:%b-%y}", ""])
        out.writerow([""] * 7)
    return Sent(path, 6, "人员", "号码成了 E+17、门牌成了日期、空行、多一列")


def two_names(folder: Path) -> Sent:
    """The same number under two names, the same person twice, a child with its mother's number."""
    cast = Cast(94)
    book, sheet = workbook()
    sheet.append(["姓名", "关系", "身份证号", "电话", "住址", "出生日期"])
    mother, man, other = (
        cast.resident(1990, False, "户主"),
        cast.resident(1970, True, "户主"),
        cast.resident(1971, True, "户主"),
    )
    day = date(2021, 5, 6)
    sheet.append([mother.name, "户主", mother.number, mother.phone, "福安里12-1-101", f"{mother.born:%Y.%m.%d}"])
    sheet.append(["李小果", "女", mother.number, mother.phone, "福安里12-1-101", f"{day:%Y.%m.%d}"])
    sheet.append([man.name, "户主", man.number, man.phone, "福安里12-1-102", ""])
    sheet.append([other.name, "户主", man.number, other.phone, "福安里12-1-201", ""])
    sheet.append([man.name, "户主", man.number, other.phone, "福安里12-2-302", ""])
    sheet.append(["王大宝", "子", "", "", "福安里12-1-301", "2024.1.2"])
    sheet.append(["王大宝", "子", "", "", "福安里12-1-301", "2024.1.2"])
    path = folder / "20号码用了两次.xlsx"
    book.save(path)
    return Sent(path, 6, "人员", "一个号码两个名字、孩子用妈妈的号码、一人两行")
