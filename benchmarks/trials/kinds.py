"""Six small lists, one trap each, of kinds the first twenty showed to be weak."""

from pathlib import Path

from .cast import Cast, Sent, workbook


def cadre(folder: Path) -> Sent:
    """The telephone of the cadre who looks after the household stands beside the old person."""
    cast = Cast(909)
    book, sheet = workbook()
    sheet.append(["姓名", "身份证号", "包户干部", "包户干部电话", "网格员电话", "住址"])
    for number in range(1, 6):
        person = cast.resident(1940 + number, True, "")
        cells = [person.name, person.number, "王干部", "12988880000", "12977770000"]
        sheet.append([*cells, f"福安里37号楼1门{number}01室"])
    path = folder / "21包户干部电话.xlsx"
    book.save(path)
    return Sent(path, 5, "人员", "干部的电话不是老人的")


def sections(folder: Path) -> Sent:
    """The building in the title, the entrance in a row of its own, only the room beside the person."""
    cast = Cast(910)
    book, sheet = workbook()
    sheet.append(["福安里32号楼居民登记"])
    sheet.append(["室", "姓名", "身份证号", "电话"])
    for entrance in (1, 2):
        sheet.append([f"{entrance}单元"])
        for floor in (1, 2, 3):
            person = cast.resident(1950 + 10 * floor + entrance, True, "")
            sheet.append([100 * floor + 1, person.name, person.number, person.phone])
    path = folder / "22单元写在小标题.xlsx"
    book.save(path)
    return Sent(path, 6, "人员", "楼号在标题里，单元在小标题里")


def bracketed(folder: Path) -> Sent:
    """The relation in brackets behind the name."""
    cast = Cast(911)
    book, sheet = workbook()
    sheet.append(["住址", "姓名", "身份证号"])
    for number in range(1, 5):
        for person in cast.family(1, elder=False):
            sheet.append([f"福安里38号楼1门{number}01室", f"{person.name}（{person.relation}）", person.number])
    path = folder / "23姓名后括号关系.xlsx"
    book.save(path)
    return Sent(path, 12, "人员", "与户主关系写在姓名后的括号里")


def namesakes(folder: Path) -> Sent:
    """A father and a son of one name, without numbers."""
    name = Cast(912).resident(1960, True, "").name
    book, sheet = workbook()
    sheet.append(["姓名", "性别", "出生日期", "住址"])
    sheet.append([name, "男", "1960-01-02", "福安里40号楼1门101室"])
    sheet.append([name, "男", "1990-03-04", "福安里40号楼1门101室"])
    path = folder / "24父子同名.xlsx"
    book.save(path)
    return Sent(path, 2, "人员", "一户里两个人同名，没有号码，生日不同")


def late_headings(folder: Path) -> Sent:
    """Twenty-two lines of instructions above the headings."""
    cast = Cast(913)
    book, sheet = workbook()
    for number in range(1, 23):
        sheet.append([f"填表说明第{number}条：请如实填写。"])
    sheet.append(["姓名", "性别", "身份证号", "住址"])
    for number in range(1, 5):
        person = cast.resident(1960 + number, False, "")
        sheet.append([person.name, person.sex, person.number, f"福安里39号楼1门{number}01室"])
    path = folder / "25表头在第23行.xlsx"
    book.save(path)
    return Sent(path, 4, "人员", "表头前有二十二行填表说明")


def heads_number(folder: Path) -> Sent:
    """The head's number and telephone in every row, before the person's own."""
    cast = Cast(914)
    book, sheet = workbook()
    headings = [
        "小区",
        "楼号",
        "门",
        "室",
        "户主姓名",
        "户主身份证号",
        "户主电话",
        "姓名",
        "身份证号",
        "联系电话",
        "关系",
    ]
    sheet.append(headings)
    for floor in range(1, 5):
        family = cast.family(1, elder=False)
        head = family[0]
        for person in family:
            door = ["福安里", "31号楼", 1, 100 * floor + 1, head.name, head.number, head.phone]
            phone = person.phone if person.relation == "妻" else ""
            sheet.append([*door, person.name, person.number, phone, person.relation])
    path = folder / "26户主号码在前.xlsx"
    book.save(path)
    return Sent(path, 12, "人员", "户主的号码、电话在每一行，在本人的前面")
